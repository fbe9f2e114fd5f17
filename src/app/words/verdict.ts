import { type Sublayer, type SublayerKind, sublayerIndex } from '../../model/units';
import { holdsZero } from '../../pruning/paired-loss';

/** What a mask leaves out, as a person says it: "attention 7", "blocks 3 to 5", "4 attention and 2 feed-forward layers". */
export function droppedWords(dropped: readonly Sublayer[]): string {
  const gone = new Set(dropped.map(sublayerIndex));
  const whole = new Set(
    dropped.filter(({ block }) => gone.has(2 * block) && gone.has(2 * block + 1)).map((s) => s.block),
  );
  const alone = dropped.filter(({ block }) => !whole.has(block));
  const parts = [
    listed([...whole], 'block', 'blocks', 'blocks'),
    ...(['attn', 'ffn'] as const).map((kind) => {
      const blocks = alone.filter((s) => s.kind === kind).map((s) => s.block);
      return listed(blocks, KINDS[kind], KINDS[kind], `${KINDS[kind]} layers`);
    }),
  ].filter((part) => part !== '');
  return parts.length < 3 ? parts.join(' and ') : `${parts.slice(0, -1).join(', ')} and ${parts.at(-1)}`;
}

const KINDS: Readonly<Record<SublayerKind, string>> = { attn: 'attention', ffn: 'feed-forward' };

/** Named one by one as long as that is shorter to read than their number. */
const MOST_NAMED = 4;

function listed(blocks: readonly number[], one: string, few: string, many: string): string {
  const sorted = blocks.toSorted((a, b) => a - b);
  const [first, last] = [sorted[0], sorted.at(-1)];
  if (first === undefined || last === undefined) return '';
  if (sorted.length === 1) return `${one} ${first}`;
  if (sorted.length > 2 && last - first === sorted.length - 1) return `${few} ${first} to ${last}`;
  if (sorted.length > MOST_NAMED) return `${sorted.length} ${many}`;
  return `${few} ${sorted.slice(0, -1).join(', ')} and ${last}`;
}

/** What a change of the loss means, in nats per token, for someone who has no feeling for nats yet. */
export function lossWords(change: number, interval?: readonly [number, number]): string {
  if (interval && Number.isNaN(interval[0])) return 'is being measured';
  if (interval && holdsZero(interval)) return 'cannot be told from the full model';
  const size = Math.abs(change);
  if (size < 5e-5) return 'predicts this text as well as before';
  const how = DEGREES.find(([least]) => size >= least)![1];
  if (change > 0 && size >= 3) return 'no longer knows the language';
  return `predicts this text ${how} ${change > 0 ? 'worse' : 'better'}`;
}

const DEGREES: readonly (readonly [least: number, word: string])[] = [
  [1, 'very much'],
  [0.3, 'much'],
  [0.1, 'clearly'],
  [0.01, 'a little'],
  [0, 'hardly'],
];
