import { type Sublayer, type UnitKind, unitsOf, unitTraits } from '../../model/units';
import { dropSublayers, type Mask, makeMask, sameMask } from '../../pruning/mask';
import { removalOrder } from '../../pruning/ranking';

/** A unit: the sublayers that go together. */
export type Unit = readonly Sublayer[];

/**
 * Units from the least important up, ties by index, those without a number last; locked ones are left out. `values` are in
 * the order of `unitsOf`. Throws `not-finite` where no unit has a number.
 */
export function lowestFirst(
  blocks: number,
  unit: UnitKind,
  values: readonly number[],
  isLocked: (s: Sublayer) => boolean,
): Unit[] {
  const units = unitsOf(blocks, unit);
  const free = [...units.keys()].filter((i) => !units[i]!.some(isLocked));
  return removalOrder(values, free).map((i) => units[i]!);
}

/** A list of sublayers in their order of removal as units. */
export function inUnits(dropped: readonly Sublayer[], unit: UnitKind): Unit[] {
  const size = unitTraits(unit).sublayers;
  return Array.from({ length: Math.ceil(dropped.length / size) }, (_, i) => dropped.slice(i * size, (i + 1) * size));
}

/**
 * The masks on the way to `k` units dropped in an order, one for each step. A present mask that lies on that way is gone
 * on from, up or down; from any other the way begins at the full model.
 */
export function stepsTo(present: Mask, order: readonly Unit[], k: number): Mask[] {
  const way = [makeMask(present.blocks)];
  for (const unit of order) way.push(dropSublayers(way.at(-1)!, ...unit));
  const last = Math.min(k, order.length);
  const at = way.findIndex((mask) => sameMask(mask, present));
  if (at < 0) return way.slice(1, last + 1);
  return at <= last ? way.slice(at + 1, last + 1) : way.slice(last, at).reverse();
}
