import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { anglesSummary, anglesTable, bestSpans, spanWords } from './angles';

// [a][n - 1], of three blocks.
const angles = [[0.3, 0.4, 0.5], [0.1, 0.35], [0.2]];

describe('the best span of each length', () => {
  it('is the one whose ends are closest, named by the blocks that go', () => {
    const spans = bestSpans(angles);
    expect(spans).toEqual([
      { first: 1, count: 1, angle: 0.1 },
      { first: 1, count: 2, angle: 0.35 },
      { first: 0, count: 3, angle: 0.5 },
    ]);
    expect(spans.map(spanWords)).toEqual(['block 1', 'blocks 1 and 2', 'blocks 0 to 2']);
    expect(anglesSummary(spans)).toContain('one: block 1 (0.100); 2: blocks 1 and 2 (0.350)');
  });

  it('takes the lower of two that are alike, and passes over what is not finite', () => {
    expect(bestSpans([[0.2, 0.5], [0.2]])[0]).toMatchObject({ first: 0 });
    expect(bestSpans([[Number.NaN, Number.NaN], [0.2]])).toEqual([{ first: 1, count: 1, angle: 0.2 }]);
  });

  it('never reaches beyond the last block', () => {
    const triangle = fc
      .integer({ min: 1, max: 9 })
      .chain((n) =>
        fc.tuple(
          ...Array.from({ length: n }, (_, a) =>
            fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: n - a, maxLength: n - a }),
          ),
        ),
      );
    fc.assert(
      fc.property(triangle, (all) => {
        for (const { first, count, angle } of bestSpans(all)) {
          expect(first + count).toBeLessThanOrEqual(all.length);
          expect(Math.min(...all.flatMap((own) => own[count - 1] ?? []))).toBe(angle);
        }
      }),
    );
  });

  it('stands in a table with nothing outside the triangle', () => {
    expect(anglesTable(angles).rows).toEqual([
      [1, 0.3, 0.1, 0.2],
      [2, 0.4, 0.35, undefined],
      [3, 0.5, undefined, undefined],
    ]);
  });
});
