import { expect, it } from 'vitest';
import { staying } from './residency';

it('as many sublayers stay as go in beside two places for each form that passes', () => {
  const sizes = [10, 30, 10, 30, 10, 30];
  const forms = ['attn', 'ffn', 'attn', 'ffn', 'attn', 'ffn'];
  // Two places of each form take 80: of an ffn alone 60, where every attn stays.
  expect(staying(sizes, forms, 79)).toBe(0);
  expect(staying(sizes, forms, 90)).toBe(1);
  expect(staying(sizes, forms, 119)).toBe(1);
  expect(staying(sizes, forms, 120)).toBe(6);
  expect(staying(sizes, forms, 0)).toBe(0);
});
