import type { Sublayer } from '../model/units';
import { seededAt, shuffled } from '../random';
import {
  type BatchSize,
  branchWithout,
  type Dropped,
  type Estimate,
  type Estimator,
  finiteOrNaN,
  type SamplerState,
  sizeNow,
} from './estimate';
import { addSample, around, halfWidth, type Moments, squaredError } from './interval';

export interface SamplingSettings {
  readonly seed: number;
  /** Most permutations drawn, an antithetic pair counted as two; a pair is drawn at least. */
  readonly permutations: number;
  /** Sampling ends once every unit's 95% half-width is at most this. */
  readonly bound?: number;
  /** Sampling ends once the order of the lowest so many units stands still: see `standsStill`. */
  readonly stableLowest?: number;
  /** Pairs whose sets are asked for together, default 4: more share more of a walk, fewer answer sooner. */
  readonly pairsPerBatch?: BatchSize;
}

/** No rule ends sampling before this many pairs: fewer may agree by chance. */
export const LEAST_PAIRS = 8;
/** An order that was new within the last so many pairs does not stand still. */
export const STILL_PAIRS = 10;
/** Values kept, so that a set which comes again is not asked for again. */
const MOST_KNOWN = 32_768;

/**
 * Shapley values by antithetic permutations: each pair is a random order of removal and its reverse, and a unit's
 * sample is the mean of what its removal costs in the two. Pairs are independent of one another, so the interval is
 * from the variance over pairs, by Student's t. Within every pair the samples sum to v(all) - v(none) exactly.
 *
 * Pair p of a seed is always the same, and the rules are tried after each pair in turn: the outcome depends neither on
 * the size of the batches nor on being stopped and restored. A value that is not finite spoils the two units on either
 * side of that set in the order in which it came: their values are NaN from there on, and the others stand.
 */
export function* sampleShapley(
  units: readonly (readonly Sublayer[])[],
  settings: SamplingSettings,
  from?: SamplerState,
): Estimator {
  const sampler = new Sampler(units.length, settings, from);
  const most = Math.max(1, Math.floor(settings.permutations / 2));
  let stopped = sampler.stopped();
  while (!stopped && sampler.pairs < most) {
    const first = sampler.pairs;
    const count = Math.min(most - first, sizeNow(settings.pairsPerBatch ?? 4));
    const pairs = Array.from({ length: count }, (_, i) => antitheticPair(units.length, settings.seed, first + i));
    const asked = sampler.unknown(pairs.flat());
    const branches: Dropped[] = [...asked.values()].map((gone) => branchWithout(units, gone));
    const soFar = first > 0 ? sampler.estimate() : undefined;
    sampler.learn([...asked.keys()], yield { branches, ...(soFar && { soFar }) });
    for (const pair of pairs) {
      sampler.add(pair);
      stopped = sampler.stopped();
      if (stopped) break;
    }
  }
  return { ...sampler.estimate(), stopped: stopped ?? 'permutations' };
}

/** Order of removal number `pair` of a seed, and its reverse. */
export function antitheticPair(units: number, seed: number, pair: number): readonly [number[], number[]] {
  const order = shuffled(units, seededAt(seed, pair));
  return [order, order.toReversed()];
}

const keyOf = (gone: readonly number[]) => gone.join();

class Sampler {
  readonly #known = new Map<string, number>();
  readonly #moments: Moments[];
  readonly #ends: readonly [all: string, none: string];
  #lowest: SamplerState['lowest'];
  pairs: number;

