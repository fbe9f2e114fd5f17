import { describe, expect, test } from 'vitest';
import { expectFailure } from '../formats/testing';
import { seeded } from '../random';
import * as fits from './fit';
import { finish } from './matrices';
import type { RecoveryModule } from './module';
import { momentsOfRows, type Row } from './testing';

const { channelsOf, fitDiagonal, fitMean, fitScale, mapOfRank, r2Of } = fits;
const fitLinear = (...of: Parameters<typeof fits.fitLinear>) => finish(fits.fitLinear(...of));
const r2ByRank = (...of: Parameters<typeof fits.r2ByRank>) => finish(fits.r2ByRank(...of));

const WIDTH = 7;

/** Rows whose targets are a map of rank `rank` of what is read, and a vector, and noise. */
function rowsOf(count: number, rank: number, noise: number, seed = 1, weights = false): Row[] {
  const next = seeded(seed);
  const spread = () => 2 * next() - 1;
  const same = seeded(99);
  const [a, b] = [0, 1].map(() => Array.from({ length: rank * WIDTH }, () => 2 * same() - 1));
  return Array.from({ length: count }, () => {
    const x = Array.from({ length: WIDTH }, (_, i) => 3 * spread() + i);
    const inner = Array.from({ length: rank }, (_, k) => x.reduce((s, v, i) => s + a[k * WIDTH + i] * v, 0));
    const t = x.map((_, i) => 2 - i + inner.reduce((s, v, k) => s + b[k * WIDTH + i] * v, 0) + noise * spread());
    return { x, t, weight: weights ? 0.2 + next() : 1 };
  });
}

/** What a module gives for a row that it reads. */
const given = ({ bias, map, diagonal }: RecoveryModule, x: readonly number[]): number[] =>
  x.map((v, i) => {
    const inner = (k: number) => x.reduce((s, u, j) => s + map!.a[k * WIDTH + j] * u, 0);
    const mapped = Array.from({ length: map?.rank ?? 0 }, (_, k) => map!.b[i * map!.rank + k] * inner(k));
    return mapped.reduce((s, u) => s + u, 0) + (diagonal?.[i] ?? 0) * v + bias[i];
  });

const error = (module: RecoveryModule, rows: readonly Row[]): number =>
  rows.reduce((s, { x, t }) => s + given(module, x).reduce((e, v, i) => e + (v - t[i]) ** 2, 0), 0);

const everyRank = Array.from({ length: WIDTH }, (_, k) => k + 1);

