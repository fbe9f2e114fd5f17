import { placementOf } from '../../../charts/placement';
import { blocksOf, change, type Facts, lowest } from '../../../words/lessons/facts';
import type { Runner } from '../../../words/lessons/lesson';
import { METRIC_WORDS } from '../../../words/metrics';
import { Plane, type PlaneLine } from './plane';
import { known } from './use-dropped';

/** Marks on the way up, nats per token. */
const TICKS = [0.01, 0.1, 1, 10];

interface Props {
  readonly facts: Facts;
  readonly runners: readonly Runner[];
  readonly blind?: boolean;
}

/** The loss added as more and more layers go: a line for each way to choose them. */
export function RaceFigure({ facts, runners, blind }: Props) {
  const { place } = placementOf([], { choice: 'log', anchors: METRIC_WORDS['loo-loss'].anchors });
  const every = facts.blocks > 16 ? 5 : 2;
  const counts = [0, ...blocksOf(facts).map((b) => b + 1)];
  const height = (value: number) => Math.max(0, place(value));
  // Some of the way may not have been measured: the line leaves it out.
  const added = runners.map(({ unit, metric }) =>
    counts.flatMap((k) => {
      const value = known(() => facts.added(lowest(facts, metric, unit, k)));
      return value === undefined ? [] : [[k, value] as const];
    }),
  );
  const alike = new Set(runners.map(({ unit }) => unit)).size === 1;
  const lines = runners.map(({ unit, name }, r): PlaneLine => {
    const points = added[r]!.map(([k, value]) => [k / facts.blocks, height(value)] as const);
    return { name, hue: `${unit === 'attn' ? 'var(--series-1)' : 'var(--series-2)'}`, points, dashed: alike && r > 0 };
  });
  const told = runners.map(
    ({ name }, r) => `${name}: ${added[r]!.map(([k, value]) => `${k} ${change(value)}`).join(', ')}`,
  );
  return (
    <>
      <figcaption>Loss added as more layers go</figcaption>
      <Plane
        dots
        lines={lines}
        xTicks={counts.filter((k) => k % every === 0).map((k) => [k / facts.blocks, `${k}`])}
        yTicks={TICKS.map((v) => [height(v), `+${v}`])}
        xName="layers dropped; the loss is drawn by its logarithm"
        waits={blind ? 'The lines come with the answer.' : undefined}
        summary={blind ? 'The lines come with the answer.' : `Loss added by layers dropped. ${told.join('. ')}`}
      />
    </>
  );
}
