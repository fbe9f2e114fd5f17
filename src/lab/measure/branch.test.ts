import { expect, test } from 'vitest';
import { additive, FULL, replacing, without } from '../../engine/branch';
import { unitsOf } from '../../model/units';
import { makeMask, maskFromSublayers } from '../../pruning/mask';
import { branchOf } from './branch';

const blocks = unitsOf(3, 'block');

test('full, pruned and recovered are branches: a mask, whatever its order, with its modules where they belong', () => {
  expect(branchOf({ mask: makeMask(3) }).key).toBe(FULL.key);
  const mask = maskFromSublayers(3, [{ block: 2, kind: 'ffn' }, ...blocks[1]!.toReversed()]);
  expect(branchOf({ mask }).key).toBe(without([2, 3, 5]).key);
  const modules = [
    { unit: { block: 1, kind: 'block' }, module: { strength: 1, bias: Float32Array.of(1, 2) } },
    { unit: { block: 2, kind: 'ffn' }, module: { strength: 0.5, bias: Float32Array.of(3, 4) } },
  ] as const;
  const want = replacing(
    [
      [2, additive([1, 2])],
      [5, additive([3, 4], 0.5)],
    ],
    without([3]),
  );
  expect(branchOf({ mask, modules }).key).toBe(want.key);
});
