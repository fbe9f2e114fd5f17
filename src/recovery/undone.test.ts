import { expect, it } from 'vitest';
import { undoneShare } from './undone';

it('what is undone is a share of the damage, and nothing is said of a share of hardly any', () => {
  expect(undoneShare(2, 3, 2.5)).toBe(0.5);
  expect(undoneShare(2, 3, 4)).toBe(-1);
  // A step's noise would be told as -376% undone.
  expect(undoneShare(13.94517, 13.9485, 13.961)).toBeUndefined();
  expect(undoneShare(3, 2, 2)).toBeUndefined();
  expect(undoneShare(Number.NaN, 2, 2)).toBeUndefined();
});
