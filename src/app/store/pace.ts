/** How fast two models decode side by side, and whether that tells them apart. Pure. */

/** A measurement repeated: the middle of it and its ends. */
export interface Repeated {
  readonly median: number;
  readonly low: number;
  readonly high: number;
}

export interface Pace {
  /** Tokens per second. */
  readonly full: Repeated;
  readonly pruned: Repeated;
  /** Pruned over full, stretch by stretch. */
  readonly ratio: Repeated;
  /** Every stretch has the same of the two ahead; else what differs is the machine. */
  readonly told: boolean;
}

/**
 * Stretches that a run is cut into, each a repetition. Were the two alike, all seven would have the same one ahead in one
 * run of 64: a sign test at 2%.
 */
const STRETCHES = 7;

/**
 * From the milliseconds of each step, the two models having taken turns; undefined where there are too few to repeat. What
 * makes the machine slow for a while, or later steps dearer than earlier ones, meets both alike within a stretch.
 */
export function paceOf(full: readonly number[], pruned: readonly number[]): Pace | undefined {
  const each = Math.floor(Math.min(full.length, pruned.length) / STRETCHES);
  if (each === 0) return undefined;
  const rates = (steps: readonly number[]) =>
    Array.from({ length: STRETCHES }, (_, i) => {
      const own = steps.slice(i * each, (i + 1) * each);
      return (1000 * each) / own.reduce((sum, ms) => sum + ms, 0);
    });
  const [a, b] = [rates(full), rates(pruned)];
  const ratio = repeated(b.map((rate, i) => rate / a[i]!));
  return { full: repeated(a), pruned: repeated(b), ratio, told: ratio.low > 1 || ratio.high < 1 };
}

function repeated(values: readonly number[]): Repeated {
  const sorted = [...values].sort((x, y) => x - y);
  return { median: sorted[sorted.length >> 1]!, low: sorted[0]!, high: sorted.at(-1)! };
}
