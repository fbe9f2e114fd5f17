import { findTask } from '../../../benchmarks/tasks';
import type { Accuracy, PairedDifference } from '../../../lab/contract';
import { sameMask } from '../../../pruning/mask';
import { titleOf } from '../../actions/offered';
import { evaluationsOf } from '../../store/beforehand';
import { type Evaluation, isOfThird } from '../../store/benchmarks';
import { go } from '../../store/go';
import { maskOf } from '../../store/select';
import { store } from '../../store/store';
import { thirdOf } from '../../store/third';
import { IntervalPlot } from '../../widgets/interval-plot';
import { PValue } from '../../widgets/p-value';
import { TextButton } from '../../widgets/text-button';
import { TooFew } from '../../widgets/too-few';
import { useApp } from '../../widgets/use-app';
import { percent, plural, signed, whole } from '../../words/format';
import { WORSE_THAN_REMOVAL } from '../../words/recovery';
import { scoreWords, subsetWords } from '../../words/tasks';
import shared from './benchmarks.module.css';
import css from './results.module.css';

/** Every task that has been run: each model with its interval, the paired differences, and the way to the items behind them. */
export function ResultsTable() {
  const evaluations = useApp(evaluationsOf);
  const names = Object.keys(evaluations);
  const some = names.some((name) => evaluations[name]!.recovered);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls has to be reachable by keyboard.
    <section className={css.scroll} tabIndex={0} aria-label="Results">
      <table className={css.results}>
        <thead>
          <tr>
            <th scope="col">Task</th>
            <th scope="col">Full</th>
            <th scope="col">Pruned</th>
            <th scope="col">Difference</th>
            <th scope="col">Flipped</th>
            {some && <th scope="col">Recovered</th>}
            <th scope="col">
              <span className="visually-hidden">Items</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {names.map((name) => (
            <ResultRow key={name} name={name} evaluation={evaluations[name]!} third={some} />
          ))}
        </tbody>
      </table>
    </section>
  );
}

interface RowProps {
  readonly name: string;
  readonly evaluation: Evaluation;
  /** Whether some row has a third model's result. */
  readonly third: boolean;
}

function ResultRow({ name, evaluation, third }: RowProps) {
  const { report, masks, origin, items } = evaluation;
  const mask = useApp(maskOf);
  const running = useApp((s) => s.jobs.evaluate?.of === name);
  const [full, other] = report.results;
  const stale = other && masks[1] && !sameMask(masks[1], mask);
  const { difference } = report;
  const state =
    origin.kind === 'shipped' ? 'measured beforehand' : running ? 'running' : report.partial && 'stopped early';
  const showItems = () => {
    store.setState({ itemsOf: name });
    go({ view: 'items' });
  };
  const certain = difference && (difference.interval[0] > 0 || difference.interval[1] < 0);
  return (
    <tr className={stale ? css.stale : undefined}>
      <th scope="row">
        <span title={name}>{titleOf(name)}</span>
        <span className={shared.unit}>{subsetWords(report)}</span>
        <span className={shared.unit} title={report.metric}>
          {scoreWords(report.metric)}, {plural(report.shots, 'worked example')}
          {report.bos ? ', start token' : ''}
          {report.chat ? ', chat template' : ''}
        </span>
        <span className={shared.unit}>{[state, stale && 'measured with another mask'].filter(Boolean).join(', ')}</span>
      </th>
      <td>{full && <Share of={full} />}</td>
      <td className={css.pruned}>{other && <Share of={other} />}</td>
      <td className={certain ? (difference.mean < 0 ? 'worse' : 'better') : undefined}>
        {difference && (
          <>
            {signed(100 * difference.mean, 1)} pts
            <span className={shared.unit}>
              {signed(100 * difference.interval[0], 1)} to {signed(100 * difference.interval[1], 1)}
            </span>
            <PValue of={difference.p} className={shared.unit} />
          </>
        )}
        {!difference && full && full.n > 0 && (
          <IntervalPlot chance={findTask(name)?.chance ?? report.chance} full={full} />
        )}
      </td>
      <td>
        {difference && (
          <>
            {difference.lost + difference.won}
            <span className={shared.unit}>
              {difference.lost} lost, {difference.won} won
            </span>
          </>
        )}
      </td>
      {third && <td>{evaluation.recovered && <Recovered of={evaluation} />}</td>}
      <td>
        <TextButton disabled={!items?.length} onClick={showItems}>
          Items
          <span className="visually-hidden"> of {titleOf(name)}</span>
        </TextButton>
        <TooFew of={report} />
      </td>
    </tr>
  );
}

/** The third model's result, held against both others on the same items. */
function Recovered({ of }: { of: Evaluation }) {
  const { report, recovered } = of;
  const current = useApp((s) => isOfThird(of, thirdOf(s)));
  const { third, results } = report;
  return (
    <>
      {results[2] && <Share of={results[2]} />}
      {third && <Against name="pruned" of={third.toPruned} />}
      {third && <Against name="full" of={third.toFull} />}
      {third && third.toPruned.mean < 0 && <span className={shared.unit}>{WORSE_THAN_REMOVAL}</span>}
      <span className={shared.unit}>
        a {recovered!.name}
        {recovered!.strength !== 1 && `, strength ${recovered!.strength}`}
        {!current && ', not what stands in now'}
      </span>
    </>
  );
}

function Against({ name, of: { mean, interval } }: { name: string; of: PairedDifference }) {
  const certain = interval[0] > 0 || interval[1] < 0;
  return (
    <span className={`${shared.unit} ${certain ? (mean < 0 ? 'worse' : 'better') : ''}`}>
      {signed(100 * mean, 1)} pts on {name}, {signed(100 * interval[0], 1)} to {signed(100 * interval[1], 1)}
    </span>
  );
}

function Share({ of: { accuracy, interval, n } }: { of: Accuracy }) {
  if (n === 0) return <span className="soft">…</span>;
  return (
    <>
      {percent(accuracy)}
      <span className={shared.unit}>
        {percent(interval[0], 0)} to {percent(interval[1], 0)}
      </span>
      <span className={shared.unit}>n = {whole(n)}</span>
    </>
  );
}
