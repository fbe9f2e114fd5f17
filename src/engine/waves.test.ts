import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { additive, type Branch, parting, replacing, stepKey, without } from './branch';
import { cutWaves, type Distinct, distinctBranches, stepsOf, type Wave } from './waves';

const SUBLAYERS = 24;
const mask = (...dropped: number[]) => without(dropped);
const leaveOneOut = [...Array.from({ length: SUBLAYERS }, (_, i) => mask(i)), mask()];
const modules = [additive([1, 2]), additive([2, 1]), additive([1, 2], 0.5)];
/** A few sublayers left out, modules in the place of some. */
const branches = fc.uniqueArray(
  fc
    .uniqueArray(fc.nat(SUBLAYERS - 1), { maxLength: 6 })
    .chain((list) => fc.tuple(fc.constant(list), fc.subarray(list), fc.infiniteStream(fc.constantFrom(...modules))))
    .map(([list, some, stream]) =>
      replacing(
        some.map((index) => [index, stream.next().value] as const),
        without(list),
      ),
    ),
  { selector: (branch) => branch.key, minLength: 1, maxLength: 40 },
);

const below = ({ left }: Branch, index: number) =>
  [...left].filter(([s]) => s < index).map(([s, step]) => `${s} ${stepKey(step)}`);

/** Sublayers computed when the waves are walked, each stream that several masks share counted once. */
function work(waves: readonly Wave[]): number {
  let passes = 0;
  for (const [w, { distinct: masks, start }] of waves.entries()) {
    const left = waves[w + 1];
    for (let index = start; index < SUBLAYERS; index++) {
      const alive = masks.map((d) => d.branch);
      if (left && index < left.start) alive.push(left.distinct[0]!.branch);
      const running = alive.filter((m) => !m.left.has(index)).map((m) => below(m, index).join());
      passes += new Set(running).size;
    }
  }
  return passes;
}

test('what is told of a pass on its way is what it computes: leave-one-out is slow at its end', () => {
  fc.assert(
    fc.property(branches, (masks) => {
      const steps = stepsOf(masks, 0, SUBLAYERS).slice(0, -1);
      expect(steps.reduce((a, b) => a + b, 0)).toBe(work([{ distinct: distinctBranches(masks), start: 0 }] as Wave[]));
    }),
  );
  expect(stepsOf(leaveOneOut, 0, SUBLAYERS).slice(0, 4)).toEqual([1, 2, 3, 4]);
  expect(stepsOf([mask(), mask()], 20, SUBLAYERS, true)).toEqual([2, 2, 2, 2, 2]);
});

describe('branches', () => {
  test('that are the same in any order are one, and answer everyone who asked', () => {
    const distinct = distinctBranches([mask(3, 1), mask(), mask(1, 3), mask()]);
    expect(distinct.map((d) => d.asked)).toEqual([
      [0, 2],
      [1, 3],
    ]);
  });

  test('that differ in a module or its strength alone are two; with the same numbers they are one', () => {
    const emulated = (bias: number[], strength?: number) => replacing([[3, additive(bias, strength)]], mask(1, 3));
    const asked = [mask(1, 3), emulated([1, 2]), emulated([1, 2]), emulated([1, 2], 0.5), emulated([2, 1])];
    const distinct = distinctBranches(asked);
    expect(distinct).toHaveLength(4);
    expect(distinct.map((d) => d.asked)).toContainEqual([1, 2]);
    expect(parting(asked[0]!, asked[1]!)).toBe(3);
    expect(parting(asked[1]!, asked[2]!)).toBe(Number.POSITIVE_INFINITY);
  });

  test('that part early come early, the full model last', () => {
    const order = distinctBranches([mask(), mask(2), mask(0, 5), mask(2, 3), mask(0)]).map((d) => [
      ...d.branch.left.keys(),
    ]);
    expect(order).toEqual([[0, 5], [0], [2, 3], [2], []]);
  });
});

describe('waves', () => {
  test.each([1, 2, 5, 6, 24, 25])('of %i compute of leave-one-out what one wave of all computes', (size) => {
    const distinct = distinctBranches(leaveOneOut);
    const waves = cutWaves(distinct, size, 1);
    expect(work(waves)).toBe(work(cutWaves(distinct, distinct.length, 1)));
    const full = distinct.at(-1)!;
    // To have the full model first costs its own pass at most.
    expect(work(cutWaves(distinct, size, 1, [full]))).toBeLessThanOrEqual(work(waves) + SUBLAYERS);
  });

  test('of any masks hold each once, and begin where all of theirs are still the same', () => {
    fc.assert(
      fc.property(
        branches,
        fc.integer({ min: 1, max: 9 }),
        fc.constantFrom(1 as const, 2 as const),
        (list, size, step) => {
          const distinct = distinctBranches(list);
          const first: Distinct[] = distinct.filter((_, i) => i % 5 === 2);
          const whole = first.slice(1);
          const waves = cutWaves(distinct, size, step, first, whole);
          const all = waves.flatMap((w) => w.distinct);
          expect(new Set(all)).toEqual(new Set(distinct));
          expect(all.length).toBe(distinct.length);
          expect(all.slice(0, first.length)).toEqual(first);
          for (const wave of waves) if (whole.some((d) => wave.distinct.includes(d))) expect(wave.start).toBe(0);
          expect(waves[0]!.start).toBe(0);
          for (const [w, { distinct: masks, start }] of waves.entries()) {
            expect(masks.length).toBeLessThanOrEqual(size);
            expect(start % step).toBe(0);
            expect(new Set(masks.map((d) => below(d.branch, start).join())).size).toBe(1);
            if (start === 0) continue;
            // What it begins with comes by in the wave before.
            const before = waves[w - 1]!;
            expect(before.start).toBeLessThanOrEqual(start);
            expect(below(before.distinct[0]!.branch, before.start)).toEqual(below(masks[0]!.branch, before.start));
          }
          // Never more than each wave from the embedding on.
          expect(work(waves)).toBeLessThanOrEqual(work(waves.map((wave) => ({ ...wave, start: 0 }))));
        },
      ),
      { numRuns: 300 },
    );
  });
});
