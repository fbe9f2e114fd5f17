import { type Branch, distinct, FULL, without } from '../../engine/branch';
import type { RunOptions } from '../../engine/contract';
import { LopperError } from '../../errors';
import { type Sublayer, type UnitKind, unitsOf } from '../../model/units';
import {
  type Batch,
  type Dropped,
  type Estimate,
  type Estimator,
  finiteOrNaN,
  type SamplerState,
} from '../../pruning/estimate';
import { exactShapley } from '../../pruning/exact-shapley';
import { isOfTask, traitsOf } from '../../pruning/metrics';
import { sampleShapley } from '../../pruning/shapley';
import { keptUnits, sampleSubsets } from '../../pruning/subset-influence';
import type { InfluenceReport, InfluenceSettings, Part, Sampling, ShapleyMetric } from '../contract';
import { difference, type SampledFacts, sampledPairs } from '../contract/asked';
import { shareOf } from '../contract/part';
import { breath } from '../running/breath';
import { notFinite } from '../running/finite';
import { Pace } from '../running/pace';
import type { Calibrated } from './calibrated';
import type { InfluenceOptions } from './influence-options';

/** Drawn where no number is given: intervals are narrow enough to see an order by then. */
export const DEFAULT_PERMUTATIONS = 64;
/** Estimates closer together than this are left out. */
const MIN_INTERVAL_MS = 250;
/** Losses of one model on one text differ by less, whatever the adapter. */
export const SAME_LOSS = 1e-3;

/** What a set of kept units is worth, larger is better, and what is said of it in the report. */
interface Worth {
  readonly tokens: number;
  readonly fullLoss?: number;
  readonly task?: Sampling['task'];
  of(branches: readonly Branch[], options: RunOptions): Promise<readonly number[]>;
}

type Job = InfluenceOptions & Required<Pick<InfluenceOptions, 'units' | 'base'>>;

/**
 * Shapley values of units by permutations or, where asked, by every subset; of a task the paper's fixed-size subsets. An
 * estimate comes after every batch, a few times a second at most, and carries what is needed to go on from it; batches
 * are sized by the time they take, which changes no number. A part draws its share and no rule ends it before: what its
 * sets are worth is kept for the whole. Throws `not-finite` where the full model gives no numbers and `usage` for settings
 * that cannot be met or a report that is of another request.
 */
export async function measureShapley(
  on: Calibrated,
  metric: ShapleyMetric,
  unit: UnitKind,
  options: Job,
): Promise<InfluenceReport> {
  const { units, base, resume, signal, onProgress, onEstimate, seed = 0, part } = options;
  checkSettings(options);
  const method = methodOf(metric, options);
  const worth = await openWorth(on, metric, options);
  const { tokens, fullLoss, task } = worth;
  const from = resume && stateOf(resume, { metric, unit, method, seed, units: units.length, tokens, task }, fullLoss);
  const pace = new Pace(method === 'exact' ? { first: 32, most: 1024 } : { first: 1, most: 64 });
  const facts: SampledReport = { metric, unit, tokens, fullLoss, method, seed, task };
  const asked = samplesAsked(metric, units.length, options);
  const draws = part && drawsOf(method, asked, part);
  const [first, total] = draws ?? [0, asked];
  const sets = new Map<string, number>();
  const estimator = draws
    ? estimatorOf(method, units, { seed, until: total }, () => pace.size, { drawn: first, sums: [] })
    : estimatorOf(method, units, { ...options, seed }, () => pace.size, from);
  let last = Number.NEGATIVE_INFINITY;
  let step: IteratorResult<Batch, Estimate> | undefined = first < total ? estimator.next([]) : undefined;
  while (step && !step.done) {
    const { branches, soFar } = step.value;
    if (soFar && !part && performance.now() - last >= MIN_INTERVAL_MS) {
      last = performance.now();
      onEstimate?.(sampledReport(facts, soFar));
    }
    // Where all is known already nothing is waited for, and a cancel still has to be heard.
    await breath(signal);
    const drawn = soFar?.state.drawn ?? first;
    // The walk tells of its own steps, but a batch of sets that are all known needs no walk.
    onProgress?.((drawn - first) / (total - first));
    const samples = Math.min(total - drawn, method === 'permutations' ? 2 * pace.size : branches.length);
    const values = await pace.time(() =>
      worth.of(
        branches.map((gone) => without(gone, base)),
        { signal, onProgress: (fraction) => onProgress?.((drawn - first + fraction * samples) / (total - first)) },
      ),
    );
    if (part) for (const [i, gone] of branches.entries()) sets.set(setName(gone), finiteOrNaN(values[i]!));
    step = estimator.next(values);
  }
  onProgress?.(1);
  if (!part) return sampledReport(facts, step!.value as Estimate);
  const { bound, stableLowest, permutations = DEFAULT_PERMUTATIONS } = options;
  return {
    ...{ metric, unit, tokens, values: units.map(() => Number.NaN) },
    ...(fullLoss !== undefined && { fullLoss }),
    part: { ...part, drawn: { method, seed, permutations, bound, stableLowest, task, sets: [...sets] } },
  };
}

