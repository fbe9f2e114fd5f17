import type { GrowthPoint } from '../../lab/contract';

/** Labels closer together than this, as a share of the axis, would overlap. */
const LABEL_GAP = 0.075;

/** Where points stand on the axis, 0 to 1: by log(1 + step) where every step is known, else evenly. */
export function axisOf(points: readonly GrowthPoint[]): { places: readonly number[]; title: string } {
  const steps = points.map((p) => p.step);
  const known = steps.every((s): s is number => s !== undefined);
  const at = known ? steps.map((s) => Math.log1p(s)) : points.map((_, i) => i);
  const [low, high] = [Math.min(...at), Math.max(...at)];
  return {
    places: at.map((a) => (high > low ? (a - low) / (high - low) : 0.5)),
    title: known ? 'training steps, logarithmic' : 'checkpoint',
  };
}

/** As many labels as have room, the last point's among them. */
export function stepTicks(points: readonly GrowthPoint[]): { point: number; text: string }[] {
  const { places } = axisOf(points);
  const chosen: number[] = [];
  for (let i = points.length - 1; i >= 0; i--) {
    const next = chosen.at(-1);
    if (next === undefined || places[next]! - places[i]! >= LABEL_GAP) chosen.push(i);
  }
  return chosen.reverse().map((point) => {
    const { step, name } = points[point]!;
    return { point, text: step === undefined ? name : step.toLocaleString('en') };
  });
}

/** Darker for lower blocks, lighter for higher ones; all of them can be told from the page in both themes. */
export function blockColour(block: number, blocks: number): string {
  const t = blocks > 1 ? block / (blocks - 1) : 0;
  const mix = (from: number, to: number) => (from + (to - from) * t).toFixed(3);
  const light = `oklch(${mix(0.28, 0.72)} ${mix(0.1, 0.13)} ${mix(285, 195)})`;
  const dark = `oklch(${mix(0.5, 0.92)} ${mix(0.14, 0.1)} ${mix(285, 195)})`;
  return `light-dark(${light}, ${dark})`;
}
