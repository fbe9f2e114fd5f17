/** The two kinds of sublayer a block has. */
export type SublayerKind = 'attn' | 'ffn';

/** One sublayer, its block counted from 0. */
export interface Sublayer {
  readonly block: number;
  readonly kind: SublayerKind;
}

/**
 * What is pruned: whole blocks, one kind of sublayer, or both kinds in order 0-attn, 0-ffn, 1-attn, ... `sublayers`: how
 * many go together; `kinds`: those the unit is taken from; `mixed`: its units are of several kinds, and a chart has a
 * series for each.
 */
export const UNIT_KINDS = {
  block: { sublayers: 2, kinds: ['attn', 'ffn'] },
  attn: { sublayers: 1, kinds: ['attn'] },
  ffn: { sublayers: 1, kinds: ['ffn'] },
  sublayer: { sublayers: 1, kinds: ['attn', 'ffn'], mixed: true },
} as const satisfies Readonly<Record<string, UnitTraits>>;

interface UnitTraits {
  readonly sublayers: 1 | 2;
  readonly kinds: readonly SublayerKind[];
  readonly mixed?: true;
}

export type UnitKind = keyof typeof UNIT_KINDS;
/** Kinds of unit that a series of numbers is of, one after the other up the model. */
export type PlainUnit = Exclude<UnitKind, 'sublayer'>;

export const UNIT_NAMES = Object.keys(UNIT_KINDS) as readonly UnitKind[];

export const unitTraits = (unit: UnitKind): UnitTraits => UNIT_KINDS[unit];

export const PLAIN_UNITS = UNIT_NAMES.filter((unit): unit is PlainUnit => !unitTraits(unit).mixed);

/** The sublayers of one plain unit. */
export const sublayersOf = (unit: PlainUnit, block: number): Sublayer[] =>
  UNIT_KINDS[unit].kinds.map((kind) => ({ block, kind }));

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
