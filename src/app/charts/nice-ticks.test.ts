import { describe, expect, it } from 'vitest';
import { niceTicks } from './nice-ticks';

describe('ticks of a chart', () => {
  it('are round and keep zero', () => {
    expect(niceTicks(0, 0.785)).toEqual([0, 0.2, 0.4, 0.6]);
    expect(niceTicks(-0.004, 0.23)).toEqual([0, 0.1, 0.2]);
    expect(niceTicks(-60, 60)).toEqual([-50, 0, 50]);
  });
  it('never run away', () => {
    for (const high of [1e-9, 0.003, 1, 7.7, 123456]) {
      const ticks = niceTicks(0, high);
      expect(ticks.length).toBeGreaterThan(1);
      expect(ticks.length).toBeLessThan(7);
      expect(Math.max(...ticks)).toBeLessThanOrEqual(high * (1 + 1e-6));
    }
    expect(niceTicks(0, 0)).toEqual([0]);
  });
});
