/** Nats per token: of less damage than this a share says nothing, and may be any number. */
const LEAST_DAMAGE = 0.01;

/**
 * The share of the damage that what stands in undoes, of losses on the same text; below 0 where it is worse than plain
 * removal. Undefined where there is hardly any damage, or no number.
 */
export function undoneShare(full: number, pruned: number, recovered: number): number | undefined {
  const damage = pruned - full;
  return damage >= LEAST_DAMAGE ? (pruned - recovered) / damage : undefined;
}
