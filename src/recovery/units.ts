import { type Sublayer, sublayerIndex, sublayersOf } from '../model/units';
import type { RecoveredUnit } from './module';

/**
 * The units that modules stand in for, from low to high: every dropped block that goes whole has one, unless blocks are to be
 * split, every other dropped sublayer has its own.
 */
export function recoveredUnits(dropped: readonly Sublayer[], splitBlocks = false): RecoveredUnit[] {
  const gone = new Set(dropped.map(sublayerIndex));
  const isWhole = (block: number) =>
    !splitBlocks && sublayersOf('block', block).every((s) => gone.has(sublayerIndex(s)));
  const units = [...dropped]
    .sort((a, b) => sublayerIndex(a) - sublayerIndex(b))
    .map(({ block, kind }): RecoveredUnit => ({ block, kind: isWhole(block) ? 'block' : kind }));
  return units.filter(({ block, kind }, i) => i === 0 || kind !== 'block' || units[i - 1]!.block !== block);
}

/** A unit by its sublayers. */
export function unitOf(sublayers: readonly Sublayer[]): RecoveredUnit {
  const [{ block, kind }] = sublayers as [Sublayer];
  return { block, kind: sublayers.length > 1 ? 'block' : kind };
}

/** "attn:2", "block:5". */
export const unitName = ({ block, kind }: RecoveredUnit): string => `${kind}:${block}`;
