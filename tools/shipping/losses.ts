/** Losses of masks beforehand: every mask of a kind where the model is small, and those that people will ask for. */

import { compareBranches, without } from '../../src/engine/branch';
import type { InfluenceReport } from '../../src/lab/contract';
import { lossTableBytes, type TableHead } from '../../src/lab/files/loss-tables';
import { PLAIN_UNITS, type Sublayer, sublayerIndex, unitsOf } from '../../src/model/units';
import { formatDropList } from '../../src/pruning/drop-list';
import { tableMasks } from '../../src/pruning/known-masks';
import { type LossParts, pairedLoss } from '../../src/pruning/paired-loss';
import type { CurveBudget } from './arguments';
import type { KeptLosses } from './kept-losses';

/** Blocks of a model whose masks can all be measured: 4,096 of each kind. */
const MOST_BLOCKS = 12;
/** Sublayers of which any may be dropped together. */
const FEW = 3;
/** So many units of a kind dropped together come before all others. */
const FIRST = { attn: 4, ffn: 4, block: 3 };

export const tableHeads = (blocks: number): TableHead[] =>
  blocks > MOST_BLOCKS ? [] : [{ of: 'attn' }, { of: 'ffn' }, { of: 'block' }, { of: 'few', most: FEW }];

/** Masks that are known of a model too large for tables: units of a kind that follow one another, from one to `most`. */
export const listedMasks = (blocks: number, most: number): Sublayer[][] =>
  PLAIN_UNITS.flatMap((unit) => {
    const units = unitsOf(blocks, unit);
    return units.flatMap((_, from) =>
      units.slice(from, from + most).map((_, i) => units.slice(from, from + i + 1).flat()),
    );
  });

/**
 * And what metrics on the whole text would take of it, one unit after the other: of those that its curves are drawn by too.
 * Where there are tables, they are in there.
 */
export const rankedMasks = (
  blocks: number,
  influence: readonly InfluenceReport[],
  { by, units }: CurveBudget,
): Sublayer[][] =>
  influence
    .filter(({ metric, unit }) => by.some((one) => one === metric) && units.includes(unit))
    .flatMap((report) => rankedSteps(blocks, report));

/** The units of least influence, one, two and so on: each step a mask. Ties by index. */
export function rankedSteps(blocks: number, { unit, values }: InfluenceReport): Sublayer[][] {
  const units = unitsOf(blocks, unit);
  const order = [...units.keys()].sort((a, b) => values[a]! - values[b]! || a - b);
  return order.map((_, i) => order.slice(0, i + 1).flatMap((one) => units[one]!));
}

/** Measures the masks of all tables, the likeliest to be asked for first, and then the rest. */
export async function measureTables(
  kept: KeptLosses,
  blocks: number,
  { whole, listed }: { readonly whole: boolean; readonly listed: readonly (readonly Sublayer[])[] },
  tell: (what: string, done: number, of: number) => void,
): Promise<void> {
  const measure = (name: string, masks: readonly (readonly number[])[]) =>
    kept.measure(masks.map((m) => without(m)).sort(compareBranches), (done, of) => tell(name, done, of));
  const heads = tableHeads(blocks);
  const plain = heads.filter((head) => head.of !== 'few');
  const units = ({ of }: TableHead, mask: readonly number[]) => mask.length / (of === 'block' ? 2 : 1);
  for (const head of plain) {
    const most = head.of === 'few' ? 0 : FIRST[head.of];
    await measure(
      `${head.of}, up to ${most}`,
      tableMasks(blocks, head).filter((mask) => units(head, mask) <= most),
    );
  }
  await measure(
    'listed',
    listed.map((mask) => mask.map(sublayerIndex)),
  );
  for (const head of heads.filter((head) => head.of === 'few')) await measure('any few', tableMasks(blocks, head));
  if (whole) for (const head of plain) await measure(`every ${head.of}`, tableMasks(blocks, head));
}

/** What a mask adds to the full model's loss, and the half-width of that; NaN where it was not measured. */
export function addedLoss(kept: KeptLosses, tokens: readonly number[], mask: readonly number[]): [number, number] {
  const [full, own] = [without([]), without(mask)].map((branch) => kept.get(branch));
  if (!full || !own) return [Number.NaN, Number.NaN];
  const parts = (nll: readonly number[]): LossParts => ({ of: 'windows', nll, tokens });
  const { difference, interval } = pairedLoss(parts(full.windows), parts(own.windows));
  return [difference, interval[1] - difference];
}

/** The tables' file. */
export const tablesFile = (kept: KeptLosses, tokens: readonly number[], blocks: number): Uint8Array =>
  lossTableBytes(
    tableHeads(blocks).map((head) => {
      const all = tableMasks(blocks, head).map((mask) => addedLoss(kept, tokens, mask));
      return { added: Float32Array.from(all, ([x]) => x), half: Float32Array.from(all, ([, x]) => x) };
    }),
  );

/** Of masks that may be in no table, each once. */
export function listLosses(
  kept: KeptLosses,
  tokens: readonly number[],
  blocks: number,
  masks: readonly (readonly Sublayer[])[],
): [string, number, number][] {
  const inTables = new Set(tableHeads(blocks).flatMap((head) => tableMasks(blocks, head).map((m) => m.join())));
  const sorted = masks.map((mask) => mask.map(sublayerIndex).sort((a, b) => a - b));
  const once = new Map(sorted.map((mask, i) => [mask.join(), i]));
  return [...once]
    .filter(([key]) => !inTables.has(key))
    .map(([, i]) => {
      const [added, half] = addedLoss(kept, tokens, sorted[i]!);
      return [formatDropList(masks[i]!), Number(added.toFixed(6)), Number(half.toPrecision(3))];
    });
}
