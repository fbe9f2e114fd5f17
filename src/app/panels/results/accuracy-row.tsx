import type { Task } from '../../../benchmarks/task';
import type { Accuracy } from '../../../lab/contract';
import { sameMask } from '../../../pruning/mask';
import { evaluationsOf } from '../../store/beforehand';
import { originWords } from '../../store/measured';
import { maskOf } from '../../store/select';
import { IntervalPlot } from '../../widgets/interval-plot';
import { PValue } from '../../widgets/p-value';
import { TextButton } from '../../widgets/text-button';
import { TooFew } from '../../widgets/too-few';
import { useApp } from '../../widgets/use-app';
import { lowerFirst, percent, signed } from '../../words/format';
import { subsetWords } from '../../words/tasks';
import css from './comparison.module.css';
import { Blank } from './row';

/** One task: both accuracies with n and interval, their paired difference, and a picture of the three. */
export function AccuracyRow({ task, disabled, run }: { task: Task; disabled: boolean; run: () => void }) {
  const evaluation = useApp((s) => evaluationsOf(s)[task.name]);
  const mask = useApp(maskOf);
  const running = useApp((s) => s.jobs.evaluate !== undefined);
  const results = evaluation?.report.results;
  const full = results?.[0];
  const current = evaluation?.masks[1] && sameMask(evaluation.masks[1], mask) ? evaluation : undefined;
  const pruned = mask.dropped.length === 0 ? full : current && results?.[1];
  const difference = current?.report.difference;
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
      </tr>
      {full && (
        <tr className={css.plotRow}>
          <td colSpan={3}>
            <IntervalPlot chance={task.chance} full={full} pruned={mask.dropped.length > 0 ? pruned : undefined} />
          </td>
        </tr>
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
