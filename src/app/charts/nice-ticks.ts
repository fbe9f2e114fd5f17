/** Steps between ticks at most: the charts are low, and read by their bars. */
const MOST_STEPS = 4;
/** From this many times the second largest a bar is cut: whole, it would flatten all the others. */
const CUT_FROM = 4;

/**
 * The values a chart spans, its intervals with them. Where one value towers over the others the top is below it, and its
 * bar is cut there.
 */
export function chartRange(
  values: readonly number[],
  intervals?: readonly (readonly [number, number])[],
): { low: number; high: number } {
  const finite = (all: readonly number[]) => all.filter(Number.isFinite);
  const low = Math.min(0, ...finite(values), ...finite(intervals?.map((i) => i[0]) ?? []));
  // An interval that is not known yet is NaN at both ends.
  const tops = finite(values.map((v, i) => Math.max(v, intervals?.[i]?.[1] || v)));
  const [first = 0, second = 0] = tops.sort((a, b) => b - a);
  const cut = second > 0 && first > CUT_FROM * second;
  return { low, high: Math.max(0, cut ? 1.35 * second : first) };
}

const STEPS = [1, 2, 5, 10] as const;

const stepOf = (low: number, high: number, most: number): number => {
  const rough = (high - low) / most;
  const power = 10 ** Math.floor(Math.log10(rough));
  const at = STEPS.findIndex((m) => m * power >= rough * 0.999);
  const step = STEPS[at]! * power;
  // One tick by itself is no scale: then the next finer step.
  return first(low, step) < last(high, step) ? step : (STEPS[at - 1] ?? 1) * power;
};

/** The first and the last multiple of a step within a range, a little beside it where rounding put them there. */
const first = (low: number, step: number) => Math.ceil(low / step - 1e-9);
const last = (high: number, step: number) => Math.floor(high / step + 1e-9);

/** Round values from `low` to `high`, 0 among them where it lies between, about `most` steps apart. */
export function niceTicks(low: number, high: number, most = MOST_STEPS): number[] {
  if (!(high > low)) return [low];
  const step = stepOf(low, high, most);
  // Beyond what a float can count, steps would never end.
  if (!Number.isSafeInteger(Math.ceil(high / step))) return [low];
  const ticks: number[] = [];
  for (let i = first(low, step); i <= last(high, step); i++) {
    ticks.push(Number((i * step).toPrecision(12)) + 0);
  }
  return ticks;
}

/** Labels that fit under a narrow chart. */
const MOST_LABELS = 13;

/** The blocks that are labelled: all of them, or every second, fifth, tenth. */
export function blockTicks(blocks: number): number[] {
  const step = [1, 2, 5, 10, 20, 50].find((s) => blocks / s <= MOST_LABELS) ?? 100;
  return Array.from({ length: Math.ceil(blocks / step) }, (_, i) => i * step);
}
