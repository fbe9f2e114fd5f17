import { expect, test } from 'vitest';
import { droppedWords, lossWords } from './verdict';

const attn = (...blocks: number[]) => blocks.map((block) => ({ block, kind: 'attn' }) as const);
const ffn = (...blocks: number[]) => blocks.map((block) => ({ block, kind: 'ffn' }) as const);

test('what went is said as a person says it', () => {
  expect(droppedWords(attn(7))).toBe('attention 7');
  expect(droppedWords([...attn(3, 2), ...ffn(9)])).toBe('attention 2 and 3 and feed-forward 9');
  expect(droppedWords([...attn(3, 4, 5), ...ffn(4, 3, 5)])).toBe('blocks 3 to 5');
  expect(droppedWords([...attn(3), ...ffn(3)])).toBe('block 3');
  expect(droppedWords(attn(0, 2, 4, 6, 8))).toBe('5 attention layers');
  expect(droppedWords([...attn(3), ...ffn(3), ...attn(5), ...ffn(8)])).toBe('block 3, attention 5 and feed-forward 8');
});

test('a change is said by its size, and not at all where it may be chance', () => {
  expect(lossWords(0.159)).toBe('predicts this text clearly worse');
  expect(lossWords(-0.013)).toBe('predicts this text a little better');
  expect(lossWords(-0.013, [-0.03, 0.004])).toBe('cannot be told from the full model');
  expect(lossWords(0.2, [Number.NaN, Number.NaN])).toBe('is being measured');
  expect(lossWords(11.8)).toBe('no longer knows the language');
  expect(lossWords(0)).toBe('predicts this text as well as before');
});
