import type { Task } from '../../../benchmarks/task';
import type { Accuracy, PairedDifference } from '../../../lab/contract';
import { sameMask } from '../../../pruning/mask';
import { evaluationsOf } from '../../store/beforehand';
import { isOfThird } from '../../store/benchmarks';
import { originWords } from '../../store/measured';
import { maskOf } from '../../store/select';
import { thirdOf } from '../../store/third';
import { IntervalPlot } from '../../widgets/interval-plot';
import { PValue } from '../../widgets/p-value';
import { TextButton } from '../../widgets/text-button';
import { TooFew } from '../../widgets/too-few';
import { useApp } from '../../widgets/use-app';
import { lowerFirst, percent, signed } from '../../words/format';
import { WORSE_THAN_REMOVAL } from '../../words/recovery';
import { subsetWords } from '../../words/tasks';
import css from './comparison.module.css';
import { useColumns } from './comparison-table';
import { Blank } from './row';

/** One task: each model's accuracy with n and interval, their paired differences, and a picture of them. */
export function AccuracyRow({ task, disabled, run }: { task: Task; disabled: boolean; run: () => void }) {
  const evaluation = useApp((s) => evaluationsOf(s)[task.name]);
  const mask = useApp(maskOf);
  const third = useApp(thirdOf);
  const columns = useColumns();
  const running = useApp((s) => s.jobs.evaluate !== undefined);
  const results = evaluation?.report.results;
  const full = results?.[0];
  const current = evaluation?.masks[1] && sameMask(evaluation.masks[1], mask) ? evaluation : undefined;
  const pruned = mask.dropped.length === 0 ? full : current && results?.[1];
  const difference = current?.report.difference;
  const recovered = current && isOfThird(current, third) ? results?.[2] : undefined;
  // What a report warns of is its difference, or where there is none the one accuracy in it.
  const alone = results?.length === 1 ? evaluation?.report : undefined;
  const partial = evaluation?.report.partial && !running;
  const significant = difference && (difference.interval[0] > 0 || difference.interval[1] < 0);
  return (
    <>
      <tr className={css.task}>
        <th scope="row" rowSpan={full ? 2 : 1} title={`${task.name}: ${task.about}`}>
          {task.title}
          {evaluation && (
            <span className={css.unit}>
              {subsetWords(evaluation.report)}
              <span className={css.interval} title={evaluation.origin.adapter}>
                {lowerFirst(originWords(evaluation.origin))}
                {partial && ', stopped early'}
              </span>
            </span>
          )}
        </th>
        <td>
          {full ? <Cell of={full} /> : <Blank />}
          {alone && <TooFew of={alone} />}
        </td>
        <td className={css.pruned}>{mask.dropped.length > 0 && pruned ? <Cell of={pruned} /> : <Blank />}</td>
        <td className={significant ? (difference.mean < 0 ? 'worse' : 'better') : ''}>
          {difference ? (
            <>
              {signed(100 * difference.mean, 1)} pts
              <span className={css.interval}>
                {signed(100 * difference.interval[0], 1)} to {signed(100 * difference.interval[1], 1)}
              </span>
              <span className={css.interval}>
                {difference.lost} lost, {difference.won} won
              </span>
              <PValue of={difference.p} className={css.interval} />
              <TooFew of={current.report} />
            </>
          ) : (
            <TextButton computes disabled={disabled} onClick={run}>
              Run<span className="visually-hidden"> {task.title}</span>
            </TextButton>
          )}
        </td>
        {third && (
          <td className={css.pruned}>
            {recovered ? (
              <>
                <Cell of={recovered} />
                {current?.report.third && <OnPruned of={current.report.third.toPruned} />}
              </>
            ) : difference ? (
              <TextButton computes disabled={disabled} onClick={run}>
                Run it too<span className="visually-hidden">: {task.title} with what stands in</span>
              </TextButton>
            ) : (
              <Blank />
            )}
          </td>
        )}
      </tr>
      {full && (
        <tr className={css.plotRow}>
          <td colSpan={columns - 1}>
            <IntervalPlot
              chance={task.chance}
              full={full}
              pruned={mask.dropped.length > 0 ? pruned : undefined}
              recovered={recovered}
            />
          </td>
        </tr>
      )}
    </>
  );
}

/** What stands in against plain removal, on the same items. */
function OnPruned({ of: { mean, interval } }: { of: PairedDifference }) {
  const certain = interval[0] > 0 || interval[1] < 0;
  return (
    <>
      <span className={`${css.interval} ${certain ? (mean < 0 ? 'worse' : 'better') : ''}`}>
        {signed(100 * mean, 1)} pts on pruned
      </span>
      <span className={css.interval}>
        {signed(100 * interval[0], 1)} to {signed(100 * interval[1], 1)}
      </span>
      {mean < 0 && (
        <span className={css.interval}>
          {WORSE_THAN_REMOVAL}
          {certain ? '' : ', if it is not chance'}
        </span>
      )}
    </>
  );
}

function Cell({ of: { accuracy, n, interval } }: { of: Accuracy }) {
  if (n === 0) return <Blank>…</Blank>;
  return (
    <>
      {percent(accuracy)}
      <span className={css.interval}>
        {percent(interval[0], 0)} to {percent(interval[1], 0)}
      </span>
      <span className={css.interval}>n = {n}</span>
    </>
  );
}
