/** The two kinds of sublayer a block has. */
export type SublayerKind = 'attn' | 'ffn';

/** One sublayer, its block counted from 0. */
export interface Sublayer {
  readonly block: number;
  readonly kind: SublayerKind;
}

/** What influence is asked for: whole blocks, one kind of sublayer, or both kinds in order 0-attn, 0-ffn, 1-attn, ... */
export type UnitKind = 'block' | 'attn' | 'ffn' | 'sublayer';

/** Position of a sublayer in the walk: 0-attn is 0, 0-ffn is 1, 1-attn is 2, ... */
export const sublayerIndex = (s: Sublayer): number => 2 * s.block + (s.kind === 'attn' ? 0 : 1);

/** The inverse of `sublayerIndex`. */
export const sublayerAt = (index: number): Sublayer => ({
  block: index >> 1,
  kind: index & 1 ? 'ffn' : 'attn',
});

/** The units of a model of `blocks` blocks, each as the sublayers that go when it is dropped. */
export function unitsOf(blocks: number, unit: UnitKind): Sublayer[][] {
  const both = Array.from({ length: 2 * blocks }, (_, i) => sublayerAt(i));
  if (unit === 'sublayer') return both.map((s) => [s]);
  if (unit === 'block') return Array.from({ length: blocks }, (_, i) => both.slice(2 * i, 2 * i + 2));
  return both.filter((s) => s.kind === unit).map((s) => [s]);
}
