import { describe, expect, it } from 'vitest';
import { blockTicks, chartRange, niceTicks } from './nice-ticks';

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
    expect(niceTicks(1, 1 + Number.EPSILON)).toEqual([1]);
  });

  it('are two at least, since one by itself is no scale', () => {
    expect(niceTicks(-48.3, 47.7)).toEqual([-40, -20, 0, 20, 40]);
    expect(niceTicks(0.0001, 87)).toEqual([20, 40, 60, 80]);
    expect(niceTicks(-0.0487, 0.0398)).toEqual([-0.04, -0.02, 0, 0.02]);
  });

  it('label every block of a small model and some of a large one', () => {
    expect(blockTicks(5)).toEqual([0, 1, 2, 3, 4]);
    expect(blockTicks(80)).toEqual([0, 10, 20, 30, 40, 50, 60, 70]);
  });
});

describe('range of a chart', () => {
  it('holds every value', () => {
    expect(chartRange([0.1, -0.02, 0.3])).toEqual({ low: -0.02, high: 0.3 });
    expect(chartRange([])).toEqual({ low: 0, high: 0 });
  });

  it('cuts one bar that would flatten the others', () => {
    const { high } = chartRange([10.2, 0.1, 0.05, -0.008]);
    expect(high).toBeCloseTo(0.135);
  });

  it('holds the intervals too, and is not led astray by what is not finite', () => {
    const intervals = [
      [0, 0.4],
      [-0.1, 0.16],
      [Number.NaN, Number.NaN],
    ] as const;
    expect(chartRange([0.2, -0.02, Number.NaN], intervals)).toEqual({ low: -0.1, high: 0.4 });
  });

  it('cuts nothing where there is nothing to compare with', () => {
    expect(chartRange([7, -0.1, -0.2]).high).toBe(7);
  });
});
