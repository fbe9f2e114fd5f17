import type { PlainUnit, Sublayer, SublayerKind, UnitKind } from '../../model/units';

/** The kinds in full, as a person says them; in code, files and links they are `attn` and `ffn`. */
const KIND_NAMES: Readonly<Record<PlainUnit, string>> = { block: 'block', attn: 'attention', ffn: 'feed-forward' };

/** "block 3 attention". */
export const sublayerName = (block: number, kind: SublayerKind): string => `block ${block} ${KIND_NAMES[kind]}`;

/** "attention 3", "block 7". */
export const unitName = (unit: PlainUnit, block: number): string => `${KIND_NAMES[unit]} ${block}`;

/** "attention 2, 5 and 7; feed-forward 3", blocks that are whole as "blocks 4 and 6". */
export function droppedWords(dropped: readonly Sublayer[]): string {
  const blocksOf = (kind: SublayerKind) => dropped.filter((s) => s.kind === kind).map((s) => s.block);
  const [attn, ffn] = [blocksOf('attn'), blocksOf('ffn')];
  const whole = attn.filter((b) => ffn.includes(b));
  const rest = (blocks: readonly number[]) => blocks.filter((b) => !whole.includes(b));
  const parts = [
    listOf(whole.length === 1 ? 'block' : 'blocks', whole),
    listOf(KIND_NAMES.attn, rest(attn)),
    listOf(KIND_NAMES.ffn, rest(ffn)),
  ];
  return parts.filter(Boolean).join('; ');
}

function listOf(name: string, blocks: readonly number[]): string {
  const sorted = [...blocks].sort((a, b) => a - b);
  if (sorted.length < 2) return sorted.length === 0 ? '' : `${name} ${sorted[0]}`;
  return `${name} ${sorted.slice(0, -1).join(', ')} and ${sorted.at(-1)}`;
}

/** A kind of unit as the page speaks of it. */
export interface UnitWords {
  /** Counted: "1 attention layer", "3 attention layers". */
  readonly one: string;
  readonly many: string;
  /** All of them as one thing, in a curve's name. */
  readonly all: string;
  /** In a list to choose from, and over a chart. */
  readonly title: string;
  /** On a button among others. */
  readonly brief: string;
  /** Over a table's column. */
  readonly column: string;
}

export const UNIT_WORDS: Readonly<Record<UnitKind, UnitWords>> = {
  block: {
    one: 'block',
    many: 'blocks',
    all: 'blocks',
    title: 'Whole blocks',
    brief: 'Blocks',
    column: 'whole block',
  },
  attn: {
    one: 'attention layer',
    many: 'attention layers',
    all: 'attention',
    title: 'Attention',
    brief: 'Attention',
    column: 'attention',
  },
  ffn: {
    one: 'feed-forward layer',
    many: 'feed-forward layers',
    all: 'feed-forward',
    title: 'Feed-forward',
    brief: 'Feed-forward',
    column: 'feed-forward',
  },
  sublayer: {
    one: 'layer',
    many: 'layers',
    all: 'both kinds',
    title: 'Attention and feed-forward',
    brief: 'Both',
    column: 'layer',
  },
};

/** Kinds of unit as what a list or a row of buttons offers. */
export const unitOptions = <U extends UnitKind>(
  units: readonly U[],
  words: keyof UnitWords = 'title',
): { readonly value: U; readonly text: string }[] => units.map((value) => ({ value, text: UNIT_WORDS[value][words] }));
