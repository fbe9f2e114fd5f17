import { expect, test } from 'vitest';
import { lossWords } from './verdict';

test('a change is said by its size, and not at all where it may be chance', () => {
  expect(lossWords(0.159)).toBe('predicts this text clearly worse');
  expect(lossWords(-0.013)).toBe('predicts this text a little better');
  expect(lossWords(-0.013, [-0.03, 0.004])).toBe('cannot be told from the full model');
  expect(lossWords(0.2, [Number.NaN, Number.NaN])).toBe('is being measured');
  expect(lossWords(11.8)).toBe('no longer knows the language');
  expect(lossWords(0)).toBe('predicts this text as well as before');
});
