import { useMemo } from 'react';
import { formatDropList } from '../../pruning/drop-list';
import { makeMask, sameMask } from '../../pruning/mask';
import { ChartFrame } from '../charts/chart-frame';
import type { ChartTable } from '../charts/table';
import { percent } from '../format';
import { dropKept, keepMask } from '../lab/evaluate';
import { Button } from '../shell/button';
import { fileStem, maskOf, modelName } from '../store/select';
import type { Kept } from '../store/state';
import { setMask, useApp } from '../store/store';
import css from './benchmarks.module.css';
import { titleOf } from './offered';
import { TradeOffBars } from './trade-off-bars';

const nameOf = ({ mask }: Kept) =>
  mask.dropped.length === 0 ? 'Full model' : `without ${formatDropList(mask.dropped)}`;

/** What several masks score on several tasks: a mask that is kind to one may be hard on another. */
export function TradeOff() {
  const model = useApp(modelName);
  const stem = useApp(fileStem);
  const kept = useApp((s) => s.kept);
  const mask = useApp(maskOf);
  const evaluations = useApp((s) => s.evaluations);
  const full = useMemo((): Kept => {
    const of = Object.entries(evaluations).filter(([, e]) => e.masks[0]?.dropped.length === 0);
    return {
      mask: makeMask(mask.blocks),
      results: Object.fromEntries(of.map(([task, e]) => [task, e.report.results[0]!])),
    };
  }, [evaluations, mask.blocks]);
  const masks = [full, ...kept.filter((k) => k.mask.dropped.length > 0)];
  const tasks = Object.keys(full.results).filter(
    (task) => masks.length < 2 || masks.slice(1).some((k) => k.results[task]),
  );
  const isKept = kept.some((k) => sameMask(k.mask, mask));
  const measured = Object.values(evaluations).some((e) => e.masks.some((m) => sameMask(m, mask)));
  return (
    <section className={css.tradeOff} aria-labelledby="trade-off">
      <header className={css.row}>
        <h3 id="trade-off">Trade-off between tasks</h3>
        <Button disabled={mask.dropped.length === 0 || !measured} onClick={keepMask}>
          {isKept ? 'Update this mask' : 'Add this mask'}
        </Button>
      </header>
      {masks.length < 2 ? (
        <p className="small soft">
          Run the tasks with layers dropped, then add the mask: bars show what each mask scores on each task. A second
          mask shows whether what one task can spare another needs.
        </p>
      ) : (
        <>
          <ChartFrame
            title="Trade-off between tasks"
            bare
            summary={summaryOf(masks, tasks)}
            table={tableOf(masks, tasks)}
            provenance={{ model, text: tasks.map(titleOf).join(', '), origin: evaluations[tasks[0]!]!.origin }}
            fileName={`${stem}-trade-off`}
          >
            <TradeOffBars masks={masks.map((m) => ({ name: nameOf(m), results: m.results }))} tasks={tasks} />
          </ChartFrame>
          <ul className={css.keptList} aria-label="Masks compared">
            {masks.slice(1).map((k) => (
              <li key={nameOf(k)}>
                <span className="small">
                  {nameOf(k)}:{' '}
                  {tasks
                    .filter((t) => k.results[t])
                    .map((t) => `${titleOf(t)} ${percent(k.results[t]!.accuracy)}`)
                    .join(', ')}
                </span>
                <Button look="quiet" onClick={() => setMask(k.mask)}>
                  Drop these
                </Button>
                <Button look="quiet" icon="close" aria-label={`Remove ${nameOf(k)}`} onClick={() => dropKept(k)} />
              </li>
            ))}
          </ul>
        </>
      )}
    </section>
  );
}

/** For each task, the pruned mask that scores best on it. */
function summaryOf([full, ...pruned]: readonly Kept[], tasks: readonly string[]): string {
  const sentences = tasks.flatMap((task) => {
    const [best] = pruned
      .filter((k) => (k.results[task]?.n ?? 0) > 0)
      .sort((a, b) => b.results[task]!.accuracy - a.results[task]!.accuracy);
    if (!best) return [];
    const { accuracy, n } = best.results[task]!;
    const before = percent(full!.results[task]!.accuracy);
    return `${titleOf(task)}: ${percent(accuracy)} ${nameOf(best)} (n = ${n}), ${before} in full.`;
  });
  return ['The best of these masks on each task.', ...sentences].join(' ');
}

const tableOf = (masks: readonly Kept[], tasks: readonly string[]): ChartTable => ({
  columns: ['Mask and task', 'n', 'correct', 'accuracy', '95% from', '95% to'],
  rows: masks.flatMap((k) =>
    tasks.flatMap((task) => {
      const result = k.results[task];
      if (!result) return [];
      const { n, correct, accuracy, interval } = result;
      return [[`${nameOf(k)}, ${titleOf(task)}`, n, correct, accuracy, ...interval]];
    }),
  ),
});
