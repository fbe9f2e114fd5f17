/** Pure arithmetic on what a walk measured of units: putting trees together, means, distributions. */
import { HISTOGRAM } from '../layout';
import type { Total } from './totals';

/** Up to so many rows it is worth keeping each one's numbers, and quantiles are exact; above, histograms serve. */
export const EXACT_ROWS = 16_384;

const { BINS, PER_OCTAVE, LOWEST_OCTAVE } = HISTOGRAM;

export const KINDS = ['attn', 'ffn', 'block'] as const;
export const SPREADS = ['update', 'stream', 'ratio', 'cosine'] as const satisfies readonly Spread[];

/** Static influence of one unit, means over rows. Depth-pruning metrics by name; `-output`: divided by the output's norm. */
export type UnitStatistics = Readonly<Record<Exclude<Total, 'stream' | 'alignment'>, number>>;

/** Of which a distribution can be had: |u|, |h|, |u| / |h| and the cosine of u with h, h being what the unit reads. */
export type Spread = 'update' | 'stream' | 'ratio' | 'cosine';

/** Sums over some rows of one unit's numbers. */
export interface RowSums {
  readonly rows: number;
  readonly sums: Readonly<Record<Total, number>>;
  /** Rows in each bin, see `HISTOGRAM`. */
  readonly histograms?: Readonly<Record<Spread, Uint32Array>>;
}

/** Every row of one unit, in the tree's order: 1 - cos between what the unit reads and leaves; |u|; |h|; cos(u, h). */
export interface UnitRows {
  readonly turn: Float32Array;
  readonly update: Float32Array;
  readonly stream: Float32Array;
  readonly alignment: Float32Array;
}

/** What a unit did; first positions apart from the rest, since they carry huge activations in some models. */
export interface UnitMeasures {
  readonly first: RowSums;
  readonly rest: RowSums;
  readonly rows?: UnitRows;
}

/**
 * Of every unit, by block; a dropped one does nothing. NaN stays in the numbers of the units it reached. Walks of several
 * trees are put together by `mergeStatistics`, and read by `meansOf` and `normsOf`.
 */
export interface WalkStatistics {
  readonly attn: readonly UnitMeasures[];
  readonly ffn: readonly UnitMeasures[];
  readonly block: readonly UnitMeasures[];
  /** Position of each row, where rows were asked for. */
  readonly positions?: Uint32Array;
}

/** Of one quantity over rows. */
export interface Distribution {
  readonly mean: number;
  readonly median: number;
  readonly p5: number;
  readonly p95: number;
}
export type UnitNorms = Readonly<Record<Spread, Distribution>>;
type ByKind<T> = Readonly<Record<(typeof KINDS)[number], readonly T[]>>;

/** The statistics of all rows of several walks of one model; rows and histograms only where every part has them. */
export function mergeStatistics(parts: readonly WalkStatistics[]): WalkStatistics {
  const [one] = parts;
  if (parts.length === 1) return one;
  const unit = (kind: (typeof KINDS)[number], i: number): UnitMeasures => {
    const units = parts.map((p) => p[kind][i]);
    const rows = complete(units.map((u) => u.rows));
    return {
      first: mergeSums(units.map((u) => u.first)),
      rest: mergeSums(units.map((u) => u.rest)),
      ...(rows && { rows: mergeRows(rows) }),
    };
  };
  const positions = complete(parts.map((p) => p.positions));
  return {
    attn: one.attn.map((_, i) => unit('attn', i)),
    ffn: one.ffn.map((_, i) => unit('ffn', i)),
    block: one.block.map((_, i) => unit('block', i)),
    ...(positions && { positions: Uint32Array.from(positions.flatMap((p) => [...p])) }),
  };
}

/** Means over all rows, first positions among them. */
export function meansOf(statistics: WalkStatistics): ByKind<UnitStatistics> {
  return byKind(statistics, ({ first, rest }) => {
    const { stream, alignment, ...metrics } = mergeSums([first, rest]).sums;
    return mapValues(metrics, (value) => value / (first.rows + rest.rows));
  });
}

/**
 * Distributions over first positions and over the others: exact where every row was kept (by linear interpolation between
 * neighbours), else from histograms, true to a bin. All of a unit's numbers of a kind are NaN where one row's was.
 */
