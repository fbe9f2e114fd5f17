/** What may stand in for a unit, by least squares from its moments. Definitions: `../shared/oracle/recovery.py`. */
import { LopperError } from '../errors';
import { dot, eigenvectors, product, type Square, type Steps, solve, symmetric, transposed } from './matrices';
import type { LowRank, Numbers, RecoveryModule } from './module';
import type { Moments } from './moments';

/** Widths up to which a closed form is solved whole, on the processor: at this one, a few tens of seconds. See wide-fit.ts. */
export const MOST_WIDTH = 1024;

/** Ranks of wider ones: so many directions are found in minutes. */
const MOST_WIDE_RANK = 512;

/** Of the mean eigenvalue, added to every one: what keeps a map from following noise. */
export const DEFAULT_RIDGE = 1e-6;

/** Ridge is raised tenfold up to here where there are too few rows for a smaller one. */
const MOST_RIDGE = 1;

const plain = (values: ArrayLike<number>): Numbers => Float32Array.from(values);

/** The mean of what it should give: the emulated update. */
export const fitMean = ({ t }: Moments): RecoveryModule => ({ strength: 1, bias: plain(t) });

/** Each channel on its own, of itself. */
export function fitDiagonal({ x, t, xx, xt, weight }: Moments, ridge = DEFAULT_RIDGE): RecoveryModule {
  const least = (ridge * xx.reduce((sum, v) => sum + v, 0)) / xx.length / weight;
  const slope = xt.map((v, j) => v / weight / (xx[j] / weight + least || 1));
  return { strength: 1, bias: plain(t.map((v, j) => v - slope[j] * x[j])), diagonal: plain(slope) };
}

/** What is read, times how much larger it is with what should be added: the mean of that over channels that carry something. */
export function fitScale({ absX, absSum }: Moments): RecoveryModule & { readonly diagonal: Numbers } {
  const ratios = [...absSum].flatMap((v, j) => (absX[j] > 0 ? [v / absX[j]] : []));
  const scale = ratios.length > 0 ? ratios.reduce((sum, v) => sum + v, 0) / ratios.length : 1;
  return { strength: 1, bias: new Float32Array(absX.length), diagonal: new Float32Array(absX.length).fill(scale - 1) };
}

/** A linear map of every rank at once, up to as many as there are directions. */
export interface LinearFit {
  readonly width: number;
  /** The ridge it was solved with: what was asked for, or more where there were too few rows for that. */
  readonly ridge: number;
  /** [ranks, width], a row for each rank: directions of what it gives, the most telling first, and what x is read by for each. */
  readonly directions: Square;
  readonly readers: Square;
  /** Means of x and t that it was fitted around. */
  readonly x: Float64Array;
  readonly t: Float64Array;
}

/**
 * Reduced-rank regression: W = (S + g I)^-1 C for S = X'X, C = X'T and g = ridge * trace(S) / width; the directions are the
 * eigenvectors of W'SW. For widths up to `MOST_WIDTH`. Throws `usage` where no ridge helps.
 */
export function* fitLinear({ x, t, products }: Moments, ridge = DEFAULT_RIDGE): Steps<LinearFit> {
  const width = x.length;
  if (!products) throw new Error('a linear map needs the products');
  const trace = x.reduce((sum, _, i) => sum + products.xx[i * width + i], 0);
  for (const used of ridgesFrom(ridge)) {
    const least = (used * trace) / width;
    const s = products.xx.map((v, k) => (k % (width + 1) === 0 ? v + least : v));
    const w = yield* solve(s, products.xt, width);
    if (!w) continue;
    // W'SW = W'C - g W'W, since (S + g I) W = C.
    const turned = transposed(w, width);
    const inner = yield* product(turned, products.xt, width);
    const excess = yield* product(turned, w, width);
    const m = symmetric(
      inner.map((v, k) => v - least * excess[k]),
      width,
    );
    const { vectors } = yield* eigenvectors(m, width);
    const readers = yield* product(vectors, turned, width);
    return { width, ridge: used, directions: vectors, readers, x, t };
  }
  throw noMap(width);
}

/** What is tried in turn. */
export function* ridgesFrom(ridge: number): Generator<number> {
  for (let used = ridge; used <= Math.max(ridge, MOST_RIDGE); used = Math.max(used * 10, Number.EPSILON)) yield used;
}

export const noMap = (width: number) =>
  new LopperError(
    'usage',
    `No linear map of a stream of width ${width} follows from this text.`,
    'Fit on a longer text, or use the mean update.',
  );

/** The largest rank of a linear map in closed form. */
export const mostRank = (width: number): number => (width > MOST_WIDTH ? MOST_WIDE_RANK : width);

