import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { HISTOGRAM } from '../layout';
import {
  cosineAt,
  meansOf,
  mergeStatistics,
  normAt,
  normsOf,
  type RowSums,
  SPREADS,
  type UnitMeasures,
  type UnitRows,
  valuesOf,
  type WalkStatistics,
} from './statistics';

const { BINS, LOWEST_OCTAVE, PER_OCTAVE } = HISTOGRAM;

/** A row's |u|, |h|, cos(u, h) and turn. */
type Row = readonly [update: number, stream: number, alignment: number, turn: number];

/** What a walk of one block over these rows would answer, position 0 first in each text. */
function walked(texts: readonly (readonly Row[])[], how: 'rows' | 'histograms'): WalkStatistics {
  const all = texts.flat();
  const positions = Uint32Array.from(texts.flatMap((text) => text.map((_, i) => i)));
  const rows: UnitRows = {
    update: Float32Array.from(all, (r) => r[0]),
    stream: Float32Array.from(all, (r) => r[1]),
    alignment: Float32Array.from(all, (r) => r[2]),
    turn: Float32Array.from(all, (r) => r[3]),
  };
  const group = (isFirst: boolean): RowSums => {
    const own = all.filter((_, i) => (positions[i] === 0) === isFirst);
    const add = (of: (r: Row) => number) => own.reduce((s, r) => s + of(r), 0);
    const histogram = (of: (r: Row) => number, binOf: (v: number) => number) => {
      const bins = new Uint32Array(BINS);
      for (const r of own) bins[Math.max(0, Math.min(BINS - 1, Math.floor(binOf(of(r)))))]++;
      return bins;
    };
    const octave = (v: number) => (Math.log2(v) - LOWEST_OCTAVE) * PER_OCTAVE;
    return {
      rows: own.length,
      sums: {
        cosine: add((r) => r[3]),
        angular: add((r) => Math.acos(1 - r[3]) / Math.PI),
        'relative-l1': 0,
        'relative-l2': add((r) => r[0] / r[1]),
        'relative-l1-output': 0,
        'relative-l2-output': 0,
        l1: 0,
        l2: add((r) => r[0]),
        stream: add((r) => r[1]),
        alignment: add((r) => r[2]),
      },
      ...(how === 'histograms' && {
        histograms: {
          update: histogram((r) => r[0], octave),
          stream: histogram((r) => r[1], octave),
          ratio: histogram((r) => r[0] / r[1], octave),
          cosine: histogram(
            (r) => r[2],
            (v) => ((v + 1) / 2) * BINS,
          ),
        },
      }),
    };
  };
  const unit: UnitMeasures = { first: group(true), rest: group(false), ...(how === 'rows' && { rows }) };
  return {
    attn: [unit],
    ffn: [unit],
    block: [unit],
    ...(how === 'rows' && { positions }),
  };
}

const row: fc.Arbitrary<Row> = fc
  .tuple(
    fc.double({ min: -8, max: 8, noNaN: true }),
    fc.double({ min: -3, max: 12, noNaN: true }),
    fc.double({ min: -1, max: 1, noNaN: true }),
    fc.double({ min: 0, max: 2, noNaN: true }),
  )
  .map(([u, h, c, t]) => [2 ** u, 2 ** h, c, t].map(Math.fround) as unknown as Row);
const texts = fc.array(fc.array(row, { minLength: 1, maxLength: 12 }), { minLength: 1, maxLength: 6 });

/** By the definition of Hyndman and Fan's type 7, which numpy and R use. */
function quantile(values: readonly number[], q: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  const place = (sorted.length - 1) * q;
  const low = sorted[Math.floor(place)]!;
  return low + (place % 1) * (sorted[Math.ceil(place)]! - low);
}
const numberOf = { update: 0, stream: 1, cosine: 2 } as const;
const valuesIn = (rows: readonly Row[], spread: (typeof SPREADS)[number]) =>
  rows.map((r) => (spread === 'ratio' ? r[0] / r[1] : r[numberOf[spread]]));

