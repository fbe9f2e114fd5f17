import type { PlainUnit, Sublayer, SublayerKind, UnitKind } from '../../model/units';

/** The kinds in full, as a person says them; in code, files and links they are `attn` and `ffn`. */
const KIND_NAMES: Readonly<Record<PlainUnit, string>> = { block: 'block', attn: 'attention', ffn: 'feed-forward' };

/** "block 3 attention". */
export const sublayerName = (block: number, kind: SublayerKind): string => `block ${block} ${KIND_NAMES[kind]}`;

/** "attention 3", "block 7". */
export const unitName = (unit: PlainUnit, block: number): string => `${KIND_NAMES[unit]} ${block}`;

/** "attention 2, 5 and 7; feed-forward 3", blocks that are whole as "blocks 4 and 6": every one by its name. */
export function droppedWords(dropped: readonly Sublayer[]): string {
  const { block, attn, ffn } = byUnit(dropped);
  const listed = (name: string, blocks: readonly number[]) => (blocks.length === 0 ? [] : [`${name} ${and(blocks)}`]);
  return [
    ...listed(block.length === 1 ? 'block' : 'blocks', block),
    ...listed(KIND_NAMES.attn, attn),
    ...listed(KIND_NAMES.ffn, ffn),
  ].join('; ');
}

/** The same within a sentence, and short: "attention 7", "blocks 3 to 5", "5 attention layers and feed-forward 2". */
export function droppedBriefly(dropped: readonly Sublayer[]): string {
  const { block, attn, ffn } = byUnit(dropped);
  return and([
    ...briefly(block, 'block', 'blocks', 'blocks'),
    ...briefly(attn, KIND_NAMES.attn, KIND_NAMES.attn, `${KIND_NAMES.attn} layers`),
    ...briefly(ffn, KIND_NAMES.ffn, KIND_NAMES.ffn, `${KIND_NAMES.ffn} layers`),
  ]);
}

/** Named one by one as long as that is shorter to read than their number. */
const MOST_NAMED = 4;

function briefly(blocks: readonly number[], one: string, few: string, many: string): string[] {
  const [first, last] = [blocks[0], blocks.at(-1)];
  if (first === undefined || last === undefined) return [];
  if (blocks.length === 1) return [`${one} ${first}`];
  if (blocks.length > 2 && last - first === blocks.length - 1) return [`${few} ${first} to ${last}`];
  return [blocks.length > MOST_NAMED ? `${blocks.length} ${many}` : `${few} ${and(blocks)}`];
}

/** The blocks, ascending, that are whole, and those that miss one kind only. */
function byUnit(dropped: readonly Sublayer[]): Readonly<Record<PlainUnit, readonly number[]>> {
  const blocksOf = (kind: SublayerKind) =>
    dropped
      .filter((s) => s.kind === kind)
      .map((s) => s.block)
      .sort((a, b) => a - b);
  const [attn, ffn] = [blocksOf('attn'), blocksOf('ffn')];
  const block = attn.filter((b) => ffn.includes(b));
  const alone = (blocks: readonly number[]) => blocks.filter((b) => !block.includes(b));
  return { block, attn: alone(attn), ffn: alone(ffn) };
}

/** "1", "1 and 2", "1, 2 and 3". */
export const and = (parts: readonly (string | number)[]): string =>
  parts.length < 2 ? parts.join('') : `${parts.slice(0, -1).join(', ')} and ${parts.at(-1)}`;

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
