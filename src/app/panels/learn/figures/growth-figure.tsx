import { type Facts, nats } from '../../../words/lessons/facts';
import { Plane, type PlaneLine } from './plane';

/** Blocks that the lesson speaks of; the others are there and have no name. */
const TOLD: Readonly<Record<number, string>> = {
  0: 'var(--series-0)',
  4: 'var(--series-6)',
  7: 'var(--series-4)',
  11: 'var(--series-5)',
};

/** How far each block turns the stream, at each checkpoint of training up to the step shown: what comes is not told yet. */
export function GrowthFigure({ facts, step }: { facts: Facts; step?: number }) {
  const points = facts.training('cosine');
  // Steps are about even in the logarithm from 16 on; before training is a place of its own.
  const x = (at: number) => (at === 0 ? 0 : Math.log2(at / 8) / Math.log2(last / 8));
  const last = points.at(-1)?.step ?? 1;
  const shown = Math.min(step ?? last, last);
  const past = points.filter((p) => (p.step ?? 0) <= shown);
  const now = past.at(-1)!;
  const lines = points[0]!.block.map((_, b): PlaneLine => {
    const hue = TOLD[b];
    return {
      name: `block ${b}`,
      hue: hue ?? 'var(--line-strong)',
      points: past.map((p) => [x(p.step ?? 0), Math.min(1, p.block[b]!)] as const),
      faint: hue === undefined,
    };
  });
  return (
    <>
      <figcaption>How far each block turns the stream, in training</figcaption>
      <Plane
        lines={lines}
        xTicks={points.filter((_, i) => i % 2 === 0).map((p) => [x(p.step ?? 0), (p.step ?? 0).toLocaleString('en')])}
        yTicks={[0, 0.25, 0.5, 0.75, 1].map((v) => [v, `${v}`])}
        xName="steps of training, by the logarithm"
        mark={x(now.step ?? 0)}
        summary={`At step ${now.step}: ${now.block.map((v, b) => `block ${b} ${nats(v)}`).join(', ')}.`}
      />
    </>
  );
}
