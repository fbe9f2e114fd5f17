import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Gpu } from '../gpu/gpu';
import { seeded } from '../random';
import { fitLinear, mapOfRank, r2ByRank } from '../recovery/fit';
import { finish } from '../recovery/matrices';
import type { Moments } from '../recovery/moments';
import { momentsOfRows, type Row } from '../recovery/testing';
import { fitWide } from '../recovery/wide-fit';
import type { Engine } from './engine';
import { hasModels, openModel, sharedGpu } from './testing/gpu';

let gpu: Gpu;
let engine: Engine;
beforeAll(async () => {
  if (!hasModels) return;
  gpu = await sharedGpu();
  engine = await openModel(gpu, 'random/llama');
});
afterAll(() => {
  engine?.dispose();
  if (gpu) expect(gpu.memory()).toEqual({ weights: 0, activations: 0, cache: 0 });
});

const spread = (next: () => number) => 2 * next() - 1;

/** Sums of products of so many rows at random, and a little on the diagonal: symmetric, of positive eigenvalues. */
function symmetricOf(n: number, next: () => number): number[][] {
  const rows = Array.from({ length: n + 3 }, () => Array.from({ length: n }, () => spread(next)));
  return Array.from({ length: n }, (_, i) =>
    Array.from({ length: n }, (_, j) => rows.reduce((s, row) => s + row[i]! * row[j]!, 0) + (i === j ? 0.5 : 0)),
  );
}

const by = (m: readonly number[][], x: readonly number[]) => m.map((row) => row.reduce((s, v, j) => s + v * x[j]!, 0));
const turned = (m: readonly number[][]) => m.map((_, j) => m.map((row) => row[j]!));

/** The largest difference, as a part of the largest number. */
function apart(got: ArrayLike<number>, want: readonly number[]): number {
  expect(got.length).toBe(want.length);
  const most = Math.max(...want.map(Math.abs));
  return Math.max(...want.map((v, i) => Math.abs(v - got[i]!))) / most;
}

describe.skipIf(!hasModels)('a square matrix on the GPU', () => {
  it.each([1, 5, 63, 64, 65, 150])('of width %i multiplies and is solved for', async (n) => {
    const next = seeded(n);
    const a = symmetricOf(n, next);
    // A matrix that is not symmetric tells a product from a transposed one.
    const c = Array.from({ length: n }, () => Array.from({ length: n }, () => spread(next)));
    const rows = Array.from({ length: 7 }, () => Array.from({ length: n }, () => spread(next)));
    const flat = Float32Array.from(rows.flat());
    const [s, other] = [
      await engine.square(n, Float32Array.from(a.flat())),
      await engine.square(n, Float32Array.from(c.flat())),
    ];
    expect(
      apart(
        await other.times(flat),
        rows.flatMap((row) => by(c, row)),
      ),
    ).toBeLessThan(1e-5);
    expect(
      apart(
        await other.timesTransposed(flat),
        rows.flatMap((row) => by(turned(c), row)),
      ),
    ).toBeLessThan(1e-5);
    expect(await s.factor()).toBe(true);
    const right = Float32Array.from(rows.flatMap((row) => by(a, row)));
    expect(apart(await s.solve(right), rows.flat())).toBeLessThan(1e-3);
    s.dispose();
    other.dispose();
  });

  it('says where an eigenvalue is not positive', async () => {
    const values = new Float32Array(70 * 70);
    for (let i = 0; i < 70; i++) values[71 * i] = i === 66 ? -1 : 1;
    const square = await engine.square(70, values);
    expect(await square.factor()).toBe(false);
    square.dispose();
  });
});

/** Rows of a stream with a massive channel and most of its spread in few directions, and targets that a map of rank 9 gives in part. */
function streamRows(width: number, count: number, seed: number): Row[] {
  const [next, same] = [seeded(seed), seeded(3)];
  const mixed = Array.from({ length: width }, () => Array.from({ length: width }, () => spread(same)));
  const [a, b] = [0, 1].map(() => Array.from({ length: 9 * width }, () => spread(same)));
  return Array.from({ length: count }, () => {
    const inner = Array.from({ length: width }, (_, i) => spread(next) * 0.95 ** i);
    const x = by(mixed, inner).map((v, i) => (i === 2 ? 300 * v + 1000 : v));
    const read = Array.from({ length: 9 }, (_, k) =>
      x.reduce((s, v, i) => s + a![k * width + i]! * (i === 2 ? v / 300 : v), 0),
    );
    const t = x.map((_, i) => read.reduce((s, v, k) => s + b![k * width + i]! * v, 1) + spread(next));
    return { x, t, weight: 1 };
  });
}

describe.skipIf(!hasModels)('a linear map that is solved on the GPU', () => {
  const fitted = (moments: Moments, rank: number, ridge?: number) =>
    fitWide(moments, rank, ridge, {
      square: (width, values) => engine.square(width, values),
      run: async (steps) => finish(steps),
    });

  it.each([
    [71, 700, 5],
    [131, 400, 8],
  ])('of width %i on %i rows is the one that the processor finds', async (width, count, rank) => {
    const rows = streamRows(width, count, 1);
    const [on, unseen] = [momentsOfRows(rows), momentsOfRows(streamRows(width, 150, 2))];
    const want = finish(fitLinear(on));
    const got = await fitted(on, rank);
    expect(got.ridge).toBe(want.ridge);
    for (const text of [on, unseen]) {
      const [r2, r2Wanted] = [got, want].map((fit) => finish(r2ByRank(fit, text, on.t)));
      for (let k = 0; k <= rank; k++) expect(r2![k], `rank ${k}`).toBeCloseTo(r2Wanted![k]!, 5);
    }
    const [module, wanted] = [mapOfRank(got, rank), mapOfRank(want, rank)];
    const given = ({ bias, map }: typeof module, x: readonly number[]) => {
      const inner = Array.from({ length: rank }, (_, k) => x.reduce((s, v, i) => s + map.a[k * width + i]! * v, 0));
      return x.map((_, i) => inner.reduce((s, v, k) => s + map.b[i * rank + k]! * v, bias[i]!));
    };
    for (const { x } of rows.slice(0, 20)) expect(apart(given(module, x), given(wanted, x))).toBeLessThan(2e-3);
  });

  it('takes a larger ridge where there are fewer rows than channels', async () => {
    const moments = momentsOfRows(streamRows(71, 40, 1));
    const fit = await fitted(moments, 4, 0);
    expect(fit.ridge).toBeGreaterThan(0);
    const [, ...r2] = finish(r2ByRank(fit, moments, moments.t)).slice(0, 5);
    for (const one of r2) expect(one).toBeGreaterThan(0);
  });
});
