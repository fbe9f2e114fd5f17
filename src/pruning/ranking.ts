import { LopperError } from '../errors';
import { type UnitKind, unitsOf } from '../model/units';
import { type Mask, maskFromSublayers } from './mask';

/**
 * Removal order: indices of `influence` from the least important up, ties by index.
 * Throws `not-finite` rather than rank a value that is no number.
 */
export function rankByInfluence(influence: readonly number[]): number[] {
  const bad = influence.findIndex((value) => !Number.isFinite(value));
  if (bad >= 0) {
    throw new LopperError(
      'not-finite',
      `The influence of unit ${bad} is ${influence[bad]}; such values cannot be ranked.`,
      'Measure it again on another text; if it stays, the weights or the adapter are at fault.',
    );
  }
  return influence.map((_, i) => i).sort((a, b) => influence[a]! - influence[b]! || a - b);
}

/** One-shot removal: the mask that drops the `count` least important units, `influence` being in the order of `unitsOf`. */
export function dropLowest(blocks: number, unit: UnitKind, influence: readonly number[], count: number): Mask {
  const units = unitsOf(blocks, unit);
  if (influence.length !== units.length) {
    throw new LopperError(
      'mask-mismatch',
      `${influence.length} influence values for a model with ${units.length} units (${unit}, ${blocks} blocks).`,
      'Measure influence on the model that is open.',
    );
  }
  const lowest = rankByInfluence(influence).slice(0, count);
  return maskFromSublayers(
    blocks,
    lowest.flatMap((i) => units[i]!),
  );
}
