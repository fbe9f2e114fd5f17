/**
 * A linear map of a stream too wide for a full eigensolver: the same reduced-rank regression as `fitLinear`, of as many
 * directions as are asked for. The equations are solved on the GPU in single precision, the directions found by subspace
 * iteration (Halko, Martinsson and Tropp 2011), and what x is read by is refined in double precision.
 */
import { seededAt } from '../random';
import { DEFAULT_RIDGE, type LinearFit, noMap, ridgesFrom } from './fit';
import { dot, eigenvectors, length, product, type Square, type Steps, symmetric } from './matrices';
import type { Moments } from './moments';

/** A matrix that is multiplied by and solved for elsewhere: see the engine's contract. */
export interface DeviceSquare {
  times(rows: Float32Array, signal?: AbortSignal): Promise<Float32Array>;
  timesTransposed(rows: Float32Array, signal?: AbortSignal): Promise<Float32Array>;
  factor(signal?: AbortSignal): Promise<boolean>;
  solve(rows: Float32Array, signal?: AbortSignal): Promise<Float32Array>;
  dispose(): void;
}

export interface WideOptions {
  /** Brings a matrix [width, width] to where it is computed with. */
  readonly square: (width: number, values: Float32Array) => Promise<DeviceSquare>;
  /** Does a long computation a step at a time. */
  readonly run: <T>(steps: Steps<T>) => Promise<T>;
  readonly signal?: AbortSignal;
}

/** Directions that are found at least: those behind the rank show what a larger one would give. */
const LEAST_DIRECTIONS = 64;
/** So many more are looked for, to make sure of the last. */
const MORE = 16;
const MOST_ROUNDS = 30;
/** The share of all that the directions tell which another round may still add. */
const STILL = 1e-6;
const REFINEMENTS = 4;
/** Of a right side, what its solution may leave: less is refined no further, and more is no solution. */
const [LEAST_LEFT, MOST_LEFT] = [1e-7, 1e-3];

/** At least the `rank` most telling directions. Throws `usage` where no ridge helps, and what the device throws. */
export async function fitWide(
  { x, t, products }: Moments,
  rank: number,
  ridge = DEFAULT_RIDGE,
  device: WideOptions,
): Promise<LinearFit> {
  const width = x.length;
  if (!products) throw new Error('a linear map needs the products');
  const { xx, xt } = products;
  const kept = Math.min(width, Math.max(rank, LEAST_DIRECTIONS));
  const mean = x.reduce((sum, _, i) => sum + xx[i * width + i]!, 0) / width;
  for (const used of ridgesFrom(ridge)) {
    const equations = await Equations.of(xx, used * mean, device);
    try {
      if (!equations) continue;
      const found = await directionsOf(equations, xt, kept, device);
      const right = await device.run(transposedProduct(found, xt, kept, width));
      const readers = await equations.refined(right);
      if (readers) return { width, ridge: used, directions: found, readers, x, t };
    } finally {
      equations?.dispose();
    }
  }
  throw noMap(width);
}

/** A x = b for A = S + g I, in channels of one size: a massive one would take all the digits from the others. */
class Equations {
  private constructor(
    readonly xx: Square,
    readonly least: number,
    readonly size: Float64Array,
    readonly square: DeviceSquare,
    readonly device: WideOptions,
  ) {}

  /** Undefined where A has an eigenvalue that is not positive, as far as single precision can tell. */
  static async of(xx: Square, least: number, device: WideOptions): Promise<Equations | undefined> {
    const width = Math.sqrt(xx.length);
    const size = Float64Array.from({ length: width }, (_, i) => 1 / Math.sqrt(xx[i * width + i]! + least || 1));
    const a = new Float32Array(xx.length);
    for (let i = 0; i < width; i++) {
      for (let j = 0; j < width; j++) a[i * width + j] = size[i]! * size[j]! * xx[i * width + j]!;
      a[i * width + i]! += least * size[i]! ** 2;
    }
    const square = await device.square(width, a);
    if (await square.factor(device.signal)) return new Equations(xx, least, size, square, device);
    square.dispose();
    return undefined;
  }