  constructor(
    readonly units: number,
    readonly settings: SamplingSettings,
    from?: SamplerState,
  ) {
    const everyUnit = Array.from({ length: units }, (_, i) => i);
    this.#ends = [keyOf([]), keyOf(everyUnit)];
    if (from?.ends) for (const [i, value] of from.ends.entries()) this.#known.set(this.#ends[i]!, value);
    this.pairs = (from?.drawn ?? 0) / 2;
    const [means, squares] = from?.sums ?? [];
    this.#moments = everyUnit.map((i) => ({
      count: this.pairs,
      mean: means?.[i] ?? 0,
      squares: squares?.[i] ?? 0,
    }));
    this.#lowest = from?.lowest;
  }

  /** Sets on the way of these orders whose value is not known, by key. */
  unknown(orders: readonly (readonly number[])[]): Map<string, number[]> {
    if (this.#known.size > MOST_KNOWN) this.#forget();
    const asked = new Map<string, number[]>();
    for (const order of orders) {
      for (const [key, gone] of setsAlong(order)) if (!this.#known.has(key)) asked.set(key, gone);
    }
    return asked;
  }

  learn(keys: readonly string[], values: readonly number[]) {
    for (const [i, key] of keys.entries()) this.#known.set(key, finiteOrNaN(values[i]!));
  }

  /** All but the ends, which every order needs. */
  #forget() {
    const ends = this.#ends.map((key) => [key, this.#known.get(key)!] as const);
    this.#known.clear();
    for (const [key, value] of ends) this.#known.set(key, value);
  }

  add(pair: readonly (readonly number[])[]) {
    const samples = new Array<number>(this.units).fill(0);
    for (const order of pair) {
      const values = [...setsAlong(order)].map(([key]) => this.#known.get(key)!);
      for (const [i, unit] of order.entries()) samples[unit]! += (values[i]! - values[i + 1]!) / 2;
    }
    for (const [unit, sample] of samples.entries()) addSample(this.#moments[unit]!, sample);
    this.pairs++;
    const order = this.#order().slice(0, this.settings.stableLowest ?? 0);
    if (keyOf(order) !== keyOf(this.#lowest?.order ?? [])) this.#lowest = { order, since: this.pairs };
  }

  stopped(): 'bound' | 'stable' | undefined {
    if (this.pairs < LEAST_PAIRS) return undefined;
    const { bound, stableLowest = 0 } = this.settings;
    const finite = this.#moments.filter((m) => !Number.isNaN(m.mean));
    if (bound !== undefined && finite.every((m) => halfWidth(m) <= bound)) return 'bound';
    return stableLowest > 0 && this.#standsStill(stableLowest) ? 'stable' : undefined;
  }

  /**
   * The lowest units are the same, in the same order, as half of all pairs ago and `STILL_PAIRS` ago at least, and every
   * two neighbours among them, with the first that is not one of them, lie apart by the standard error of their difference
   * (the two taken as independent). Without the second, a toss-up would now and then pass for an order.
   */
  #standsStill(count: number): boolean {
    if (this.#lowest?.order.length !== Math.min(count, this.units)) return false;
    if (this.pairs - this.#lowest.since < Math.max(STILL_PAIRS, this.pairs / 2)) return false;
    const near = this.#order()
      .slice(0, count + 1)
      .map((unit) => this.#moments[unit]!)
      .filter((m) => !Number.isNaN(m.mean));
    return near.every((m, i) => {
      const next = near[i + 1];
      return !next || (next.mean - m.mean) ** 2 >= squaredError(m) + squaredError(next);
    });
  }

  /** Ascending by mean, ties by index, spoiled units last. */
  #order(): number[] {
    const mean = (unit: number) => this.#moments[unit]!.mean;
    const bad = (unit: number) => Number(Number.isNaN(mean(unit)));
    return this.#moments
      .map((_, unit) => unit)
      .sort((a, b) => bad(a) - bad(b) || (bad(a) ? 0 : mean(a) - mean(b)) || a - b);
  }

  estimate(): Estimate {
    const values = this.#moments.map((m) => m.mean);
    const [all, none] = this.#ends.map((key) => this.#known.get(key)!) as [number, number];
    return {
      values,
      intervals: this.#moments.map((m) => around(m.mean, halfWidth(m))),
      efficiency: { sum: values.reduce((sum, value) => sum + value, 0), all, none },
      state: {
        drawn: 2 * this.pairs,
        sums: [values, this.#moments.map((m) => m.squares)],
        ends: [all, none],
        ...(this.#lowest && { lowest: this.#lowest }),
      },
    };
  }
}

/** The sets that an order of removal goes through, from nothing gone to everything: by key, their units ascending. */
function* setsAlong(order: readonly number[]): Generator<[key: string, gone: number[]]> {
  let gone: number[] = [];
  yield [keyOf(gone), gone];
  for (const unit of order) {
    gone = [...gone, unit].sort((a, b) => a - b);
    yield [keyOf(gone), gone];
  }
}
