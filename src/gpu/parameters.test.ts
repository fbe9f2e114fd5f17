import { expect, test } from 'vitest';
import { Parameters } from './parameters';

test('fields lie where WGSL puts them: numbers one after the other, arrays from a multiple of 16 bytes on', () => {
  const parameters = new Parameters('Params', { rows: 'u32', eps: 'f32', slots: [8], last: 'u32' });
  expect(parameters.bytes).toBe(16 + 32 + 4);
  const words = new Uint32Array(20);
  const floats = new Float32Array(words.buffer);
  parameters.write({ u32: words, f32: floats }, 4, { rows: 7, eps: 0.5, slots: [1, 2, 3], last: 9 });
  expect([words[4], words[6], words.subarray(8, 12), words[16]]).toEqual([7, 0, Uint32Array.of(1, 2, 3, 0), 9]);
  expect(floats[5]).toBe(0.5);
});