  /** Rows b, to single precision. */
  async solve(rows: Square): Promise<Square> {
    const found = await this.square.solve(Float32Array.from(this.#sized(rows)), this.device.signal);
    return this.#sized(Float64Array.from(found));
  }

  /** To double precision, as far as solving for what is left leads; undefined where it leads nowhere. */
  async refined(rows: Square): Promise<Square | undefined> {
    const width = this.size.length;
    let x = await this.solve(rows);
    for (let round = 0; ; round++) {
      const given = await this.device.run(product(x, this.xx, width, rows.length / width));
      const rest = rows.map((v, k) => v - given[k]! - this.least * x[k]!);
      // Channel by channel in their own size, as they are solved for.
      const left = length(this.#sized(rest)) / (length(this.#sized(rows)) || 1);
      if (left < LEAST_LEFT || round === REFINEMENTS) return left < MOST_LEFT ? x : undefined;
      const more = await this.solve(rest);
      x = x.map((v, k) => v + more[k]!);
    }
  }

  #sized = (rows: Square): Square => rows.map((v, k) => v * this.size[k % this.size.length]!);

  dispose(): void {
    this.square.dispose();
  }
}

/** The eigenvectors of W'SW of the largest eigenvalues, one a row, by subspace iteration with Rayleigh and Ritz. */
async function directionsOf(a: Equations, xt: Square, kept: number, device: WideOptions): Promise<Square> {
  const { square, run, signal } = device;
  const width = a.size.length;
  const count = Math.min(width, kept + MORE);
  const c = await square(width, Float32Array.from(xt));
  try {
    const next = seededAt(0, 0);
    let v: Square = Float64Array.from({ length: count * width }, () => next() - 0.5);
    await run(orthonormal(v, width));
    let told = 0;
    for (let round = 1; ; round++) {
      // W'SW v = C' A^-1 (1 - g A^-1) C v, since S = A - g I.
      const read = await a.solve(Float64Array.from(await c.times(Float32Array.from(v), signal)));
      const excess = await a.solve(read.map((of) => a.least * of));
      const own = Float32Array.from(read, (of, k) => of - excess[k]!);
      const turned = Float64Array.from(await c.timesTransposed(own, signal));
      const inner = await run(transposedProduct(v, turned, count, width, count));
      const { values, vectors } = await run(eigenvectors(symmetric(inner, count), count));
      const now = values.subarray(0, kept).reduce((sum, of) => sum + of, 0);
      if (round === MOST_ROUNDS || Math.abs(now - told) <= STILL * Math.abs(now)) {
        const found = await run(rotated(vectors, v, width, kept));
        await run(orthonormal(found, width));
        return found;
      }
      told = now;
      v = await run(rotated(vectors, turned, width, count));
      await run(orthonormal(v, width));
    }
  } finally {
    c.dispose();
  }
}

/** Rows become orthonormal, in their order (Gram and Schmidt, twice). */
function* orthonormal(rows: Square, width: number): Steps<void> {
  const row = (i: number) => rows.subarray(i * width, (i + 1) * width);
  for (let i = 0; i * width < rows.length; i++) {
    const own = row(i);
    for (let k = 0; k < 2 * i; k++) {
      const other = row(k % i);
      const along = dot(own, other);
      for (let c = 0; c < width; c++) own[c]! -= along * other[c]!;
    }
    const size = length(own) || 1;
    for (let c = 0; c < width; c++) own[c]! /= size;
    yield;
  }
}

/** [count, width]: sums of rows by the first rows of `by`. */
function* rotated(by: Square, rows: Square, width: number, count: number): Steps<Square> {
  const out = new Float64Array(count * width);
  const from = rows.length / width;
  for (let i = 0; i < count; i++) {
    const own = out.subarray(i * width, (i + 1) * width);
    for (let k = 0; k < from; k++) {
      const factor = by[i * from + k]!;
      const other = rows.subarray(k * width, (k + 1) * width);
      for (let c = 0; c < width; c++) own[c]! += factor * other[c]!;
    }
    yield;
  }
  return out;
}

/** [count, others]: every row of a by every row of b. */
function* transposedProduct(a: Square, b: Square, count: number, width: number, others = width): Steps<Square> {
  const out = new Float64Array(count * others);
  for (let i = 0; i < count; i++) {
    const own = a.subarray(i * width, (i + 1) * width);
    for (let k = 0; k < others; k++) out[i * others + k] = dot(own, b.subarray(k * width, (k + 1) * width));
    yield;
  }
  return out;
}
