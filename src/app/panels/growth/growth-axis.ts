import type { GrowthPoint } from '../../../lab/contract';
import type { Axis } from '../../charts/plot';
import { linearScale, logScale, type Scale, tickWriter } from '../../charts/plot-scale';

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

/** Below the largest value by this factor nothing is told apart on a logarithmic axis. */
const DEPTH = 1e4;

/** Influence up the axis. */
export function influenceAxis(values: readonly number[], log: boolean): Axis {
  const most = Math.max(...values.filter(Number.isFinite));
  const scale = log ? footed(logScale(values.filter((v) => v > most / DEPTH))) : linearScale(values, { zero: true });
  return { scale, label: log ? 'influence, log; 0 and less at the foot' : 'influence', write: tickWriter(scale) };
}

/** What lies below a scale's low end is at its foot. */
const footed = (scale: Scale): Scale => ({ ...scale, at: (value) => Math.max(0, scale.at(value)) });

/** Darker for lower blocks, lighter for higher ones; all of them can be told from the page in both themes. */
export function blockColour(block: number, blocks: number): string {
  const t = blocks > 1 ? block / (blocks - 1) : 0;
  const mix = (from: number, to: number) => (from + (to - from) * t).toFixed(3);
  const light = `oklch(${mix(0.28, 0.72)} ${mix(0.1, 0.13)} ${mix(285, 195)})`;
  const dark = `oklch(${mix(0.5, 0.92)} ${mix(0.14, 0.1)} ${mix(285, 195)})`;
  return `light-dark(${light}, ${dark})`;
}