describe('walks of several trees', () => {
  test('put together give what one walk over all of it gives, however they are grouped', () => {
    fc.assert(
      fc.property(texts, texts, texts, fc.constantFrom('rows' as const, 'histograms' as const), (a, b, c, how) => {
        const whole = walked([...a, ...b, ...c], how);
        const [x, y, z] = [a, b, c].map((t) => walked(t, how)) as [WalkStatistics, WalkStatistics, WalkStatistics];
        for (const merged of [mergeStatistics([x, y, z]), mergeStatistics([mergeStatistics([x, y]), z])]) {
          expect(merged.positions).toEqual(whole.positions);
          expect(merged.block[0]!.rows).toEqual(whole.block[0]!.rows);
          expect(merged.attn[0]!.rest.histograms).toEqual(whole.attn[0]!.rest.histograms);
          expect(merged.ffn[0]!.first.rows).toBe(whole.ffn[0]!.first.rows);
          expect(meansOf(merged).block[0]!.cosine).toBeCloseTo(meansOf(whole).block[0]!.cosine, 9);
          expect(meansOf(merged).block[0]!.angular).toBeCloseTo(meansOf(whole).block[0]!.angular, 9);
          const [got, want] = [normsOf(merged), normsOf(whole)];
          expect(got.quantiles).toBe(how === 'rows' ? 'exact' : 'histogram');
          expect(got.rest.attn[0]!.ratio.p95).toEqual(want.rest.attn[0]!.ratio.p95);
        }
      }),
      { numRuns: 60 },
    );
  });

  test('of which one kept its rows and one did not still give means', () => {
    const merged = mergeStatistics([walked([[[1, 2, 0, 0.5]]], 'rows'), walked([[[1, 2, 0, 1]]], 'histograms')]);
    expect(merged.positions).toBeUndefined();
    expect(merged.block[0]!.rows).toBeUndefined();
    expect(meansOf(merged).block[0]!.cosine).toBe(0.75);
  });
});

describe('distributions', () => {
  test('from rows are exact, first positions apart', () => {
    fc.assert(
      fc.property(texts, (given) => {
        const { first, rest } = normsOf(walked(given, 'rows'));
        for (const spread of SPREADS) {
          const starts = valuesIn(
            given.map((t) => t[0]!),
            spread,
          );
          const { mean, median, p5, p95 } = first.block[0]![spread];
          expect(mean).toBeCloseTo(starts.reduce((s, v) => s + v, 0) / starts.length, 4);
          for (const [got, q] of [
            [median, 0.5],
            [p5, 0.05],
            [p95, 0.95],
          ] as const) {
            const want = quantile(starts, q);
            expect(Math.abs(got - want)).toBeLessThanOrEqual(1e-6 * (1 + Math.abs(want))); // values are kept as f32
          }
          const others = valuesIn(
            given.flatMap((t) => t.slice(1)),
            spread,
          );
          const got = rest.block[0]![spread].median;
          if (others.length === 0) expect(got).toBeNaN();
          else expect(Math.abs(got - quantile(others, 0.5))).toBeLessThanOrEqual(1e-6 * (1 + Math.abs(got)));
        }
      }),
      { numRuns: 100 },
    );
  });

  test('from histograms are within a bin of the exact ones', () => {
    fc.assert(
      fc.property(texts, (given) => {
        const [exact, binned] = [normsOf(walked(given, 'rows')), normsOf(walked(given, 'histograms'))];
        for (const spread of SPREADS) {
          for (const q of ['median', 'p5', 'p95'] as const) {
            const [want, got] = [exact.first.block[0]![spread][q], binned.first.block[0]![spread][q]];
            if (spread === 'cosine') expect(Math.abs(got - want)).toBeLessThanOrEqual(2 / BINS + 1e-6);
            // Between two rows an octave apart the error is that of the larger one.
            else expect(Math.abs(got / want - 1)).toBeLessThanOrEqual(2 ** (1 / PER_OCTAVE) - 1 + 1e-6);
          }
        }
      }),
      { numRuns: 100 },
    );
  });

  test('a bin reaches from one value to the next', () => {
    expect([normAt(0), normAt(PER_OCTAVE), normAt(BINS)]).toEqual([2 ** -20, 2 ** -19, 2 ** 20]);
    expect([cosineAt(0), cosineAt(BINS / 2), cosineAt(BINS)]).toEqual([-1, 0, 1]);
  });

  test('a row that is not a number shows in its own quantity and in no other', () => {
    const { first, rest } = normsOf(walked([[[Number.NaN, 2, 0.5, 0.1]], [[1, 4, 0.5, 0.1]]], 'rows'));
    expect(first.block[0]!.update).toEqual({ mean: NaN, median: NaN, p5: NaN, p95: NaN });
    expect(first.block[0]!.ratio.median).toBeNaN();
    expect(first.block[0]!.stream.median).toBe(3);
    expect(rest.block[0]!.stream.mean).toBeNaN(); // there are none
  });

  test('a ratio is the update over the stream, row by row', () => {
    const { block } = walked(
      [
        [
          [6, 2, 0, 0],
          [1, 4, 0, 0],
        ],
      ],
      'rows',
    );
    expect(Array.from(valuesOf(block[0]!.rows!, 'ratio'))).toEqual([3, 0.25]);
  });
});
