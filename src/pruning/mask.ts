import { LopperError } from '../errors';
import { type Sublayer, sublayerIndex } from '../model/units';

/**
 * The sublayers a model goes without, in the order in which they were dropped. Plain and never changed in place: every
 * function here returns a mask, the same object where nothing changes.
 */
export interface Mask {
  /** Blocks of the model the mask is for. */
  readonly blocks: number;
  readonly dropped: readonly Sublayer[];
}

const same = (a: Sublayer, b: Sublayer) => a.block === b.block && a.kind === b.kind;

/** A mask that drops nothing. */
export const makeMask = (blocks: number): Mask => ({ blocks, dropped: [] });

/** A mask of the sublayers given, in that order, repeats left out. Throws `mask-mismatch` for a block the model lacks. */
export const maskFromSublayers = (blocks: number, sublayers: readonly Sublayer[]): Mask =>
  dropSublayers(makeMask(blocks), ...sublayers);

/** Drops sublayers; those already dropped keep their place in the order. Throws `mask-mismatch`. */
export function dropSublayers(mask: Mask, ...sublayers: readonly Sublayer[]): Mask {
  const seen = new Set(mask.dropped.map(sublayerIndex));
  const added: Sublayer[] = [];
  for (const { block, kind } of sublayers) {
    if (!Number.isInteger(block) || block < 0 || block >= mask.blocks) {
      throw new LopperError(
        'mask-mismatch',
        `${kind}:${block} is not in this model of ${countBlocks(mask.blocks)}.`,
        `Blocks are counted from 0: use 0 to ${mask.blocks - 1}.`,
      );
    }
    const index = sublayerIndex({ block, kind });
    if (seen.has(index)) continue;
    seen.add(index);
    added.push({ block, kind });
  }
  return added.length === 0 ? mask : { blocks: mask.blocks, dropped: [...mask.dropped, ...added] };
}

/** Puts sublayers back. */
export function restoreSublayers(mask: Mask, ...sublayers: readonly Sublayer[]): Mask {
  const dropped = mask.dropped.filter((d) => !sublayers.some((s) => same(d, s)));
  return dropped.length === mask.dropped.length ? mask : { blocks: mask.blocks, dropped };
}

export const isDropped = (mask: Mask, sublayer: Sublayer): boolean => mask.dropped.some((d) => same(d, sublayer));

export const isBlockDropped = (mask: Mask, block: number): boolean =>
  isDropped(mask, { block, kind: 'attn' }) && isDropped(mask, { block, kind: 'ffn' });

/** The indices (`sublayerIndex`) that the engine leaves out. */
export const toDropSet = (mask: Mask): ReadonlySet<number> => new Set(mask.dropped.map(sublayerIndex));

/** True when both leave out the same sublayers of as many blocks. The order is history: it changes no number. */
export function sameMask(a: Mask, b: Mask): boolean {
  const set = toDropSet(b);
  return a.blocks === b.blocks && a.dropped.length === set.size && a.dropped.every((s) => set.has(sublayerIndex(s)));
}

/** How much is dropped. `blocks` are whole ones, whose sublayers are counted under `attn` and `ffn` too. */
export function countDropped(mask: Mask): { attn: number; ffn: number; blocks: number; sublayers: number } {
  const attn = mask.dropped.filter((s) => s.kind === 'attn');
  const blocks = attn.filter((s) => isDropped(mask, { block: s.block, kind: 'ffn' })).length;
  return { attn: attn.length, ffn: mask.dropped.length - attn.length, blocks, sublayers: mask.dropped.length };
}

/** "1 block", "32 blocks". */
export const countBlocks = (blocks: number): string => `${blocks} block${blocks === 1 ? '' : 's'}`;
