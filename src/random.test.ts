import fc from 'fast-check';
import { expect, test } from 'vitest';
import { seeded, seededAt, shuffled } from './random';

test('a shuffle is an order of all there is, and the same for the same seed and draw only', () => {
  fc.assert(
    fc.property(fc.nat(40), fc.nat(), fc.nat(1000), (length, seed, index) => {
      const order = shuffled(length, seededAt(seed, index));
      expect([...order].sort((a, b) => a - b)).toEqual(Array.from({ length }, (_, i) => i));
      expect(shuffled(length, seededAt(seed, index))).toEqual(order);
    }),
  );
  const draws = new Set(Array.from({ length: 200 }, (_, i) => shuffled(12, seededAt(i % 10, i)).join()));
  expect(draws.size).toBe(200);
});

test('every order is about equally likely', () => {
  const counts = new Map<string, number>();
  for (let i = 0; i < 6000; i++) {
    const name = shuffled(3, seededAt(5, i)).join('');
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  // Of 6,000 draws 1,000 each; the standard deviation is 29.
  expect(counts.size).toBe(6);
  for (const count of counts.values()) expect(Math.abs(count - 1000)).toBeLessThan(120);
});

test('numbers lie from 0 up to, not including, 1', () => {
  const random = seeded(3);
  const draws = Array.from({ length: 10_000 }, random);
  expect(Math.min(...draws)).toBeGreaterThanOrEqual(0);
  expect(Math.max(...draws)).toBeLessThan(1);
  expect(draws.reduce((a, b) => a + b, 0) / draws.length).toBeCloseTo(0.5, 1);
});