describe('a linear map', () => {
  test('of the rank there is undoes all, of fewer less, and of more no worse', () => {
    const rows = rowsOf(40, 3, 0);
    const moments = momentsOfRows(rows);
    const fit = fitLinear(moments, 0);
    const r2 = r2ByRank(fit, moments, moments.t);
    expect(r2[0]).toBeCloseTo(0, 9);
    for (const rank of everyRank) expect(r2[rank]).toBeGreaterThan(r2[rank - 1] - 1e-9);
    expect(r2[2]).toBeLessThan(0.999);
    expect(r2[3]).toBeCloseTo(1, 9);
    expect(error(mapOfRank(fit, 3), rows)).toBeLessThan(1e-6);
  });

  test.each([false, true])('has the R2 that its module has, row by row, on both texts, weighted %s', (weights) => {
    const [rows, unseen] = [rowsOf(60, 4, 2, 1, weights), rowsOf(30, 4, 2, 2)];
    const unweighted = momentsOfRows(rows.map((row) => ({ ...row, weight: 1 })));
    const fit = fitLinear(momentsOfRows(rows));
    const mean = fitMean(unweighted);
    for (const text of [rows, unseen]) {
      const r2 = r2ByRank(fit, momentsOfRows(text.map((row) => ({ ...row, weight: 1 }))), unweighted.t);
      for (const rank of everyRank) {
        expect(r2[rank]).toBeCloseTo(1 - error(mapOfRank(fit, rank), text) / error(mean, text), 5);
      }
    }
  });

  test('of each rank is the best there is: a nudge of any of its numbers makes it worse', () => {
    const rows = rowsOf(50, 5, 1);
    const fit = fitLinear(momentsOfRows(rows), 0);
    for (const rank of [1, 3, WIDTH]) {
      const best = mapOfRank(fit, rank);
      const least = error(best, rows);
      for (const key of ['a', 'b'] as const) {
        for (const [k] of best.map[key].entries()) {
          for (const by of [0.05, -0.05]) {
            const numbers = best.map[key].slice();
            numbers[k] += by;
            expect(error({ ...best, map: { ...best.map, [key]: numbers } }, rows)).toBeGreaterThan(least);
          }
        }
      }
    }
  });

  test('from fewer rows than channels takes the ridge that it needs, and says which', () => {
    const few = momentsOfRows(rowsOf(4, 2, 1));
    const noisy = { ...few, products: { ...few.products, xx: few.products.xx.map((v) => v * (1 - 1e-7)) } };
    const { ridge } = fitLinear(noisy, 0);
    expect(ridge).toBeGreaterThan(0);
    expect(ridge).toBeLessThan(1e-3);
    expect(fitLinear(momentsOfRows(rowsOf(60, 2, 1))).ridge).toBe(1e-6);
    expect(fitLinear(momentsOfRows(rowsOf(60, 2, 1)), 10).ridge).toBe(10);
  });

  test('of an impossible rank, or of a stream that is too wide, is refused', async () => {
    const fit = fitLinear(momentsOfRows(rowsOf(20, 2, 1)));
    for (const rank of [0, 1.5, WIDTH + 1]) {
      await expectFailure(
        Promise.resolve().then(() => mapOfRank(fit, rank)),
        'usage',
        `rank ${rank}`,
      );
    }
    const wide = { ...momentsOfRows(rowsOf(2, 1, 1)), x: new Float64Array(4096) };
    await expectFailure(
      Promise.resolve().then(() => fitLinear(wide)),
      'usage',
      '4096',
    );
  });
});

test('a diagonal is the line of each channel, and no better than it may be', () => {
  const rows = rowsOf(50, 2, 1);
  const moments = momentsOfRows(rows);
  const best = fitDiagonal(moments, 0);
  expect(r2Of(best, moments, moments.t)).toBeCloseTo(1 - error(best, rows) / error(fitMean(moments), rows), 5);
  for (const key of ['bias', 'diagonal'] as const) {
    for (const [k] of best[key]!.entries()) {
      for (const by of [0.05, -0.05]) {
        const numbers = best[key]!.slice();
        numbers[k] += by;
        expect(error({ ...best, [key]: numbers }, rows)).toBeGreaterThan(error(best, rows));
      }
    }
  }
});

test('a channel that is always the same has no slope', () => {
  const moments = momentsOfRows(rowsOf(9, 1, 1).map((row) => ({ ...row, x: row.x.map((v, i) => (i === 2 ? 4 : v)) })));
  const { diagonal, bias } = fitDiagonal(moments, 0);
  expect(diagonal![2]).toBe(0);
  expect(bias[2]).toBeCloseTo(moments.t[2], 5);
});

test('a scale is the mean over channels of how much larger what is read gets', () => {
  const rows = rowsOf(20, 1, 0).map((row) => ({ ...row, t: row.x.map((v, i) => v * i) }));
  const { diagonal, bias } = fitScale(momentsOfRows(rows));
  for (const slope of diagonal) expect(slope).toBeCloseTo((WIDTH - 1) / 2, 5);
  expect([...bias]).toEqual(Array(WIDTH).fill(0));
});

test('a scale passes over channels that carry nothing, and of nothing at all is one', () => {
  const rows = [1, 2, 3].map((k) => ({ x: [k, 0, -k], t: [k / 2, 0, -k / 2], weight: 1 }));
  const one = (of: typeof rows) => fitScale(momentsOfRows(of)).diagonal;
  for (const slope of one(rows)) expect(slope).toBeCloseTo(0.5, 6);
  expect([...one(rows.map((row) => ({ ...row, x: [0, 0, 0], t: [0, 0, 0] })))]).toEqual([0, 0, 0]);
});

test('a vector is told by its length, and by its mean and deviation over channels', () => {
  expect(channelsOf([3, 4, 0, 1])).toEqual({ norm: Math.sqrt(26), mean: 2, std: Math.sqrt(2.5) });
});
