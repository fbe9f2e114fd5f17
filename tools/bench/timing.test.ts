import { expect, test } from 'vitest';
import { median, takeTurns } from './timing';

test('the median is the middle value, whatever the order', () => {
  expect(median([9, 1, 5])).toBe(5);
  expect(median([4, 1, 3, 100])).toBe(3.5);
});

test('candidates take turns, and warm-ups are not among the times', async () => {
  const order: string[] = [];
  const times = await takeTurns([async () => order.push('a'), async () => order.push('b')], 2, 1);
  expect(order.join('')).toBe('ababab');
  expect(times.map((t) => t.length)).toEqual([2, 2]);
});
