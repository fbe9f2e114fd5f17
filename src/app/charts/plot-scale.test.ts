import { describe, expect, it } from 'vitest';
import { linearScale, logScale, symlogScale, tickWriter } from './plot-scale';

describe('a linear scale', () => {
  it('holds every value, with a little room, and keeps zero where asked', () => {
    const scale = linearScale([0.96, 1.4]);
    expect(scale.at(0.96)).toBeGreaterThan(0);
    expect(scale.at(1.4)).toBeLessThan(1);
    expect(linearScale([3, 12], { zero: true }).at(0)).toBe(0);
    expect(linearScale([-0.1, 0]).at(0)).toBe(1);
  });

  it('survives one value, none, and values that are no numbers', () => {
    expect(linearScale([2]).at(2)).toBeCloseTo(0.5);
    expect(linearScale([]).ticks.length).toBeGreaterThan(1);
    // A mean of equal numbers is beside them by rounding alone.
    expect(linearScale([0.9578, 0.9578000000000001]).ticks).toEqual([0.5, 1]);
    expect(linearScale([Number.NaN, 1, 2, Number.POSITIVE_INFINITY]).high).toBeLessThan(2.1);
  });
});

describe('a logarithmic scale', () => {
  it('gives equal factors equal room', () => {
    const { at } = logScale([1, 10, 100]);
    expect(at(10) - at(1)).toBeCloseTo(at(100) - at(10));
    expect(at(0)).toBe(0);
  });

  it('has a few round ticks over any range', () => {
    expect(logScale([0.96, 9.7]).ticks).toEqual([1, 2, 5, 10]);
    expect(logScale([1, 1e5]).ticks).toEqual([1, 10, 100, 1000, 10000, 100000]);
    for (const most of [1.001, 1.3, 4, 30, 1e4, 1e9, 1e30]) {
      const { ticks } = logScale([1, most]);
      expect(ticks.length).toBeGreaterThan(0);
      expect(ticks.length).toBeLessThan(10);
    }
    expect(logScale([]).ticks.length).toBeGreaterThan(0);
  });
});

describe('a symmetric logarithmic scale', () => {
  it('gives what is below zero its own room, and equal factors equal room far from it', () => {
    const { at } = symlogScale([-0.1, 0.0001, 10], 0.001);
    expect(at(-0.1)).toBeGreaterThan(0);
    expect(at(-0.1)).toBeLessThan(at(-0.01));
    expect(at(-0.01)).toBeLessThan(at(0));
    expect(at(10) - at(1)).toBeCloseTo(at(1) - at(0.1), 2);
    expect(at(0.01) - at(0)).toBeCloseTo(at(0) - at(-0.01));
  });

  it('has zero and powers of ten beside it, on both sides where there are values', () => {
    const both = symlogScale([-0.02, 11.8], 0.001);
    expect(both.ticks.map(tickWriter(both))).toEqual(['−0.01', '0', '0.01', '0.1', '1', '10']);
    const above = symlogScale([0.0003, 0.8], 1e-4);
    expect(above.ticks.map(tickWriter(above))).toEqual(['0', '0.001', '0.01', '0.1', '1']);
    expect(above.at(0)).toBe(0);
  });

  it('survives one value, none, and values that are no numbers', () => {
    for (const values of [[], [0], [Number.NaN], [-3]]) {
      const { at, ticks } = symlogScale(values, 0.001);
      expect(Number.isFinite(at(0))).toBe(true);
      expect(ticks.length).toBeGreaterThan(1);
    }
  });
});

describe('what is written beside an axis', () => {
  it('has the decimals it needs, the same all along a linear one', () => {
    const linear = linearScale([0.95, 1.06]);
    expect(linear.ticks.map(tickWriter(linear))).toEqual(['0.95', '1.00', '1.05']);
    const log = logScale([0.4, 12]);
    expect(log.ticks.map(tickWriter(log))).toEqual(['0.5', '1', '2', '5', '10']);
    const small = logScale([1e-4, 2e-3]);
    expect(small.ticks.map(tickWriter(small))).toEqual(['1e−4', '2e−4', '5e−4', '0.001', '0.002']);
    const close = logScale([2.2e-4, 3.1e-4]);
    expect(new Set(close.ticks.map(tickWriter(close))).size).toBe(close.ticks.length);
    const large = logScale([1e4, 1e6]);
    expect(large.ticks.map(tickWriter(large))).toContain('5e5');
    const whole = linearScale([0, 12], { zero: true });
    expect(whole.ticks.map(tickWriter(whole))).toEqual(['0', '5', '10']);
  });
});
