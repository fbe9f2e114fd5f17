/** Bare lists of numbers, which say nothing of how they count; and what the paper's own code keeps. */
import { LopperError } from '../errors';
import { sublayerAt, sublayersOf } from '../model/units';
import { isDropped, type Mask, maskFromSublayers } from '../pruning/mask';
import { keptBlocks, type MaskFormat, type Reading, wholeBlocks } from './format';

const list = (numbers: readonly number[]) => `[${numbers.join(', ')}]\n`;

/** Blocks to drop: how SLEB, ShortGPT and most scripts take them. */
export const blockList: MaskFormat = {
  title: 'List of dropped blocks',
  about: 'For most scripts: whole blocks that go, from 0, in the order in which they went.',
  loses: 'What stands in for the blocks.',
  units: 'blocks',
  extension: 'json',
  write: ({ mask }) => list(wholeBlocks(mask, 'A list of blocks')),
  read: ({ text, json }, blocks) => {
    const numbers = numbersOf(text, json);
    return numbers && readingsOf(numbers, blocks);
  },
};

/** What is left, as the code of the paper (arXiv 2407.16286) takes it. */
export const keptBlockList: MaskFormat = {
  title: 'List of kept blocks',
  about: 'For the paper’s code, where it drops blocks: what is left, from 0.',
  loses: 'The order in which blocks went, and what stands in for them.',
  units: 'blocks',
  extension: 'json',
  write({ mask }) {
    wholeBlocks(mask, 'A list of kept blocks');
    return list(keptBlocks(mask));
  },
};

export const keptLayerList: MaskFormat = {
  title: 'List of kept layers',
  about:
    'For the paper’s code and LLM-Drop’s reserved_layers.json: attention of block i is 2i, its ffn 2i + 1, from 0.',
  loses: 'The order in which layers went, and what stands in for them.',
  units: 'sublayers',
  extension: 'json',
  write: ({ mask }) => list(kept(mask)),
};

const kept = (mask: Mask) =>
  Array.from({ length: 2 * mask.blocks }, (_, i) => i).filter((i) => !isDropped(mask, sublayerAt(i)));

/** A JSON list, or numbers with commas or spaces between them and nothing else. */
function numbersOf(text: string, json: unknown): readonly number[] | undefined {
  if (Array.isArray(json)) {
    const whole = json.every((n): n is number => Number.isInteger(n) && (n as number) >= 0);
    return json.length > 0 && whole ? json : undefined;
  }
  const plain = /^\s*\[?\s*\d{1,5}(?:[\s,;]+\d{1,5})+[\s,;]*\]?\s*$/.test(text);
  return json === undefined && plain ? text.match(/\d+/g)!.map(Number) : undefined;
}

/** What a bare list may mean, the usual first; of the others those that this model could have. */
function readingsOf(numbers: readonly number[], blocks: number): Reading[] {
  const most = numbers.reduce((a, b) => Math.max(a, b));
  const least = numbers.reduce((a, b) => Math.min(a, b));
  const dropping = (indices: readonly number[]) => () =>
    maskFromSublayers(
      blocks,
      indices.flatMap((block) => sublayersOf('block', block)),
    );
  const others = (of: number) => Array.from({ length: of }, (_, i) => i).filter((i) => !numbers.includes(i));
  return [
    { as: 'dropped', what: 'blocks to drop, counted from 0', mask: dropping(numbers) },
    ...(least >= 1 && most <= blocks
      ? [{ as: 'dropped-1', what: 'blocks to drop, counted from 1', mask: dropping(numbers.map((n) => n - 1)) }]
      : []),
    ...(most < blocks ? [{ as: 'kept', what: 'blocks to keep, counted from 0', mask: dropping(others(blocks)) }] : []),
    ...(most < 2 * blocks
      ? [
          {
            as: 'kept-layers',
            what: 'layers to keep, attention of block i being 2i and its ffn 2i + 1',
            mask: () => maskFromSublayers(blocks, others(2 * blocks).map(sublayerAt)),
          },
        ]
      : []),
  ];
}

/** A mask of numbers counted from `base`. Throws `mask-mismatch` for 0 where it counts from 1. */
export function blocksFrom(numbers: readonly number[], base: 0 | 1, blocks: number): Mask {
  if (numbers.some((n) => n < base)) {
    throw new LopperError('mask-mismatch', 'It names block 0, and counts from 1.', 'Give the numbers of its own tool.');
  }
  return maskFromSublayers(
    blocks,
    numbers.flatMap((n) => sublayersOf('block', n - base)),
  );
}
