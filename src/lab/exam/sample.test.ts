import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { seeded } from '../../random';
import { argmax, likeliest, sample } from './sample';

const draw = (logits: Float32Array, temperature: number, random: () => number) =>
  sample(logits, argmax(logits)!, temperature, random);

describe('choosing the next token', () => {
  it('greedy takes the likeliest, and the lowest id on a tie', () => {
    expect(argmax(Float32Array.of(1, 3, 3, 2))).toBe(1);
    expect(draw(Float32Array.of(-5, -5, -5), 0, seeded(1))).toBe(0);
  });

  it.each([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])('takes none where one is %s', (odd) => {
    for (const at of [0, 1, 2]) {
      const logits = Float32Array.of(1, 3, -3e38);
      logits[at] = odd;
      expect(argmax(logits)).toBeUndefined();
    }
  });

  it('draws in proportion to softmax(logits / temperature)', () => {
    const logits = Float32Array.of(0, Math.log(2), Math.log(5));
    for (const [temperature, expected] of [
      [1, [1 / 8, 2 / 8, 5 / 8]],
      [0.5, [1 / 30, 4 / 30, 25 / 30]],
    ] as const) {
      const random = seeded(7);
      const counts = [0, 0, 0];
      const draws = 20000;
      for (let i = 0; i < draws; i++) counts[draw(logits, temperature, random)]!++;
      // Five standard errors: fails once in a million seeds, and this seed is fixed.
      for (let i = 0; i < 3; i++) {
        const p = expected[i]!;
        expect(Math.abs(counts[i]! / draws - p)).toBeLessThan(5 * Math.sqrt((p * (1 - p)) / draws));
      }
    }
  });

  it('the same seed gives the same draws, another seed others', () => {
    const draws = (seed: number) => Array.from({ length: 20 }, seeded(seed));
    expect(draws(3)).toEqual(draws(3));
    expect(draws(3)).not.toEqual(draws(4));
    expect(draws(3).every((x) => x >= 0 && x < 1)).toBe(true);
  });

  it('huge logits neither overflow nor leave the vocabulary', () => {
    const logits = Float32Array.of(3e38, -3e38, 2.9e38);
    expect(draw(logits, 0.7, () => 0.999999)).toBe(0);
    expect(likeliest(logits, 0, 2)[0]).toEqual({ id: 0, probability: 1 });
  });

  it('the likeliest tokens are those a full sort gives', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -8, max: 8 }), { minLength: 1, maxLength: 60 }), (values) => {
        const logits = Float32Array.from(values);
        const sum = values.reduce((a, z) => a + Math.exp(z), 0);
        const sorted = values.map((z, id) => ({ id, probability: Math.exp(z) / sum }));
        sorted.sort((a, b) => values[b.id]! - values[a.id]! || a.id - b.id);
        const top = likeliest(logits, argmax(logits)!, 10);
        expect(top.map((t) => t.id)).toEqual(sorted.slice(0, 10).map((t) => t.id));
        for (const [i, t] of top.entries()) expect(t.probability).toBeCloseTo(sorted[i]!.probability, 9);
      }),
    );
  });
});
