import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  additive,
  at,
  type Branch,
  compareBranches,
  distinct,
  FULL,
  named,
  parting,
  replacing,
  stepKey,
  without,
} from './branch';

const SUBLAYERS = 12;
const bias = fc.array(fc.float({ noNaN: true }), { minLength: 1, maxLength: 4 });
const module = fc.tuple(bias, fc.constantFrom(0, 0.5, 1)).map(([b, strength]) => additive(b, strength));
const branch: fc.Arbitrary<Branch> = fc
  .tuple(fc.array(fc.nat(SUBLAYERS - 1)), fc.array(fc.tuple(fc.nat(SUBLAYERS - 1), module), { maxLength: 3 }))
  .map(([left, modules]) => replacing(modules, without(left)));
const steps = (b: Branch) => Array.from({ length: SUBLAYERS }, (_, index) => stepKey(at(b, index)));

describe('a branch', () => {
  test('has one key, however it was made, that no other branch has', () => {
    fc.assert(
      fc.property(branch, branch, (a, b) => {
        expect(a.key === b.key).toBe(steps(a).join() === steps(b).join());
        expect(
          replacing(
            [...a.left].reverse().flatMap(([i, s]) => (s === 'skip' ? [] : [[i, s] as const])),
            a,
          ).key,
        ).toBe(a.key);
      }),
    );
    expect(FULL.key).toBe('');
    expect(without([3, 1, 3]).key).toBe(without([1, 3]).key);
    expect(distinct([without([1]), FULL, without([1])])).toHaveLength(2);
  });

  test('that leaves out more keeps its modules', () => {
    const emulated = replacing([[2, additive([1, 2])]]);
    const less = without([2, 3], emulated);
    expect(at(less, 2)).toBe(emulated.left.get(2));
    expect(at(less, 3)).toBe('skip');
    expect(at(less, 4)).toBe('run');
  });

  test('is told from another by its modules’ numbers, to the last bit, and by their strength', () => {
    const of = (...numbers: number[]) => replacing([[0, additive(numbers)]]).key;
    expect(of(1, 2)).toBe(of(1, 2));
    expect(new Set([of(1, 2), of(2, 1), of(1, 2.0000002384185791), of(1, 2, 0), of(-0, 2), of(0, 2)]).size).toBe(6);
    const half = { ...additive([1, 2]), strength: 0.5 };
    expect(replacing([[0, named({ ...additive([1, 2]), reads: 'normed' })]]).key).not.toBe(of(1, 2));
    expect(replacing([[0, half]]).key).not.toBe(of(1, 2));
  });
});

test('branches part where they first make something else, and in order neighbours agree the longest', () => {
  fc.assert(
    fc.property(fc.array(branch, { minLength: 3, maxLength: 12 }), (list) => {
      const ordered = distinct(list).sort(compareBranches);
      for (const [i, a] of ordered.entries()) {
        for (const b of ordered.slice(i + 1)) {
          const want = steps(a).findIndex((step, index) => step !== steps(b)[index]);
          expect(parting(a, b)).toBe(want);
          expect(parting(b, a)).toBe(want);
          expect(compareBranches(a, b)).toBe(-1);
          // What a branch has in common with any before it, it has with its neighbour.
          const before = ordered[ordered.indexOf(b) - 1]!;
          expect(parting(before, b)).toBeGreaterThanOrEqual(want);
        }
      }
      expect(ordered.findIndex((b) => b.key === '')).toBe(ordered.some((b) => b.key === '') ? ordered.length - 1 : -1);
    }),
  );
});
