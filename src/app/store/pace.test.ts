import { describe, expect, it } from 'vitest';
import { paceOf } from './pace';

const steps = (n: number, ms: (i: number) => number) => Array.from({ length: n }, (_, i) => ms(i));

describe('the pace of two models', () => {
  it('is told where one is ahead in every stretch, though the machine slows down for both', () => {
    const busy = (i: number) => (i > 30 ? 3 : 1);
    const pace = paceOf(
      steps(56, (i) => 10 * busy(i)),
      steps(56, (i) => 8 * busy(i)),
    )!;
    expect(pace.told).toBe(true);
    expect(pace.ratio.low).toBeCloseTo(1.25);
    expect(pace.ratio.high).toBeCloseTo(1.25);
    expect(pace.full.high).toBe(100);
    expect(pace.full.low).toBeLessThan(40);
  });

  it('is not told where they take turns to be ahead', () => {
    const pace = paceOf(
      steps(56, () => 10),
      steps(56, (i) => (i < 8 ? 12 : 9)),
    )!;
    expect(pace.told).toBe(false);
    expect(pace.ratio.low).toBeLessThan(1);
    expect(pace.ratio.high).toBeGreaterThan(1);
  });

  it('is not known of a handful of tokens', () => {
    expect(paceOf([1, 1, 1], [1, 1, 1])).toBeUndefined();
    expect(paceOf([], [])).toBeUndefined();
  });
});
