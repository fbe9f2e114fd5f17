import type { GrowthMetric, GrowthPoint } from '../../../lab/contract';
import type { PlainUnit } from '../../../model/units';
import type { Axis } from '../../charts/plot';
import { linearScale, type Scale, symlogScale, tickWriter } from '../../charts/plot-scale';
import { floorOf } from '../../charts/value-scale';
import { METRIC_WORDS } from '../../words/metrics';

/** Labels nearer together than this, in CSS pixels, would touch. */
const LABEL_GAP = 54;

/** Checkpoints along an axis `width` CSS pixels long, by their index: by log(1 + step) where all steps are known, else evenly. */
export function checkpointAxis(points: readonly GrowthPoint[], width: number): Axis {
  const steps = points.map((p) => p.step);
  const known = steps.every((s): s is number => s !== undefined);
  const wanted = known ? steps.map((s) => Math.log1p(s)) : points.map((_, i) => i);
  const [low, high] = [Math.min(...wanted), Math.max(...wanted)];
  const places = wanted.map((w) => (high > low ? (w - low) / (high - low) : 0.5));
  const scale: Scale = {
    kind: 'linear',
    ...{ low: 0, high: points.length - 1 },
    ticks: apart(places, LABEL_GAP / Math.max(1, width)),
    at: (point) => places[point]!,
  };
  return {
    scale,
    label: known ? 'training steps, logarithmic' : 'checkpoint',
    write: (point) => points[point]!.step?.toLocaleString('en') ?? points[point]!.name,
  };
}

/** As many places as have `gap` between them, the last one's among them. */
function apart(places: readonly number[], gap: number): number[] {
  const chosen: number[] = [];
  for (let i = places.length - 1; i >= 0; i--) {
    const next = chosen.at(-1);
    if (next === undefined || places[next]! - places[i]! >= gap) chosen.push(i);
  }
  return chosen.reverse();
}

/**
 * Influence up the axis: evenly, or logarithmic on either side of zero, so that a unit the model is better without is seen
 * to be that and does not seem to vanish.
 */
export function influenceAxis(metric: GrowthMetric, values: readonly number[], log: boolean): Axis {
  const scale = log ? symlogScale(values, floorOf(metric, values)) : linearScale(values, { zero: true });
  return { scale, label: `${METRIC_WORDS[metric].unit}${log ? ', logarithmic' : ''}`, write: tickWriter(scale) };
}

/** Lightness from low blocks to high ones, and the hues to either side of the kind's own. */
const SHADES = {
  block: { chroma: 0.06, hues: [310, 215] },
  attn: { chroma: 0.13, hues: [285, 235] },
  ffn: { chroma: 0.11, hues: [45, 95] },
} as const satisfies Readonly<Record<PlainUnit, { chroma: number; hues: readonly [number, number] }>>;

/** Solid, dashed, dotted in turn: neighbours, which look most alike, are told apart also without their shade. */
const DASHES = [undefined, '9 4', '2 3.5', '12 3 2 3'] as const;

/** How a block's line is drawn: in its kind's hue, from one shade to another, all of which stand out from the page. */
export function blockLine(unit: PlainUnit, block: number, blocks: number): { stroke: string; dash?: string } {
  const t = blocks > 1 ? block / (blocks - 1) : 0;
  const mix = (from: number, to: number) => (from + (to - from) * t).toFixed(3);
  const { chroma, hues } = SHADES[unit];
  const colour = (from: number, to: number) => `oklch(${mix(from, to)} ${chroma} ${mix(hues[0], hues[1])})`;
  return { stroke: `light-dark(${colour(0.28, 0.66)}, ${colour(0.58, 0.92)})`, dash: DASHES[block % DASHES.length] };
}
