import fc from 'fast-check';
import { expect, test } from 'vitest';
import { seeded } from '../random';
import { addSample, around, halfWidth, type Moments } from './interval';
import { holdsZero, type LossParts, lossParts, oddLoss, pairedLoss, undoneShare } from './paired-loss';

const windows = (nll: number[], tokens: number[]): LossParts => ({ of: 'windows', nll, tokens });

test('windows of one length give the mean gap of windows with its Student interval', () => {
  const full = windows([10, 12, 9, 14], [10, 10, 10, 10]);
  const pruned = windows([11, 15, 10, 15], [10, 10, 10, 10]);
  const gaps: Moments = { count: 0, mean: 0, squares: 0 };
  for (const gap of [0.1, 0.3, 0.1, 0.1]) addSample(gaps, gap);
  const { difference, interval, of, n } = pairedLoss(full, pruned);
  const [low, high] = around(0.15, halfWidth(gaps));
  expect(difference).toBeCloseTo(0.15, 12);
  expect(interval[0]).toBeCloseTo(low, 12);
  expect(interval[1]).toBeCloseTo(high, 12);
  expect([of, n]).toEqual(['windows', 4]);
});

test('the difference is that of the two losses, whatever the lengths of the windows', () => {
  const window = fc.tuple(
    fc.integer({ min: 1, max: 40 }),
    fc.float({ min: 0, max: 9, noNaN: true }),
    fc.float({ min: 0, max: 9, noNaN: true }),
  );
  fc.assert(
    fc.property(fc.array(window, { minLength: 2, maxLength: 20 }), (all) => {
      const tokens = all.map(([t]) => t);
      const of = (k: 1 | 2) =>
        windows(
          all.map((one) => one[0] * one[k]),
          tokens,
        );
      const loss = ({ nll }: LossParts) => nll.reduce((a, b) => a + b, 0) / tokens.reduce((a, b) => a + b, 0);
      const { difference, interval } = pairedLoss(of(1), of(2));
      expect(difference).toBeCloseTo(loss(of(2)) - loss(of(1)), 9);
      expect(interval[0]).toBeLessThanOrEqual(difference);
      expect(interval[1]).toBeGreaterThanOrEqual(difference);
    }),
  );
});

test('of a text whose windows differ at random, 95% of the intervals hold the true difference', () => {
  const next = seeded(7);
  const normal = () => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next());
  const texts = 2000;
  let held = 0;
  for (let i = 0; i < texts; i++) {
    const tokens = Array.from({ length: 24 }, (_, w) => (w === 23 ? 60 : 127));
    const full = tokens.map((t) => t * (2 + 0.5 * normal()));
    const pruned = full.map((nll, w) => nll + tokens[w]! * (0.02 + 0.03 * normal()));
    const [low, high] = pairedLoss(windows(full, tokens), windows(pruned, tokens)).interval;
    if (low <= 0.02 && 0.02 <= high) held++;
  }
  expect(held / texts).toBeGreaterThan(0.93);
  expect(held / texts).toBeLessThan(0.97);
});

test('of one window the tokens are the parts, and it is said', () => {
  const full = lossParts([[1, 2, 3]]);
  expect(full).toEqual({ of: 'tokens', nll: [1, 2, 3], tokens: [1, 1, 1] });
  expect(pairedLoss(full, lossParts([[1, 2, 6]]))).toMatchObject({ difference: 1, of: 'tokens', n: 3 });
  expect(lossParts([[1, 2, 3], [4]])).toEqual({ of: 'windows', nll: [6, 4], tokens: [3, 1] });
});

test('where only the first windows are known, those are compared', () => {
  const full = windows([10, 12, 9], [10, 10, 10]);
  expect(pairedLoss(full, windows([11, 15], [10, 10]))).toMatchObject({ difference: 0.2, n: 2 });
  expect(pairedLoss(full, windows([11], [10])).interval).toEqual([Number.NaN, Number.NaN]);
});

test('of the damage undone there is a share, whose interval is as wide as windows disagree about it', () => {
  const full = windows([10, 10, 10], [10, 10, 10]);
  const pruned = windows([14, 12, 16], [10, 10, 10]);
  const half = undoneShare(full, pruned, windows([12, 11, 13], [10, 10, 10]))!;
  expect(half.share).toBeCloseTo(0.5, 12);
  expect(half.interval[0]).toBeCloseTo(0.5, 12); // every window has the same share undone
  expect(half.interval[1]).toBeCloseTo(0.5, 12);
  const unlike = undoneShare(full, pruned, windows([10, 12, 13], [10, 10, 10]))!;
  // 7 of 12: the windows' won less the share of their damage, 5/3, -7/6 and -1/2, over 12, t of two degrees of freedom.
  const half2 = (4.30265273 * Math.sqrt((3 * (25 / 9 + 49 / 36 + 1 / 4)) / 2)) / 12;
  expect(unlike.share).toBeCloseTo(7 / 12, 12);
  expect(unlike.interval[1]).toBeCloseTo(7 / 12 + half2, 9);
  expect(undoneShare(full, pruned, windows([15, 13, 17], [10, 10, 10]))!.share).toBeCloseTo(-0.25, 12);
  expect(undoneShare(full, full, pruned)).toBeUndefined();
});

test('the half that judges are the odd windows', () => {
  expect(oddLoss(windows([10, 12, 9, 6], [10, 10, 10, 5]))).toBeCloseTo(18 / 15, 12);
  expect(oddLoss(lossParts([[1, 2, 3]]))).toBeUndefined();
});

test('an interval about zero, or none, leaves it open which loss is larger', () => {
  expect(
    [
      [-1, 1],
      [0, 1],
      [Number.NaN, Number.NaN],
    ].map((i) => holdsZero(i as [number, number])),
  ).toEqual([true, true, true]);
  expect(
    [
      [0.1, 1],
      [-1, -0.1],
    ].map((i) => holdsZero(i as [number, number])),
  ).toEqual([false, false]);
});
