import { LopperError } from '../errors';
import { sublayerIndex, sublayersOf } from '../model/units';
import { isMerged, type Placed, type RecoveryModule } from '../recovery/module';
import { isBlockDropped, isDropped, type Mask } from './mask';

/** A mask with its recovery modules, plain and serialisable: full, pruned or recovered. */
export interface Variant {
  readonly mask: Mask;
  readonly modules?: readonly Placed[];
}

/**
 * Where each module is applied (`sublayerIndex`): a sublayer's in its place, a block's where its attention was. Throws
 * `mask-mismatch` for a unit that is not dropped, and where two modules would stand in for the same sublayer.
 */
export function placesOf({ mask, modules = [] }: Variant): (readonly [number, RecoveryModule])[] {
  const taken = new Set<number>();
  return modules.map(({ unit: { block, kind }, module }) => {
    const own = sublayersOf(kind, block);
    const name = `${kind}:${block}`;
    if (isMerged(module)) {
      if (kind === 'block' || isDropped(mask, own[0])) {
        throw mismatch(`${name} has a merged map, and is not a layer that is kept.`, 'Keep it, or leave its map out.');
      }
      return [sublayerIndex(own[0]), module] as const;
    }
    if (!(kind === 'block' ? isBlockDropped(mask, block) : isDropped(mask, own[0]))) {
      throw mismatch(
        `There is a recovery module for ${name}, which is not dropped.`,
        'Drop it, or leave its module out.',
      );
    }
    const indices = own.map(sublayerIndex);
    if (indices.some((index) => taken.has(index))) {
      throw mismatch(
        `${name} has more than one recovery module.`,
        'Give each dropped layer one, or its whole block one.',
      );
    }
    for (const index of indices) taken.add(index);
    return [indices[0], module] as const;
  });
}

const mismatch = (message: string, remedy: string) => new LopperError('mask-mismatch', message, remedy);
