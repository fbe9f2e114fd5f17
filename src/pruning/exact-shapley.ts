import { LopperError } from '../errors';
import type { Sublayer } from '../model/units';
import { type BatchSize, branchWithout, type Estimator, finiteOrNaN, type SamplerState, sizeNow } from './estimate';

/** Beyond this the subsets are too many: 4,096 of them here. */
export const MOST_EXACT_UNITS = 12;

/**
 * Shapley values by every subset of the units: each set's value counts for every unit, with the weight that Shapley's
 * formula gives to sets of that size. Sets come in an order in which those that agree on the lower units are neighbours, so
 * that a walk shares their lower layers. `drawn` counts sets; values are NaN until the last is in. A value that is not
 * finite takes part in every unit's and leaves none of them: all are NaN. Throws `usage` for more than 12 units.
 */
export function* exactShapley(
  units: readonly (readonly Sublayer[])[],
  {
    setsPerBatch = 256,
    until,
  }: { setsPerBatch?: BatchSize /** Sets after which it ends, default all. */; until?: number } = {},
  from?: SamplerState,
): Estimator {
  const n = units.length;
  if (n > MOST_EXACT_UNITS) {
    throw new LopperError(
      'usage',
      `Exact Shapley values of ${n} units would take ${2 ** n} subsets; ${MOST_EXACT_UNITS} units are the most.`,
      'Sample permutations instead, or choose a coarser unit such as block.',
    );
  }
  const total = until ?? 2 ** n;
  const weight = weightsOf(n);
  const sums = from?.sums[0] ? [...from.sums[0]] : new Array<number>(n).fill(0);
  let [all, none] = from?.ends ?? [Number.NaN, Number.NaN];
  let drawn = from?.drawn ?? 0;
  const state = (): SamplerState => ({ drawn, sums: [[...sums]], ends: [all, none] });
  const unknown = units.map(() => Number.NaN);
  while (drawn < total) {
    const sets = Array.from({ length: Math.min(sizeNow(setsPerBatch), total - drawn) }, (_, i) => subset(n, drawn + i));
    const values = yield {
      branches: sets.map((gone) => branchWithout(units, gone)),
      ...(drawn > 0 && {
        soFar: { values: unknown, intervals: unknown.map((x) => [x, x] as const), state: state() },
      }),
    };
    for (const [i, gone] of sets.entries()) {
      const value = finiteOrNaN(values[i]!);
      if (gone.length === 0) all = value;
      if (gone.length === n) none = value;
      const kept = n - gone.length;
      for (let unit = 0; unit < n; unit++) {
        sums[unit]! += value * (gone.includes(unit) ? -weight[kept]! : weight[kept - 1]!);
      }
    }
    drawn += sets.length;
  }
  return {
    values: [...sums],
    intervals: sums.map((value) => [value, value]),
    efficiency: { sum: sums.reduce((sum, value) => sum + value, 0), all, none },
    stopped: 'exact',
    state: state(),
  };
}

/** Units gone from subset number `index`: the lowest unit is the highest bit. */
const subset = (n: number, index: number): number[] =>
  Array.from({ length: n }, (_, unit) => unit).filter((unit) => (index >> (n - 1 - unit)) & 1);

/** [others kept] weight of the marginal of a unit that joins so many others: s! (n - 1 - s)! / n!. */
function weightsOf(n: number): number[] {
  const factorial = (k: number): number => (k < 2 ? 1 : k * factorial(k - 1));
  return Array.from({ length: n }, (_, s) => (factorial(s) * factorial(n - 1 - s)) / factorial(n));
}
