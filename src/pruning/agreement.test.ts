import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { disagreements, kendall, ranksOf, spearman } from './agreement';

test('equal values share the mean of their ranks, and NaN has none', () => {
  expect(ranksOf([3, 1, 3, 0, Number.NaN, 3])).toEqual([4, 2, 4, 1, Number.NaN, 4]);
  expect(ranksOf([])).toEqual([]);
});

describe.each([
  // IQ and hours of television a week, the textbook example: rho is -29/165.
  [
    'without ties',
    [106, 100, 86, 101, 99, 103, 97, 113, 112, 110],
    [7, 27, 2, 50, 28, 29, 20, 12, 6, 17],
    -29 / 165,
    -1 / 9,
  ],
  // Published with a statistics library, for tau-b: -0.4714045. rho by hand, from ranks 4.5 2.5 1 4.5 2.5 and 2.5 4 5 2.5 1.
  ['with ties', [12, 2, 1, 12, 2], [1, 4, 7, 1, 0], -5 / Math.sqrt(9 * 9.5), -2 / Math.sqrt(2) / 3],
  // Likewise, for rho: 0.8207827. Eight pairs of ten agree, one disagrees, one is tied.
  ['with one tie', [1, 2, 3, 4, 5], [5, 6, 7, 8, 7], 8 / Math.sqrt(10 * 9.5), 7 / Math.sqrt(90)],
] as const)('%s', (_, a, b, rho, tau) => {
  test('Spearman’s rho', () => expect(spearman(a, b)).toBeCloseTo(rho, 10));
  test('Kendall’s tau-b', () => expect(kendall(a, b)).toBeCloseTo(tau, 10));
});

test('a metric without any order is compared with none', () => {
  for (const correlation of [spearman, kendall]) {
    expect(correlation([1, 1, 1], [1, 2, 3])).toBeNaN();
    expect(correlation([1], [2])).toBeNaN();
    expect(correlation([], [])).toBeNaN();
  }
});

test('any order agrees wholly with itself and with what keeps it, and not at all with its reverse', () => {
  const values = fc.uniqueArray(fc.integer({ min: -1000, max: 1000 }), { minLength: 2, maxLength: 40 });
  fc.assert(
    fc.property(values, (a) => {
      for (const correlation of [spearman, kendall]) {
        expect(correlation(a, a)).toBeCloseTo(1, 12);
        expect(
          correlation(
            a,
            a.map((x) => Math.exp(x / 300)),
          ),
        ).toBeCloseTo(1, 12);
        expect(
          correlation(
            a,
            a.map((x) => -x),
          ),
        ).toBeCloseTo(-1, 12);
      }
    }),
  );
});

test('correlations are symmetric, within -1 to 1, and blind to units that have no number', () => {
  const pair = fc.tuple(fc.integer({ min: 0, max: 5 }), fc.integer({ min: 0, max: 5 }));
  fc.assert(
    fc.property(fc.array(pair, { minLength: 3, maxLength: 20 }), fc.nat(20), (pairs, at) => {
      const [a, b] = [pairs.map((p) => p[0]), pairs.map((p) => p[1])];
      const withNaN = (values: readonly number[], x: number) => values.toSpliced(at % values.length, 0, x);
      for (const correlation of [spearman, kendall]) {
        const value = correlation(a, b);
        expect(correlation(b, a)).toEqual(value);
        if (!Number.isNaN(value)) expect(Math.abs(value)).toBeLessThanOrEqual(1);
        expect(correlation(withNaN(a, Number.NaN), withNaN(b, 3))).toEqual(value);
      }
    }),
  );
});

test('the unit that metrics rank furthest apart comes first', () => {
  const metrics = [
    [0.1, 0.2, 0.3, 0.4],
    [40, 20, 30, 10],
    [1, 2, 3, Number.NaN],
  ];
  expect(disagreements(metrics)).toEqual([
    { unit: 0, ranks: [1, 4, 1], spread: 3 },
    { unit: 3, ranks: [4, 1, Number.NaN], spread: 3 },
    { unit: 1, ranks: [2, 2, 2], spread: 0 },
    { unit: 2, ranks: [3, 3, 3], spread: 0 },
  ]);
  expect(disagreements([])).toEqual([]);
  expect(disagreements([[1, 2]])).toEqual([]);
});
