import { forgetRun, resumeRun } from '../../actions/evaluate';
import { titleOf } from '../../actions/offered';
import { canCompute } from '../../store/select';
import { Button } from '../../widgets/button';
import { useApp } from '../../widgets/use-app';
import { whole } from '../../words/format';
import { droppedWords } from '../../words/units';
import css from './benchmarks.module.css';

/** Runs that were stopped, in this visit or in an earlier one: what was answered is kept. */
export function UnfinishedRuns() {
  const runs = useApp((s) => s.open.unfinished);
  const ready = useApp((s) => canCompute(s) && s.jobs.evaluate === undefined);
  if (runs.length === 0 || !ready) return null;
  return (
    <ul className={css.unfinished} aria-label="Unfinished runs">
      {runs.map((run) => (
        <li key={JSON.stringify([run.task, run.settings])}>
          <span className="small">
            <strong>{titleOf(run.task)}</strong> stopped at {whole(run.done)} of {whole(run.of)},{' '}
            {run.dropped.length > 0 ? `without ${droppedWords(run.dropped)}` : 'on the full model'}
          </span>
          <Button onClick={() => void resumeRun(run)}>
            Go on<span className="visually-hidden"> with {titleOf(run.task)}</span>
          </Button>
          <Button
            look="quiet"
            icon="close"
            aria-label={`Forget ${titleOf(run.task)}`}
            onClick={() => void forgetRun(run)}
          />
        </li>
      ))}
    </ul>
  );
}