/** All of a sampled report but its numbers. */
interface SampledReport extends Pick<InfluenceReport, 'metric' | 'unit' | 'tokens' | 'fullLoss'> {
  readonly method: Sampling['method'];
  readonly seed: number;
  readonly task: Sampling['task'];
}

function sampledReport({ metric, unit, tokens, fullLoss, method, seed, task }: SampledReport, estimate: Estimate) {
  const { values, intervals, efficiency, stopped, state } = estimate;
  const spoiled = values.flatMap((_, i) => (state.sums.some((row) => Number.isNaN(row[i])) ? [i] : []));
  return {
    ...{ metric, unit, values, tokens },
    ...(fullLoss !== undefined && { fullLoss }),
    ...(spoiled.length > 0 && { notFinite: spoiled }),
    sampling: {
      ...{ method, seed, drawn: state.drawn, intervals, state },
      ...(efficiency && { efficiency }),
      ...(stopped && { stopped }),
      ...(task && { task }),
    },
  } satisfies InfluenceReport;
}

/** The samples of a part: antithetic permutations stay together. */
function drawsOf(method: Sampling['method'], asked: number, part: Part): readonly [first: number, end: number] {
  if (method !== 'permutations') return shareOf(asked, part);
  const [first, end] = shareOf(Math.max(1, Math.floor(asked / 2)), part);
  return [2 * first, 2 * end];
}

/** What is gone, as parts write it. */
const setName = (gone: Dropped): string => [...gone].sort((a, b) => a - b).join();

/**
 * The whole of its parts: the same draws in the same order, each set worth what the part that drew it says. Throws
 * `result-invalid` where a set is in none of them.
 */
export function mergeShapley(parts: readonly InfluenceReport[]): InfluenceReport {
  const { metric, unit, tokens, fullLoss, values, part } = parts[0]!;
  const { method, seed, permutations, bound, stableLowest, task } = part!.drawn!;
  const units = unitsOf(unit === 'sublayer' ? values.length / 2 : values.length, unit);
  const known = new Map(parts.flatMap((one) => one.part!.drawn!.sets));
  const worth = (gone: Dropped) => {
    const found = known.get(setName(gone));
    if (found !== undefined) return found;
    throw new LopperError(
      'result-invalid',
      `No part says what the model is worth without the sublayers ${setName(gone) || 'of none'}.`,
      'Run the parts again.',
    );
  };
  const settings = { seed, permutations, bound, stableLowest };
  const estimator = estimatorOf(method, units, settings, () => MERGED_AT_ONCE, undefined);
  let step = estimator.next([]);
  while (!step.done) step = estimator.next(step.value.branches.map(worth));
  return sampledReport({ metric: metric as ShapleyMetric, unit, tokens, fullLoss, method, seed, task }, step.value);
}

/** Pairs, or sets, that are looked up together. */
const MERGED_AT_ONCE = 64;

/** Permutations, subsets or sets that will be drawn at most. */
export function samplesAsked(metric: ShapleyMetric, units: number, settings: InfluenceSettings): number {
  const { exact, permutations = DEFAULT_PERMUTATIONS } = settings;
  return exact && !isOfTask(metric) ? 2 ** units : permutations;
}

