import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Sublayer, unitsOf } from '../model/units';
import {
  countDropped,
  dropSublayers,
  isBlockDropped,
  isDropped,
  type Mask,
  makeMask,
  maskFromSublayers,
  restoreSublayers,
  sameMask,
  toDropSet,
} from './mask';

const BLOCKS = 6;
const sublayer: fc.Arbitrary<Sublayer> = fc.record({
  block: fc.nat(BLOCKS - 1),
  kind: fc.constantFrom('attn', 'ffn'),
});
const mask: fc.Arbitrary<Mask> = fc.array(sublayer).map((s) => maskFromSublayers(BLOCKS, s));
const both = (block: number): Sublayer[] => unitsOf(BLOCKS, 'block')[block]!;
const freeze = (m: Mask): Mask => Object.freeze({ ...m, dropped: Object.freeze([...m.dropped]) });

test('a sublayer that is dropped and put back, or put back and dropped, leaves the mask as it was', () => {
  fc.assert(
    fc.property(mask, sublayer, (m, s) => {
      const before = freeze(m);
      const [once, again] = isDropped(before, s)
        ? [restoreSublayers, dropSublayers]
        : [dropSublayers, restoreSublayers];
      const after = once(before, s);
      expect(isDropped(after, s)).toBe(!isDropped(before, s));
      expect(sameMask(again(after, s), before)).toBe(true);
      expect(Math.abs(toDropSet(after).size - toDropSet(before).size)).toBe(1);
    }),
  );
});

test('dropping is remembered in order, each sublayer once', () => {
  fc.assert(
    fc.property(mask, fc.array(sublayer), (m, more) => {
      const after = dropSublayers(freeze(m), ...more);
      expect(after.dropped.slice(0, m.dropped.length)).toEqual(m.dropped);
      expect(toDropSet(after).size).toBe(after.dropped.length);
      for (const s of more) expect(isDropped(after, s)).toBe(true);
      expect(restoreSublayers(after, ...after.dropped).dropped).toEqual([]);
    }),
  );
});

test('what changes nothing gives back the same mask, so that nothing is computed again', () => {
  fc.assert(
    fc.property(mask, sublayer, (m, s) => {
      const dropped = dropSublayers(m, s);
      expect(dropSublayers(dropped, s)).toBe(dropped);
      const restored = restoreSublayers(m, s);
      expect(restoreSublayers(restored, s)).toBe(restored);
    }),
  );
});

test('a block goes as a whole, even where half of it is gone already, and comes back as a whole', () => {
  fc.assert(
    fc.property(mask, fc.nat(BLOCKS - 1), (m, block) => {
      const gone = dropSublayers(freeze(m), ...both(block));
      expect(isBlockDropped(gone, block)).toBe(true);
      const back = restoreSublayers(freeze(gone), ...both(block));
      expect(back.dropped.some((s) => s.block === block)).toBe(false);
      const others = (x: Mask) => x.dropped.filter((s) => s.block !== block);
      for (const after of [gone, back]) expect(others(after)).toEqual(others(m));
    }),
  );
  const half = maskFromSublayers(BLOCKS, [{ block: 2, kind: 'ffn' }]);
  expect(dropSublayers(half, ...both(2)).dropped.map((s) => s.kind)).toEqual(['ffn', 'attn']);
});

test('the engine is told sublayers by index: attn of block b is 2b, ffn 2b + 1', () => {
  const m = maskFromSublayers(4, [
    { block: 3, kind: 'ffn' },
    { block: 0, kind: 'attn' },
    { block: 3, kind: 'attn' },
  ]);
  expect([...toDropSet(m)]).toEqual([7, 0, 6]);
  expect(countDropped(m)).toEqual({ attn: 2, ffn: 1, blocks: 1, sublayers: 3 });
  expect(countDropped(makeMask(4))).toEqual({ attn: 0, ffn: 0, blocks: 0, sublayers: 0 });
});

test('two masks are the same when they drop the same, in whatever order, from as many blocks', () => {
  fc.assert(
    fc.property(mask, (m) => {
      const reversed = maskFromSublayers(BLOCKS, m.dropped.toReversed());
      expect(sameMask(m, reversed)).toBe(true);
      expect(sameMask(m, { ...m, blocks: BLOCKS + 1 })).toBe(false);
      if (m.dropped.length > 0) expect(sameMask(m, { ...m, dropped: m.dropped.slice(1) })).toBe(false);
    }),
  );
});

test.each([4, -1, 1.5, Number.NaN])('block %s of a model of 4 blocks is refused, with both numbers', (block) => {
  expect(() => dropSublayers(makeMask(4), { block, kind: 'attn' })).toThrow(
    expect.objectContaining({
      code: 'mask-mismatch',
      message: `attn:${block} is not in this model of 4 blocks.`,
      remedy: expect.stringContaining('0 to 3'),
    }),
  );
});
