import type { SublayerKind, UnitKind } from '../../model/units';

/** The kinds in full, as a person says them. */
const KIND_NAMES: Readonly<Record<SublayerKind, string>> = { attn: 'attention', ffn: 'feed-forward' };

/** "block 3 attention". */
export const sublayerName = (block: number, kind: SublayerKind): string => `block ${block} ${KIND_NAMES[kind]}`;

/** A kind of unit as the page speaks of it. */
export interface UnitWords {
  /** In a sentence. */
  readonly one: string;
  readonly many: string;
  /** In a list to choose from. */
  readonly listed: string;
  /** On a button among others. */
  readonly brief: string;
  /** The same without abbreviations. */
  readonly spoken: string;
  /** Over a chart of them. */
  readonly title: string;
  /** In a narrow list, and over a table's column. */
  readonly narrow: string;
  readonly column: string;
}

export const UNIT_WORDS: Readonly<Record<UnitKind, UnitWords>> = {
  block: {
    one: 'block',
    many: 'blocks',
    listed: 'Blocks',
    brief: 'Blocks',
    spoken: 'Blocks',
    title: 'Whole blocks',
    narrow: 'blocks',
    column: 'whole block',
  },
  attn: {
    one: 'attn',
    many: 'attn',
    listed: 'attn',
    brief: 'attn',
    spoken: 'Attention',
    title: 'Attention (attn)',
    narrow: 'attn',
    column: 'attn',
  },
  ffn: {
    one: 'ffn',
    many: 'ffn',
    listed: 'ffn',
    brief: 'ffn',
    spoken: 'Feed-forward',
    title: 'Feed-forward (ffn)',
    narrow: 'ffn',
    column: 'ffn',
  },
  sublayer: {
    one: 'sublayer',
    many: 'sublayers',
    listed: 'attn and ffn, mixed',
    brief: 'Mixed',
    spoken: 'Mixed',
    title: 'Attention and feed-forward, mixed',
    narrow: 'attn, ffn',
    column: 'sublayer',
  },
};

/** Kinds of unit as what a list or a row of buttons offers. */
export const unitOptions = <U extends UnitKind>(
  units: readonly U[],
  words: keyof UnitWords = 'listed',
): { readonly value: U; readonly text: string }[] => units.map((value) => ({ value, text: UNIT_WORDS[value][words] }));
