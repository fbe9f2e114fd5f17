import { describe, expect, test } from 'vitest';
import { seeded } from '../random';
import * as matrices from './matrices';

const { finish, transposed } = matrices;
const product = (...of: Parameters<typeof matrices.product>) => finish(matrices.product(...of));
const solve = (...of: Parameters<typeof matrices.solve>) => finish(matrices.solve(...of));
const eigenvectors = (...of: Parameters<typeof matrices.eigenvectors>) => finish(matrices.eigenvectors(...of));

const SIZES = [1, 2, 3, 5, 17, 64, 65];

/** a' a of numbers in -1 .. 1, with the first channel so many times the others. */
function positive(n: number, seed: number, massive = 1): Float64Array {
  const next = seeded(seed);
  const a = Float64Array.from({ length: n * n }, (_, k) => (2 * next() - 1) * (k % n === 0 ? massive : 1));
  const s = product(transposed(a, n), a, n);
  for (let i = 0; i < n; i++) s[i * n + i]! += 1e-3;
  return s;
}

const apart = (a: Float64Array, b: Float64Array) => a.reduce((m, v, i) => Math.max(m, Math.abs(v - b[i]!)), 0);
const size = (a: Float64Array) => a.reduce((m, v) => Math.max(m, Math.abs(v)), 0);

describe.each([1, 1000])('with a channel %i times the others', (massive) => {
  test.each(SIZES)('a system of %i is solved', (n) => {
    const [a, b] = [positive(n, 1, massive), positive(n, 2)];
    const x = solve(a, b, n)!;
    expect(apart(product(a, x, n), b)).toBeLessThan(1e-9 * size(b) * massive);
  });

  test.each(SIZES)('eigenvectors of %i are orthonormal, in order, and make up the matrix', (n) => {
    const a = positive(n, 3, massive);
    const { values, vectors } = eigenvectors(a, n);
    expect([...values]).toEqual([...values].sort((p, q) => q - p));
    const one = product(vectors, transposed(vectors, n), n);
    expect(
      apart(
        one,
        Float64Array.from({ length: n * n }, (_, k) => (k % (n + 1) === 0 ? 1 : 0)),
      ),
    ).toBeLessThan(1e-12);
    const scaled = vectors.map((v, k) => v * values[Math.floor(k / n)]!);
    expect(apart(product(transposed(vectors, n), scaled, n), a)).toBeLessThan(1e-12 * n * size(a));
  });
});

test('eigenvectors of a matrix that is diagonal, and of one that is zero', () => {
  const { values, vectors } = eigenvectors(Float64Array.of(1, 0, 0, 0, 3, 0, 0, 0, 2), 3);
  expect([...values]).toEqual([3, 2, 1]);
  expect([...vectors].map(Math.abs)).toEqual([0, 1, 0, 0, 0, 1, 1, 0, 0]);
  expect([...eigenvectors(new Float64Array(4), 2).values]).toEqual([0, 0]);
});

test('a system that has no one solution is told apart', () => {
  expect(solve(Float64Array.of(1, 1, 1, 1), Float64Array.of(1, 0, 0, 1), 2)).toBeUndefined();
  expect(solve(Float64Array.of(1, 0, 0, -1), Float64Array.of(1, 0, 0, 1), 2)).toBeUndefined();
  expect(solve(Float64Array.of(Number.NaN), Float64Array.of(1), 1)).toBeUndefined();
});
