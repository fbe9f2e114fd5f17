import { describe, expect, it } from 'vitest';
import { placementOf } from './placement';

const anchors = { floor: 0.001, top: 10, linearTop: 1 };

describe('a scale with the ends of its measure', () => {
  it('puts a value at the same place whatever else was measured', () => {
    const [one, other] = [
      [0.01, 11.8],
      [0.01, 0.02],
    ].map((v) => placementOf(v, { choice: 'log', anchors }));
    expect(one!.place(0.01)).toBe(other!.place(0.01));
    expect(one).toMatchObject({ kind: 'log', fitted: false, low: 0.001, high: 10 });
    expect(one!.place(0.1)).toBeCloseTo(0.5);
    expect(one!.place(11.8)).toBe(1);
  });

  it('tells harmful units from idle ones', () => {
    const p = placementOf([-0.006, -0.005, 0.0001, 2], { choice: 'log', anchors });
    expect(p.place(-0.006)).toBeLessThan(p.place(-0.005));
    expect(p.place(-0.005)).toBeLessThan(0);
    expect(p.place(0.0001)).toBe(0);
    // The legend has an end of its own below zero, as far as it is needed.
    expect(p.below).toBeCloseTo(-0.01);
    expect(placementOf([0.1, 2], { choice: 'log', anchors }).below).toBe(0);
  });

  it('is linear where that is chosen', () => {
    const p = placementOf([11.8, 0.5], { choice: 'linear', anchors });
    expect(p).toMatchObject({ kind: 'linear', fitted: false, high: 1 });
    expect(p.place(0.5)).toBe(0.5);
  });

  it('is fitted where the measure has no ends that suit every model', () => {
    expect(placementOf([3, 400], { choice: 'log' })).toMatchObject({ kind: 'log', fitted: true, high: 400 });
    expect(placementOf([3, 400], { choice: 'linear' })).toMatchObject({ kind: 'linear', fitted: true, high: 400 });
  });
});

describe('a scale fitted to its values', () => {
  it('is linear from zero for values of one size', () => {
    const p = placementOf([0.1, 0.2, 0.4]);
    expect(p).toMatchObject({ kind: 'linear', fitted: true });
    expect(p.place(0.4)).toBe(1);
    expect(p.place(0.2)).toBeCloseTo(0.5);
  });

  it('is logarithmic when one value would drown the others', () => {
    const p = placementOf([0.001, 0.01, 1]);
    expect(p.kind).toBe('log');
    expect(p.place(0.001)).toBe(0);
    expect(p.place(1)).toBe(1);
    expect(p.place(0.0316)).toBeCloseTo(0.5, 2);
  });

  it('does not fail on no values, equal values, zeros or what is not finite', () => {
    expect(placementOf([]).place(1)).toBe(1);
    expect(placementOf([0, 0]).place(0)).toBe(0);
    expect(placementOf([3, 3]).place(3)).toBe(1);
    expect(placementOf([3, 3], { choice: 'log' }).place(3)).toBe(1);
    expect(placementOf([Number.NaN, Number.NEGATIVE_INFINITY, 2])).toMatchObject({ high: 2, below: 0 });
  });
});
