/** The other models that the pruned one is shown beside: with something in the gap, or with another mask. */
import { sublayerIndex, sublayersOf } from '../../model/units';
import { sameMask } from '../../pruning/mask';
import type { Recovered } from './recovery';
import { maskOf } from './select';
import { type Tried, triedIn } from './shelf';
import type { AppState } from './state';

/** What stands in for the mask in force, where something was fitted for it. */
export function recoveredOf(s: AppState): Recovered | undefined {
  const { recovered } = s.open;
  return recovered && sameMask(recovered.mask, maskOf(s)) ? recovered : undefined;
}

/** The third model, where there is one. */
export const thirdOf = (s: AppState): Recovered | undefined => {
  const recovered = recoveredOf(s);
  return recovered?.applied ? recovered : undefined;
};

const standing = new WeakMap<Recovered['modules'], ReadonlySet<number>>();

/** Sublayers (`sublayerIndex`) in whose place something stands in the third model. */
export function standInsOf(s: AppState): ReadonlySet<number> | undefined {
  const modules = thirdOf(s)?.modules;
  if (!modules) return undefined;
  const found =
    standing.get(modules) ??
    new Set(modules.flatMap(({ unit: { kind, block } }) => sublayersOf(kind, block).map(sublayerIndex)));
  standing.set(modules, found);
  return found;
}

/** The row of the shelf that texts are held against, in the full model's place: one of this model, and not the mask in force. */
export function againstOf(s: AppState): Tried | undefined {
  const row = s.against && triedIn(s.open.shelf, s.against);
  return row && !sameMask(row.mask, maskOf(s)) ? row : undefined;
}