/** Throws `usage` for a rank that no closed form has. */
export function checkClosedRank(rank: number, width: number): void {
  checkRank(rank, width);
  if (rank <= mostRank(width)) return;
  throw new LopperError(
    'usage',
    `Of a stream of ${width} channels, linear maps are fitted up to rank ${mostRank(width)}; rank ${rank} was asked for.`,
    'Ask for a smaller rank.',
  );
}

/** Throws `usage` for an impossible rank. */
export function checkRank(rank: number, width: number): void {
  if (Number.isInteger(rank) && rank >= 1 && rank <= width) return;
  throw new LopperError(
    'usage',
    `A linear map of rank ${rank} is not possible.`,
    `Choose a whole number from 1 to ${width}, the width of this model's stream.`,
  );
}

/** 1, 2, 4, ... and the largest itself. */
export function ranksTo(most: number): number[] {
  const ranks = [];
  for (let rank = 1; rank < most; rank *= 2) ranks.push(rank);
  return [...ranks, most];
}

/** As many as there are directions. */
export const ranksOf = ({ width, directions }: LinearFit): number => directions.length / width;

/** The map of so many directions. At full rank it is the regression itself. Throws `usage` for an impossible rank. */
export function mapOfRank(
  { width, directions, readers, x, t }: LinearFit,
  rank: number,
): RecoveryModule & { map: LowRank } {
  checkRank(rank, width);
  const own = readers.subarray(0, rank * width);
  const bias = t.slice();
  for (let k = 0; k < rank; k++) {
    let read = 0;
    for (let i = 0; i < width; i++) read += own[k * width + i] * x[i];
    for (let i = 0; i < width; i++) bias[i] -= directions[k * width + i] * read;
  }
  const b = new Float32Array(width * rank);
  for (let k = 0; k < rank; k++) for (let i = 0; i < width; i++) b[i * rank + k] = directions[k * width + i];
  return { strength: 1, bias: plain(bias), map: { rank, a: plain(own), b } };
}

/**
 * How much of what a unit does is in maps of rank 0 to the largest, on the rows of `on`: 1 - their squared error over that of
 * the mean update `mean`. 0: no better than the mean update; below it, on text that was not fitted on, worse.
 */
export function* r2ByRank(fit: LinearFit, on: Moments, mean: Float64Array): Steps<Float64Array> {
  const { width, directions, readers } = fit;
  const ranks = ranksOf(fit);
  const { xx, xt } = on.products!;
  const [off, all] = [on.x.map((v, i) => v - fit.x[i]), scatterAround(on, mean)];
  const rest = on.t.map((v, i) => v - fit.t[i]); // what the means leave
  let error = on.tt.reduce((sum, v) => sum + v, 0) + on.weight * squared(rest);
  const left = new Float64Array(ranks + 1);
  left[0] = error;
  const ownXx = yield* product(readers, xx, width, ranks);
  const ownXt = yield* product(readers, xt, width, ranks);
  for (let k = 0; k < ranks; k++) {
    const row = (of: Square) => of.subarray(k * width, (k + 1) * width);
    const [q, p] = [row(readers), row(directions)];
    const shift = dot(q, off);
    error += dot(row(ownXx), q) - 2 * dot(row(ownXt), p) + on.weight * (shift ** 2 - 2 * shift * dot(p, rest));
    left[k + 1] = error;
  }
  return left.map((v) => 1 - v / all);
}

/** The same of a module without a map. */
export function r2Of({ bias, diagonal }: RecoveryModule, on: Moments, mean: Float64Array): number {
  let error = 0;
  for (const [j, b] of bias.entries()) {
    const a = diagonal?.[j] ?? 0;
    const rest = on.t[j] - a * on.x[j] - b;
    error += on.tt[j] - 2 * a * on.xt[j] + a * a * on.xx[j] + on.weight * rest ** 2;
  }
  return 1 - error / scatterAround(on, mean);
}

/** The squared error of one vector for all rows. */
const scatterAround = ({ t, tt, weight }: Moments, mean: Float64Array): number =>
  tt.reduce((sum, v) => sum + v, 0) + weight * squared(t.map((v, i) => v - mean[i]));

const squared = (a: Float64Array): number => dot(a, a);

/** Of a vector over channels: its length, and its mean and standard deviation (over all of them). */
export function channelsOf(v: ArrayLike<number>): { norm: number; mean: number; std: number } {
  const values = Array.from(v);
  const mean = values.reduce((sum, x) => sum + x, 0) / values.length;
  const spread = values.reduce((sum, x) => sum + (x - mean) ** 2, 0) / values.length;
  return { norm: Math.sqrt(values.reduce((sum, x) => sum + x * x, 0)), mean, std: Math.sqrt(spread) };
}
