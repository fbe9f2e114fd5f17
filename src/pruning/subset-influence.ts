import type { Sublayer } from '../model/units';
import { seededAt, shuffled } from '../random';
import { branchWithout, type Estimate, type Estimator, finiteOrNaN, type SamplerState } from './estimate';
import { addSample, around, type Moments, squaredError, studentT } from './interval';

export interface SubsetSettings {
  readonly seed: number;
  /** Most subsets drawn. */
  readonly subsets: number;
  /** Units in each subset, default `keptUnits`. */
  readonly kept?: number;
  /** Sampling ends once every unit's 95% half-width is at most this. */
  readonly bound?: number;
  /** Subsets that are asked for together; default those of a deck, see `drawSubset`. */
  readonly subsetsPerBatch?: number;
}

/** Units kept of n, as the paper's code has it: `int(0.9 n)`, 28 of 32. */
export const keptUnits = (n: number): number => Math.floor(0.9 * n);

/** A unit that is hardly ever absent has no interval to speak of: no bound is met on fewer samples than this. */
const LEAST_SAMPLES = 8;

/**
 * The paper's influence from random subsets of one fixed size:
 *
 *   influence_i = mean(v | i kept) - mean(v | i gone),
 *
 * with v larger where the model is better, an accuracy for instance. (The paper's V is a 0-1 loss, whence its
 * `mean(V | i absent) - mean(V | i present)`: the same number.) Larger is more important. The interval is that of a
 * difference of two means with variances of their own (Welch), subsets taken as independent. `drawn` counts subsets. With one
 * unit gone from each subset and whole decks drawn, the order is that of leave-one-out. A value that is not finite spoils
 * the units that were gone: for the others, it is left out as if it had not been drawn.
 */
export function* sampleSubsets(
  units: readonly (readonly Sublayer[])[],
  settings: SubsetSettings,
  from?: SamplerState,
): Estimator {
  const n = units.length;
  const { seed, subsets, bound, kept = keptUnits(n) } = settings;
  const perBatch = settings.subsetsPerBatch ?? subsetsPerDeck(n, kept);
  const state = restore(n, from);
  let stopped = boundMet(state, bound);
  while (!stopped && state.drawn < subsets) {
    const count = Math.min(perBatch, subsets - state.drawn);
    const sets = Array.from({ length: count }, (_, i) => drawSubset(n, kept, seed, state.drawn + i));
    const soFar = state.drawn > 0 ? estimate(state) : undefined;
    const values = yield { branches: sets.map((gone) => branchWithout(units, gone)), ...(soFar && { soFar }) };
    for (const [i, gone] of sets.entries()) {
      add(state, gone, finiteOrNaN(values[i]!));
      stopped = boundMet(state, bound);
      if (stopped) break;
    }
  }
  return { ...estimate(state), stopped: stopped ?? 'permutations' };
}

/** Subsets dealt from one shuffled deck of the units. */
const subsetsPerDeck = (n: number, kept: number): number => Math.max(1, Math.floor(n / Math.max(1, n - kept)));

/**
 * Units gone from subset number `index` of a seed, ascending. They are dealt from a shuffled deck without laying back, so
 * that every unit is gone about as often as any other; each subset by itself is as random as any of its size.
 */
export function drawSubset(n: number, kept: number, seed: number, index: number): number[] {
  const perDeck = subsetsPerDeck(n, kept);
  const deck = shuffled(n, seededAt(seed, Math.floor(index / perDeck)));
  const gone = n - kept;
  const place = (index % perDeck) * gone;
  return deck.slice(place, place + gone).sort((a, b) => a - b);
}

interface Sums {
  drawn: number;
  /** Of each unit: values of the subsets it was gone from, and of those that kept it. */
  readonly gone: Moments[];
  readonly kept: Moments[];
}

function restore(n: number, from?: SamplerState): Sums {
  const rows = from?.sums ?? [];
  const moments = (first: number) =>
    Array.from({ length: n }, (_, i) => ({
      count: rows[first]?.[i] ?? 0,
      mean: rows[first + 1]?.[i] ?? 0,
      squares: rows[first + 2]?.[i] ?? 0,
    }));
  return { drawn: from?.drawn ?? 0, gone: moments(0), kept: moments(3) };
}

function add(state: Sums, gone: readonly number[], value: number) {
  state.drawn++;
  for (const unit of state.gone.keys()) {
    if (gone.includes(unit)) addSample(state.gone[unit]!, value);
    else if (!Number.isNaN(value)) addSample(state.kept[unit]!, value);
  }
}

const influence = (kept: Moments, gone: Moments) =>
  kept.count > 0 && gone.count > 0 ? kept.mean - gone.mean : Number.NaN;

function halfWidth(kept: Moments, gone: Moments): number {
  const [a, b] = [squaredError(kept), squaredError(gone)];
  if (a + b === 0) return 0;
  const df = (a + b) ** 2 / (a ** 2 / (kept.count - 1) + b ** 2 / (gone.count - 1));
  return studentT(df) * Math.sqrt(a + b);
}

function boundMet({ gone, kept }: Sums, bound: number | undefined): 'bound' | undefined {
  if (bound === undefined) return undefined;
  const met = gone.every(
    (own, i) => own.count >= LEAST_SAMPLES && (Number.isNaN(own.mean) || halfWidth(kept[i]!, own) <= bound),
  );
  return met ? 'bound' : undefined;
}

function estimate({ drawn, gone, kept }: Sums): Estimate {
  const values = gone.map((own, i) => influence(kept[i]!, own));
  const rows = (moments: readonly Moments[]) => [
    moments.map((m) => m.count),
    moments.map((m) => m.mean),
    moments.map((m) => m.squares),
  ];
  return {
    values,
    intervals: values.map((value, i) => around(value, halfWidth(kept[i]!, gone[i]!))),
    state: { drawn, sums: [...rows(gone), ...rows(kept)] },
  };
}
