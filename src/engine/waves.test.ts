import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { cutWaves, type Distinct, distinctMasks, type Wave } from './waves';

const SUBLAYERS = 24;
const mask = (...dropped: number[]) => new Set(dropped);
const leaveOneOut = [...Array.from({ length: SUBLAYERS }, (_, i) => mask(i)), mask()];
const masks = fc.uniqueArray(
  fc.uniqueArray(fc.nat(SUBLAYERS - 1), { maxLength: 6 }).map((list) => list.sort((a, b) => a - b)),
  { selector: (list) => list.join(), minLength: 1, maxLength: 40 },
);

const below = (own: ReadonlySet<number>, index: number) => [...own].filter((s) => s < index).sort((a, b) => a - b);

/** Sublayers computed when the waves are walked, each stream that several masks share counted once. */
function work(waves: readonly Wave[]): number {
  let passes = 0;
  for (const [w, { masks, start }] of waves.entries()) {
    const left = waves[w + 1];
    for (let index = start; index < SUBLAYERS; index++) {
      const alive = masks.map((d) => d.mask);
      if (left && index < left.start) alive.push(left.masks[0]!.mask);
      const running = alive.filter((m) => !m.has(index)).map((m) => below(m, index).join());
      passes += new Set(running).size;
    }
  }
  return passes;
}

describe('masks', () => {
  test('that are the same in any order are one, and answer everyone who asked', () => {
    const distinct = distinctMasks([mask(3, 1), mask(), mask(1, 3), mask()]);
    expect(distinct.map((d) => d.branches)).toEqual([
      [0, 2],
      [1, 3],
    ]);
  });

  test('that part early come early, the full model last', () => {
    const order = distinctMasks([mask(), mask(2), mask(0, 5), mask(2, 3), mask(0)]).map((d) => [...d.mask]);
    expect(order).toEqual([[0, 5], [0], [2, 3], [2], []]);
  });
});

describe('waves', () => {
  test.each([1, 2, 5, 6, 24, 25])('of %i compute of leave-one-out what one wave of all computes', (size) => {
    const distinct = distinctMasks(leaveOneOut);
    const waves = cutWaves(distinct, size, [], 1);
    expect(work(waves)).toBe(work(cutWaves(distinct, distinct.length, [], 1)));
    const full = distinct.at(-1)!;
    // To have the full model first costs its own pass at most.
    expect(work(cutWaves(distinct, size, [full], 1))).toBeLessThanOrEqual(work(waves) + SUBLAYERS);
  });

  test('of any masks hold each once, and begin where all of theirs are still the same', () => {
    fc.assert(
      fc.property(
        masks,
        fc.integer({ min: 1, max: 9 }),
        fc.constantFrom(1 as const, 2 as const),
        (lists, size, step) => {
          const distinct = distinctMasks(lists.map((l) => mask(...l)));
          const first: Distinct[] = size > 1 ? [distinct[distinct.length >> 1]!] : [];
          const waves = cutWaves(distinct, size, first, step);
          const all = waves.flatMap((w) => w.masks);
          expect(new Set(all)).toEqual(new Set(distinct));
          expect(all.length).toBe(distinct.length);
          if (first[0]) expect(waves[0]!.masks).toContain(first[0]);
          expect(waves[0]!.start).toBe(0);
          for (const [w, { masks, start }] of waves.entries()) {
            expect(masks.length).toBeLessThanOrEqual(size);
            expect(start % step).toBe(0);
            expect(new Set(masks.map((d) => below(d.mask, start).join())).size).toBe(1);
            if (start === 0) continue;
            // What it begins with comes by in the wave before.
            const before = waves[w - 1]!;
            expect(before.start).toBeLessThanOrEqual(start);
            expect(below(before.masks[0]!.mask, before.start)).toEqual(below(masks[0]!.mask, before.start));
          }
          // Never more than each wave from the embedding on.
          expect(work(waves)).toBeLessThanOrEqual(work(waves.map((wave) => ({ ...wave, start: 0 }))));
        },
      ),
      { numRuns: 300 },
    );
  });
});
