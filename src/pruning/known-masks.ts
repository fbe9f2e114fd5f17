/** Masks whose losses were measured beforehand: looked up, and where one is not there, the nearest that is. */
import { type PlainUnit, type Sublayer, sublayerAt, sublayerIndex, sublayersOf } from '../model/units';
import { type Mask, maskFromSublayers } from './mask';

/** What a mask adds to the full model's loss, nats a token, and the half-width of the 95% interval of that. */
export interface KnownLoss {
  readonly added: number;
  readonly half: number;
}

/** Masks of one kind, every one of them in the order of its number (`tableMasks`). NaN for one that was not measured. */
export interface LossTable {
  /** All subsets of the units of a kind; or all sets of up to so many sublayers. */
  readonly of: PlainUnit | 'few';
  /** Of `few`. */
  readonly most?: number;
  readonly added: Float32Array;
  readonly half: Float32Array;
}

/** All masks that are known of a model of `blocks` blocks. */
export interface KnownMasks {
  readonly blocks: number;
  readonly tables: readonly LossTable[];
  readonly listed: readonly (KnownLoss & { readonly dropped: readonly Sublayer[] })[];
}

/** A mask that is known, as the one nearest to another. */
export interface Nearest extends KnownLoss {
  readonly mask: Mask;
  /** What the nearest drops and the other does not; and the other way round. */
  readonly more: readonly Sublayer[];
  readonly less: readonly Sublayer[];
}

/** The masks of a table in its order, each as `sublayerIndex` from the lowest up. */
export const tableMasks = (blocks: number, { of, most = 0 }: Pick<LossTable, 'of' | 'most'>): number[][] =>
  of === 'few'
    ? setsOf(2 * blocks, most)
    : Array.from({ length: 2 ** blocks }, (_, number) =>
        unitsIn(blocks, number).flatMap((block) => sublayersOf(of, block).map(sublayerIndex)),
      );

/** Units gone from the mask of that number: the lowest unit is the highest bit, so that neighbours share the lower layers. */
const unitsIn = (blocks: number, number: number): number[] =>
  Array.from({ length: blocks }, (_, block) => block).filter((block) => (number >> (blocks - 1 - block)) & 1);

/** Every set of up to `most` of `n` things: the smaller first, then by their members. */
function setsOf(n: number, most: number): number[][] {
  const sets: number[][] = [[]];
  let last = sets;
  for (let size = 1; size <= most; size++) {
    last = last.flatMap((set) => {
      const next = (set.at(-1) ?? -1) + 1;
      return Array.from({ length: n - next }, (_, i) => [...set, next + i]);
    });
    sets.push(...last);
  }
  return sets;
}

interface Known extends KnownLoss {
  /** `sublayerIndex` from the lowest up. */
  readonly gone: readonly number[];
}

const indexes = new WeakMap<KnownMasks, ReadonlyMap<string, Known>>();

/** Every mask by its sublayers. Made once: some ten milliseconds for every subset of 12 attn, of 12 ffn, of 12 blocks. */
function indexOf(known: KnownMasks): ReadonlyMap<string, Known> {
  const found = indexes.get(known);
  if (found) return found;
  const all: Known[] = [
    ...known.listed.map(({ dropped, ...loss }) => ({ gone: sorted(dropped), ...loss })),
    ...known.tables.flatMap((table) =>
      tableMasks(known.blocks, table).map((gone, i) => ({ gone, added: table.added[i]!, half: table.half[i]! })),
    ),
  ];
  const measured = all.filter(({ added }) => !Number.isNaN(added));
  const index = new Map(measured.map((one) => [one.gone.join(), one]));
  indexes.set(known, index);
  return index;
}

const sorted = (dropped: readonly Sublayer[]) => dropped.map(sublayerIndex).sort((a, b) => a - b);

/** What a mask adds to the loss, where that is known. Nothing dropped adds nothing. */
export function knownLoss(known: KnownMasks, { blocks, dropped }: Mask): KnownLoss | undefined {
  if (blocks !== known.blocks) return undefined;
  if (dropped.length === 0) return { added: 0, half: 0 };
  const found = indexOf(known).get(sorted(dropped).join());
  return found && { added: found.added, half: found.half };
}

/**
 * The known mask that differs from this one in the fewest sublayers; of several, one that drops the least that this one
 * does not. Undefined where nothing is known of such a model.
 */
export function nearestKnown(known: KnownMasks, mask: Mask): Nearest | undefined {
  if (mask.blocks !== known.blocks) return undefined;
  const own = new Set(mask.dropped.map(sublayerIndex));
  let best: (Known & { more: number; far: number }) | undefined;
  for (const one of indexOf(known).values()) {
    const shared = one.gone.reduce((sum, index) => sum + Number(own.has(index)), 0);
    const more = one.gone.length - shared;
    const far = more + own.size - shared;
    if (!best || far < best.far || (far === best.far && more < best.more)) best = { ...one, more, far };
  }
  if (!best) return undefined;
  const theirs = new Set(best.gone);
  const [shared, less] = [true, false].map((is) => mask.dropped.filter((s) => theirs.has(sublayerIndex(s)) === is));
  const more = best.gone.filter((index) => !own.has(index)).map(sublayerAt);
  const { added, half } = best;
  return { added, half, mask: maskFromSublayers(mask.blocks, [...shared!, ...more]), more, less: less! };
}
