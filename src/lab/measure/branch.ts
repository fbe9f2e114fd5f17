import { type Branch, named, replacing, without } from '../../engine/branch';
import { sublayerIndex } from '../../model/units';
import { placesOf, type Variant } from '../../pruning/variant';

/** What the engine walks of a variant: a mask, with its recovery modules where it has some. Throws `mask-mismatch`. */
export const branchOf = (variant: Variant): Branch =>
  replacing(
    placesOf(variant).map(([index, module]) => [index, named(module)] as const),
    without(variant.mask.dropped.map(sublayerIndex)),
  );
