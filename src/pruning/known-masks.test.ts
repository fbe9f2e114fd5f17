import { expect, test } from 'vitest';
import type { Sublayer } from '../model/units';
import { parseDropList } from './drop-list';
import { type KnownMasks, knownLoss, nearestKnown, tableMasks } from './known-masks';
import { maskFromSublayers } from './mask';

const mask = (drop: string, blocks = 3) => maskFromSublayers(blocks, parseDropList(drop));
const listed = (drop: string, added: number) => ({ dropped: parseDropList(drop), added, half: 0.1 });
const table = (of: 'attn' | 'block', added: readonly number[]) => ({
  of,
  added: Float32Array.from(added),
  half: Float32Array.from(added, (x) => x / 4),
});
/** All attn-only masks of three blocks but the whole of it, and two masks besides. */
const known: KnownMasks = {
  blocks: 3,
  tables: [table('attn', [0, 1, 2, 3, 4, 5, 6, Number.NaN])],
  listed: [listed('ffn:1,attn:0', 7), listed('block:0-2', 9)],
};

test('a mask is found in whatever order its layers were dropped', () => {
  expect(knownLoss(known, mask('attn:2'))).toEqual({ added: 1, half: 0.25 });
  expect(knownLoss(known, mask('attn:1'))).toMatchObject({ added: 2 });
  expect(knownLoss(known, mask('attn:2,0'))).toMatchObject({ added: 5 });
  expect(knownLoss(known, mask('attn:0,ffn:1'))).toEqual({ added: 7, half: 0.1 });
  expect(knownLoss(known, mask('ffn:1,attn:0'))).toEqual({ added: 7, half: 0.1 });
});

test('nothing dropped adds nothing, and what was not measured or is of another model is not known', () => {
  expect(knownLoss(known, mask(''))).toEqual({ added: 0, half: 0 });
  expect(knownLoss(known, mask('attn:0-2'))).toBeUndefined();
  expect(knownLoss(known, mask('ffn:2'))).toBeUndefined();
  expect(knownLoss(known, mask('attn:2', 4))).toBeUndefined();
  expect(nearestKnown(known, mask('attn:2', 4))).toBeUndefined();
});

test('the nearest differs in the fewest layers, and rather restores one than drops another', () => {
  const names = (of: readonly Sublayer[]) => of.map(({ kind, block }) => `${kind}:${block}`).join();
  const near = (drop: string) => {
    const { mask, more, less } = nearestKnown(known, maskFromSublayers(3, parseDropList(drop)))!;
    return [names(mask.dropped), `+${names(more)}`, `-${names(less)}`];
  };
  expect(near('ffn:1')).toEqual(['', '+', '-ffn:1']);
  expect(near('attn:0-2')).toEqual(['attn:1,attn:2', '+', '-attn:0']);
  expect(near('attn:0,ffn:0,attn:1,ffn:1,attn:2')).toEqual(['attn:0,ffn:0,attn:1,ffn:1,attn:2,ffn:2', '+ffn:2', '-']);
  expect(near('attn:0,ffn:1')[0]).toBe('attn:0,ffn:1');
});

test('tables hold every mask of their kind once', () => {
  for (const of of ['attn', 'ffn', 'block'] as const) {
    const all = tableMasks(4, { of });
    expect(new Set(all.map((m) => m.join())).size).toBe(16);
    expect(all[0]).toEqual([]);
    expect(all.at(-1)).toHaveLength(of === 'block' ? 8 : 4);
  }
  const few = tableMasks(4, { of: 'few', most: 3 });
  expect(new Set(few.map((m) => m.join())).size).toBe(1 + 8 + 28 + 56);
  expect(few.every((m) => m.every((x, i) => x < 8 && (i === 0 || x > m[i - 1]!)))).toBe(true);
});
