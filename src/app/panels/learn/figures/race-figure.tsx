import { placementOf } from '../../../charts/placement';
import { blocksOf, change, type Facts, lowest, nats } from '../../../words/lessons/facts';
import type { Runner } from '../../../words/lessons/lesson';
import { METRIC_WORDS } from '../../../words/metrics';
import { Plane, type PlaneLine } from './plane';

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
  const counts = [0, ...blocksOf(facts).map((b) => b + 1)];
  const height = (value: number) => Math.max(0, place(value));
  const added = runners.map(({ unit, metric }) => counts.map((k) => facts.added(lowest(facts, metric, unit, k))));
  const alike = new Set(runners.map(({ unit }) => unit)).size === 1;
  const lines = runners.map(({ unit, name }, r): PlaneLine => {
    const points = counts.map((k) => [k / facts.blocks, height(added[r]![k]!)] as const);
    return { name, hue: `${unit === 'attn' ? 'var(--series-1)' : 'var(--series-2)'}`, points, dashed: alike && r > 0 };
  });
  const told = runners.map(
    ({ name }, r) => `${name}: ${counts.map((k) => `${k} ${change(added[r]![k]!)}`).join(', ')}`,
  );
  return (
    <>
      <figcaption>Loss added as more layers go</figcaption>
      <Plane
        lines={lines}
        xTicks={counts.filter((k) => k % 2 === 0).map((k) => [k / facts.blocks, `${k}`])}
        yTicks={TICKS.map((v) => [height(v), `+${nats(v)}`])}
        xName="layers dropped; the loss is drawn by its logarithm"
        waits={blind ? 'The lines come with the answer.' : undefined}
        summary={blind ? 'The lines come with the answer.' : `Loss added by layers dropped. ${told.join('. ')}`}
      />
    </>
  );
}
