import type { Accuracy } from '../../lab/contract';
import css from './interval-plot.module.css';

/** Accuracies with their 95% intervals on one line from 0 to 100%; chance is a tick. The numbers stand above it. */
export function IntervalPlot({ chance, full, pruned }: { chance: number; full: Accuracy; pruned?: Accuracy }) {
  return (
    <div className={css.plot} aria-hidden="true">
      {chance > 0 && (
        <span className={css.chance} style={{ left: `${100 * chance}%` }}>
          <span>chance</span>
        </span>
      )}
      <Whisker of={full} look={css.full!} />
      {pruned && <Whisker of={pruned} look={css.pruned!} />}
    </div>
  );
}

function Whisker({ of: { accuracy, interval, n }, look }: { of: Accuracy; look: string }) {
  if (n === 0) return null;
  return (
    <span className={look}>
      <i style={{ left: `${100 * interval[0]}%`, width: `${100 * (interval[1] - interval[0])}%` }} />
      <b style={{ left: `${100 * accuracy}%` }} />
    </span>
  );
}
