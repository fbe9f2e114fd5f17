/** Steps between ticks at most: the charts are low, and read by their bars. */
const MOST_STEPS = 4;

/** Round values from `low` to `high`, 0 among them where it lies between. */
export function niceTicks(low: number, high: number): number[] {
  if (!(high > low)) return [low];
  const rough = (high - low) / MOST_STEPS;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 2.5, 5, 10].map((m) => m * power).find((s) => s >= rough * 0.999) ?? 10 * power;
  const ticks: number[] = [];
  for (let i = Math.ceil(low / step - 1e-9); i * step <= high + 1e-9 * step; i++)
    ticks.push(Number((i * step).toPrecision(12)));
  return ticks;
}

/** Labels that fit under a narrow chart. */
const MOST_LABELS = 13;

/** The blocks that are labelled: all of them, or every second, fifth, tenth. */
export function blockTicks(blocks: number): number[] {
  const step = [1, 2, 5, 10, 20, 50].find((s) => blocks / s <= MOST_LABELS) ?? 100;
  return Array.from({ length: Math.ceil(blocks / step) }, (_, i) => i * step);
}
