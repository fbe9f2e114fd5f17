import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { spread } from './spread';

describe('labels at the ends of lines', () => {
  it('stay where they are while there is room', () => {
    expect(spread([10, 40, 25], 12, 0, 100)).toEqual([10, 40, 25]);
  });

  it('are moved apart evenly around what they want', () => {
    expect(spread([50, 50], 10, 0, 100)).toEqual([45, 55]);
    expect(spread([50, 50, 52], 10, 0, 100).map((y) => Math.round(y * 3))).toEqual([122, 152, 182]);
    expect(spread([2, 3], 10, 0, 100)).toEqual([0, 10]);
    expect(spread([99, 98], 10, 0, 100)).toEqual([100, 90]);
  });

  it('keep their order and their distance, and never leave the chart', () => {
    const places = fc.array(fc.double({ min: 0, max: 100, noNaN: true }), { minLength: 1, maxLength: 9 });
    fc.assert(
      fc.property(places, (wanted) => {
        const at = spread(wanted, 12, 0, 100);
        const order = wanted.map((_, i) => i).sort((a, b) => wanted[a]! - wanted[b]! || a - b);
        for (const [k, i] of order.entries()) {
          expect(at[i]).toBeGreaterThanOrEqual(-1e-9);
          expect(at[i]).toBeLessThanOrEqual(100 + 1e-9);
          if (k > 0) expect(at[i]! - at[order[k - 1]!]!).toBeGreaterThan(12 - 1e-6);
        }
      }),
    );
  });

  it('share what room there is when there is too little', () => {
    expect(spread([0, 0, 0], 40, 0, 20)).toEqual([0, 10, 20]);
  });
});
