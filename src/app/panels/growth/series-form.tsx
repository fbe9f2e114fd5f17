import { useId } from 'react';
import { tasks } from '../../../benchmarks/tasks';
import { DEFAULT_HOST } from '../../../formats/hub-defaults';
import type { GrowthMetric } from '../../../lab/contract';
import { BUNDLED_SERIES } from '../../../lab/files/growth-file';
import { byFolder, measureGrowth, restoreShippedGrowth, type Series, unfinished } from '../../actions/growth';
import { canMeasure } from '../../store/measuring';
import { notify } from '../../store/notify';
import type { AppState } from '../../store/state';
import { Button } from '../../widgets/button';
import { FileButton } from '../../widgets/file-button';
import { Select } from '../../widgets/select';
import { useApp } from '../../widgets/use-app';
import { useKept } from '../../widgets/use-kept';
import css from './growth.module.css';

/** Those whose items are here. */
const TASKS = [
  { value: '', text: 'none' },
  ...tasks.filter((t) => t.bundled).map(({ name, title }) => ({ value: name, text: title })),
];

const EXAMPLE = 'EleutherAI/pythia-70m';

/** Where the checkpoints come from, and what is measured besides. */
export function SeriesForm({ metric }: { metric: GrowthMetric }) {
  const source = useApp((s) => s.open.model?.source);
  const hub = source?.kind === 'hub' ? source : undefined;
  const running = useApp((s) => s.jobs.growth !== undefined);
  const ready = useApp((s) => s.machine.status === 'ready' && canMeasure(s)) && !running;
  const [repo, setRepo] = useKept('growth.repo', hub?.repo ?? EXAMPLE);
  const [revisions, setRevisions] = useKept('growth.revisions', 'step0..step143000:12');
  const [task, setTask] = useKept('growth.task', '');
  const measured = useApp(
    (s) => s.open.growth[metric] !== undefined && s.open.growth[metric].origin.kind !== 'shipped',
  );
  const goesOn = (series: string) => (s: AppState) => unfinished(s, series, metric, task || undefined) !== undefined;
  const saplingGoesOn = useApp(goesOn(BUNDLED_SERIES));
  const hubGoesOn = useApp(goesOn(repo.trim()));
  const id = useId();
  const run = (series: Series) => void measureGrowth(series, metric, task || undefined);
  return (
    <div className={css.form}>
      <section>
        <h3>Sapling’s own training</h3>
        <Button computes disabled={!ready} onClick={() => run({ kind: 'bundled' })}>
          {saplingGoesOn && !running ? 'Go on' : 'Measure its checkpoints'}
        </Button>
        {measured && (
          <Button disabled={running} onClick={() => void restoreShippedGrowth(metric)}>
            Show the shipped results
          </Button>
        )}
      </section>
      <form
        onSubmit={(e) => {
          e.preventDefault();
          const host = hub?.host ?? DEFAULT_HOST;
          run({ kind: 'revisions', repo: repo.trim(), host, revisions });
        }}
      >
        <h3>Revisions of a hub model</h3>
        <label htmlFor={`${id}-repo`} className="small soft">
          Model
        </label>
        <input id={`${id}-repo`} value={repo} spellCheck={false} onChange={(e) => setRepo(e.target.value)} />
        <label htmlFor={`${id}-revisions`} className="small soft">
          Revisions: a list; of a Pythia model also a range, or picks from it
        </label>
        <input
          id={`${id}-revisions`}
          value={revisions}
          spellCheck={false}
          onChange={(e) => setRevisions(e.target.value)}
        />
        <Button type="submit" computes disabled={!ready || repo.trim() === ''}>
          {hubGoesOn && !running ? 'Go on' : 'Measure them'}
        </Button>
      </form>
      <section>
        <h3>A folder of checkpoint folders</h3>
        <FileButton
          label="Folder of checkpoint folders"
          folder
          disabled={!ready}
          onFile={(...files) => {
            const found = byFolder(files).length;
            if (found === 0) notify('No checkpoints there', 'No folder in it has a config.json.');
            else run({ kind: 'files', files });
          }}
        >
          Choose the folder
        </FileButton>
      </section>
      <Select
        label="Accuracy besides"
        shown
        value={task}
        groups={[{ options: TASKS }]}
        hint="A benchmark whose items ship with the page, asked of each checkpoint"
        onChange={setTask}
      />
    </div>
  );
}
