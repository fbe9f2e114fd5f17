import { describe, expect, it } from 'vitest';
import { CASES, TOKENS, tinyModel } from './self-test';
import values from './self-test-values.json';
import { forward, readValues } from './testing/oracle-model';

/** The file holds seven digits after the point. */
const TOLERANCE = 1e-6;

describe("the self-test's expected values, which no GPU had a hand in", () => {
  it.each(CASES.map((c) => [c.name, c] as const))('%s: are what a float64 forward pass gives', async (name, c) => {
    const [spec, tensors] = tinyModel(c);
    const numbers = await readValues(tensors);
    for (const [i, dropped] of [[], c.dropped].entries()) {
      const logprobs = forward(spec, numbers, TOKENS, new Set(dropped));
      const want = TOKENS.slice(1).map((target, row) => logprobs[row][target]);
      const expected = (values as Record<string, number[][]>)[name][i];
      expect(expected.length).toBe(want.length);
      for (const [j, v] of want.entries()) expect(Math.abs(expected[j] - v)).toBeLessThan(TOLERANCE);
    }
  });

  it('the masks make a difference, else a wrong skip would go unseen', () => {
    for (const [whole, cut] of Object.values(values)) {
      expect(Math.max(...whole.map((v, i) => Math.abs(v - cut[i])))).toBeGreaterThan(0.01);
    }
  });
});
