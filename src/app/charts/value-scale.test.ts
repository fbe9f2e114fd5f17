import { describe, expect, it } from 'vitest';
import { valueScales } from './value-scale';

const attention = { values: [0.24, 0.16, -0.013] };
const feedForward = { values: [11.8, 0.001, 0.55] };

describe('the axis of charts beside one another', () => {
  it('is one for all kinds, so that 0.24 is not drawn as tall as 11.8', () => {
    for (const choice of ['log', 'linear'] as const) {
      const [one, other] = valueScales('loo-loss', [attention, feedForward], choice);
      expect(one!.at(0.24)).toBe(other!.at(0.24));
      expect(one!.at(0.24)).toBeLessThan(other!.at(11.8));
      expect(one!.at(-0.013)).toBeGreaterThanOrEqual(0);
      expect(other!.at(11.8)).toBeLessThanOrEqual(1);
    }
  });

  it('is each kind’s own where that is asked for', () => {
    const [one, other] = valueScales('loo-loss', [attention, feedForward], 'own');
    expect(one!.at(0.24)).toBe(1);
    // A bar that towers over the others is cut.
    expect(other!.at(11.8)).toBeGreaterThan(1);
  });

  it('holds the intervals of sampled values', () => {
    const [scale] = valueScales('shapley-loss', [{ values: [0.2], intervals: [[-0.1, 0.5]] }], 'linear');
    expect(scale!.at(0.5)).toBeLessThanOrEqual(1);
    expect(scale!.at(-0.1)).toBeGreaterThanOrEqual(0);
  });

  it('survives values that are all zero or no numbers', () => {
    for (const choice of ['log', 'linear', 'own'] as const)
      for (const values of [[0, 0], [Number.NaN], []])
        expect(Number.isFinite(valueScales('l2', [{ values }], choice)[0]!.at(0))).toBe(true);
  });
});