/** How a metric's sets are chosen. */
export const methodOf = (metric: ShapleyMetric, { exact }: InfluenceSettings): Sampling['method'] =>
  isOfTask(metric) ? 'subsets' : exact ? 'exact' : 'permutations';

/**
 * `batch`: pairs of permutations, or sets of an exact value, that are asked for together. `until`: samples after which it
 * ends, whatever else is asked.
 */
export function estimatorOf(
  method: Sampling['method'],
  units: readonly (readonly Sublayer[])[],
  settings: InfluenceSettings & { readonly seed: number; readonly until?: number },
  batch: () => number,
  from: SamplerState | undefined,
): Estimator {
  const { seed, bound, stableLowest, until } = settings;
  const permutations = until ?? settings.permutations ?? DEFAULT_PERMUTATIONS;
  if (method === 'exact') return exactShapley(units, { setsPerBatch: batch, until }, from);
  if (method === 'subsets') return sampleSubsets(units, { seed, subsets: permutations, bound }, from);
  return sampleShapley(units, { seed, permutations, bound, stableLowest, pairsPerBatch: batch }, from);
}

async function openWorth(on: Calibrated, metric: ShapleyMetric, options: Job): Promise<Worth> {
  const { base, units, signal } = options;
  if (isOfTask(metric)) {
    if (!options.examine) throw new TypeError('a task can only be a measure where one can be opened');
    const { measure, tokens, accuracies } = await options.examine(options.task);
    const known = new Map<string, number>();
    return {
      tokens,
      task: { ...measure, kept: keptUnits(units.length) },
      async of(branches, run) {
        const missing = distinct(branches.filter((b) => !known.has(b.key)));
        const found = missing.length > 0 ? await accuracies(missing, run) : [];
        for (const [i, b] of missing.entries()) known.set(b.key, found[i]?.accuracy ?? Number.NaN);
        return branches.map((b) => known.get(b.key)!);
      },
    };
  }
  const distances = traitsOf(metric).worth === 'logit';
  // The distance is from the full model, whatever is dropped already.
  const [full] = await on.measure([distances ? FULL : base], { signal, distances });
  if (!Number.isFinite(full!.loss)) throw notFinite(distances ? FULL : base);
  return {
    tokens: on.tokens,
    ...(!distances && { fullLoss: full!.loss }),
    of: async (branches, run) => {
      const measures = await on.measure(branches, { ...run, distances });
      return measures.map((m) => -(distances ? m.distance! : m.loss));
    },
  };
}

/** Where a report stood. Throws `usage` unless it is of the same request. */
function stateOf(report: InfluenceReport, is: SampledFacts, fullLoss: number | undefined): SamplerState {
  const { sampling } = report;
  const refuse = (message: string) =>
    new LopperError('usage', message, 'Ask for the same again, on the same text, or start anew.');
  if (!sampling?.state) throw refuse('The result to go on from does not say where it stood.');
  const other = difference(sampledPairs({ ...report, ...sampling, units: report.values.length }, is));
  if (other) {
    const [name, a, b] = other;
    throw refuse(`The result to go on from has the ${name} ${a}; what is asked for has ${b}.`);
  }
  if (fullLoss !== undefined && !(Math.abs(report.fullLoss! - fullLoss) < SAME_LOSS)) {
    throw refuse(
      `The result to go on from is of another model or text: the full loss was ${report.fullLoss}, and is ${fullLoss}.`,
    );
  }
  return sampling.state;
}

function checkSettings({ permutations, seed, bound, stableLowest }: InfluenceSettings): void {
  const check = (name: string, value: number | undefined, fits: (x: number) => boolean, wanted: string) => {
    if (value !== undefined && !fits(value)) throw new LopperError('usage', `${name} is ${value}.`, `Give ${wanted}.`);
  };
  const whole = (least: number) => (x: number) => Number.isInteger(x) && x >= least;
  check('The number of permutations', permutations, whole(2), 'a whole number of 2 or more');
  check('The seed', seed, whole(0), 'a whole number of 0 or more');
  check('The bound', bound, (x) => Number.isFinite(x) && x > 0, 'a number above 0');
  check('The number of lowest units', stableLowest, whole(1), 'a whole number of 1 or more');
}