export function normsOf(statistics: WalkStatistics): {
  readonly first: ByKind<UnitNorms>;
  readonly rest: ByKind<UnitNorms>;
  readonly quantiles: 'exact' | 'histogram';
} {
  const { positions } = statistics;
  const of = (group: 'first' | 'rest') =>
    byKind(statistics, (unit): UnitNorms => {
      const { rows, sums, histograms } = unit[group];
      const total = { update: sums.l2, stream: sums.stream, ratio: sums['relative-l2'], cosine: sums.alignment };
      return mapValues(total, (value, spread) => {
        const mean = value / rows;
        if (!Number.isFinite(mean)) return { mean, median: Number.NaN, p5: Number.NaN, p95: Number.NaN };
        const at = positions
          ? quantilesOfRows(valuesOf(unit.rows!, spread).filter((_, i) => (positions[i] === 0) === (group === 'first')))
          : quantilesOfBins(histograms![spread], spread === 'cosine' ? cosineAt : normAt);
        return { mean, median: at(0.5), p5: at(0.05), p95: at(0.95) };
      });
    });
  return { first: of('first'), rest: of('rest'), quantiles: positions ? 'exact' : 'histogram' };
}

/** One number of every row. */
export function valuesOf(rows: UnitRows, spread: Spread): Float32Array {
  if (spread === 'cosine') return rows.alignment;
  return spread === 'ratio' ? rows.update.map((u, i) => u / rows.stream[i]) : rows[spread];
}

/** The bin of a norm or a ratio, and the value `bin` bins (a fraction of one too) from the lowest. */
export const normAt = (bin: number): number => 2 ** (LOWEST_OCTAVE + bin / PER_OCTAVE);
export const cosineAt = (bin: number): number => (2 * bin) / BINS - 1;

function quantilesOfRows(values: Float32Array): (q: number) => number {
  const sorted = values.slice().sort();
  return interpolated(sorted.length, (i) => sorted[i]);
}

/** The rows of a bin are taken to lie evenly in it. */
function quantilesOfBins(bins: Uint32Array, valueAt: (bin: number) => number): (q: number) => number {
  const total = bins.reduce((a, b) => a + b, 0);
  return interpolated(total, (i) => {
    let below = 0;
    let bin = 0;
    while (below + bins[bin] <= i) below += bins[bin++];
    return valueAt(bin + (i - below + 0.5) / bins[bin]);
  });
}

/** The quantile lies at q (count - 1) between the values in order, as numpy and R have it by default. */
const interpolated =
  (count: number, nth: (i: number) => number) =>
  (q: number): number => {
    const place = q * (count - 1);
    const low = Math.floor(place);
    const [a, b] = [nth(low), nth(Math.min(low + 1, count - 1))];
    return a + (place - low) * (b - a);
  };

function mergeSums(parts: readonly RowSums[]): RowSums {
  const histograms = complete(parts.map((p) => p.histograms));
  return {
    rows: sum(parts, (p) => p.rows),
    sums: mapValues(parts[0].sums, (_, name) => sum(parts, (p) => p.sums[name])),
    ...(histograms && {
      histograms: mapValues(histograms[0], (bins, spread) => bins.map((_, i) => sum(histograms, (h) => h[spread][i]))),
    }),
  };
}

function mergeRows(parts: readonly UnitRows[]): UnitRows {
  return mapValues(parts[0], (_, name) => {
    const all = new Float32Array(sum(parts, (p) => p[name].length));
    let at = 0;
    for (const p of parts) {
      all.set(p[name], at);
      at += p[name].length;
    }
    return all;
  });
}

const byKind = <T>(statistics: WalkStatistics, of: (unit: UnitMeasures) => T): ByKind<T> => ({
  attn: statistics.attn.map(of),
  ffn: statistics.ffn.map(of),
  block: statistics.block.map(of),
});

const sum = <T>(values: readonly T[], of: (value: T) => number): number => values.reduce((s, v) => s + of(v), 0);

/** The values, if none is missing. */
const complete = <T>(values: readonly (T | undefined)[]): readonly T[] | undefined =>
  values.some((v) => v === undefined) ? undefined : (values as readonly T[]);

function mapValues<T extends object, V>(from: T, of: (value: T[keyof T], name: keyof T) => V): { [K in keyof T]: V } {
  const entries = (Object.keys(from) as (keyof T)[]).map((name) => [name, of(from[name], name)] as const);
  return Object.fromEntries(entries) as { [K in keyof T]: V };
}
