import { LopperError } from '../errors';
import type { Sublayer } from '../model/units';
import { type Mask, maskFromSublayers } from '../pruning/mask';
import type { MaskFormat } from './format';

const NAMES = { attn: 'mha', ffn: 'mlp' } as const;

/** What BlockPruner's search writes: the first one, the first two, the first three ... layers that go (https://github.com/MrGGLS/BlockPruner). */
export const blockPruner: MaskFormat = {
  title: 'BlockPruner, its order of deletion',
  about:
    'For BlockPruner’s eval.py: after so many deletions, which attention (mha) and which ffn (mlp) are gone, from 0.',
  loses: 'What stands in for the layers.',
  units: 'sublayers',
  extension: 'json',
  write({ mask }) {
    const steps = mask.dropped.map((_, i) => [
      String(i + 1),
      mask.dropped
        .slice(0, i + 1)
        .sort((a, b) => a.block - b.block)
        .map(({ kind, block }) => [NAMES[kind], block]),
    ]);
    return `${JSON.stringify(Object.fromEntries(steps))}\n`;
  },
  read({ json }, blocks) {
    if (json === null || typeof json !== 'object' || Array.isArray(json)) return undefined;
    const steps = Object.entries(json)
      .filter((entry): entry is [string, [unknown, unknown][]] => isStep(entry))
      .sort(([a], [b]) => Number(b) - Number(a));
    if (steps.length === 0 || steps.length !== Object.keys(json).length) return undefined;
    // Whoever searched for 20 deletions may want the first 12 of them.
    return steps.map(([count, last]) => ({
      as: `block-pruner-${count}`,
      what: `BlockPruner’s first ${count} deletion${count === '1' ? '' : 's'} of ${steps[0]![0]}, blocks from 0`,
      mask: () => inOrder(steps.filter(([c]) => Number(c) <= Number(count)).reverse(), last, blocks),
    }));
  },
};

const isStep = ([count, list]: [string, unknown]) =>
  /^[1-9]\d{0,4}$/.test(count) &&
  Array.isArray(list) &&
  list.every((pair) => Array.isArray(pair) && pair.length === 2 && (pair[0] === 'mha' || pair[0] === 'mlp'));

/** In the order in which they turn up, step by step. */
function inOrder(steps: readonly [string, [unknown, unknown][]][], last: readonly unknown[], blocks: number): Mask {
  const sublayers = steps.flatMap(([, list]) =>
    list.map(([name, block]): Sublayer => ({ kind: name === 'mha' ? 'attn' : 'ffn', block: block as number })),
  );
  const mask = maskFromSublayers(blocks, sublayers);
  if (mask.dropped.length === last.length) return mask;
  throw new LopperError(
    'mask-invalid',
    'Its steps do not build on one another: no order of deletion can be read from them.',
    'Give the file that block_search.py wrote.',
  );
}
