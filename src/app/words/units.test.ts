import { expect, test } from 'vitest';
import { droppedBriefly, droppedWords } from './units';

const attn = (...blocks: number[]) => blocks.map((block) => ({ block, kind: 'attn' }) as const);
const ffn = (...blocks: number[]) => blocks.map((block) => ({ block, kind: 'ffn' }) as const);

test('what went is said as a person says it', () => {
  expect(droppedBriefly(attn(7))).toBe('attention 7');
  expect(droppedBriefly([...attn(3, 2), ...ffn(9)])).toBe('attention 2 and 3 and feed-forward 9');
  expect(droppedBriefly([...attn(3, 4, 5), ...ffn(4, 3, 5)])).toBe('blocks 3 to 5');
  expect(droppedBriefly([...attn(3), ...ffn(3)])).toBe('block 3');
  expect(droppedBriefly(attn(0, 2, 4, 6, 8))).toBe('5 attention layers');
  expect(droppedBriefly([...attn(3), ...ffn(3), ...attn(5), ...ffn(8)])).toBe(
    'block 3, attention 5 and feed-forward 8',
  );
});

test('or every one by its name', () => {
  expect(droppedWords(attn(0, 2, 4, 6, 8))).toBe('attention 0, 2, 4, 6 and 8');
  expect(droppedWords([...attn(3, 5), ...ffn(3, 9, 8)])).toBe('block 3; attention 5; feed-forward 8 and 9');
  expect(droppedWords([])).toBe('');
});
