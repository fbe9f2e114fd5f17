import { expect, test } from 'vitest';
import { bounded, TooLong } from './bounded';

test('work that never ends is stopped, and the next goes on', () => {
  const began = performance.now();
  expect(() => bounded(200, () => /^(a+)+$/.test(`${'a'.repeat(60)}!`))).toThrow(TooLong);
  expect(performance.now() - began).toBeLessThan(2000);
  expect(bounded(200, () => bounded(100, () => 1) + 1)).toBe(2);
  expect(() => bounded(200, () => ({}) as never as { x: { y: 1 } }).x.y).toThrow(TypeError);
});
