import { expect, test } from 'vitest';
import { lowestPoint } from './recovery';

const at = (losses: readonly number[]) => losses.map((loss, i) => ({ strength: i / 4, loss: [loss] as const }));

test('the best strength is where the parabola through the best of several and its neighbours is lowest', () => {
  const curve = [0, 0.25, 0.5, 0.75, 1, 1.25, 1.5].map((s) => 2 + (s - 0.6) ** 2);
  expect(lowestPoint(at(curve))).toBe(0.6);
  expect(lowestPoint(at([3, 2, 1]))).toBe(0.5);
  expect(lowestPoint(at([1, 2, 3]))).toBe(0);
  expect(lowestPoint(at([2, 2, 2]))).toBe(0);
  expect(lowestPoint([])).toBeUndefined();
  const uneven = [0, 0.5, 0.8, 1.5].map((strength) => ({ strength, loss: [(strength - 0.7) ** 2] as const }));
  expect(lowestPoint(uneven)).toBe(0.7);
});
