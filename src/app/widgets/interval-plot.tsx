import type { Accuracy } from '../../lab/contract';
import css from './interval-plot.module.css';

interface Props {
  readonly chance: number;
  readonly full: Accuracy;
  readonly pruned?: Accuracy;
  readonly recovered?: Accuracy;
}

/** Accuracies with their 95% intervals on one line from 0 to 100%; chance is a tick. The numbers stand above it. */
export function IntervalPlot({ chance, full, pruned, recovered }: Props) {
  return (
    <div className={css.plot} data-third={recovered !== undefined} aria-hidden="true">
      {chance > 0 && (
        <span className={css.chance} style={{ left: `${100 * chance}%` }}>
          <span>chance</span>
        </span>
      )}
      <Whisker of={full} look={css.full!} />
      {pruned && <Whisker of={pruned} look={css.pruned!} />}
      {recovered && <Whisker of={recovered} look={css.recovered!} />}
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
