import fc from 'fast-check';
import { expect, test } from 'vitest';
import { LopperError } from '../errors';
import type { Sublayer } from '../model/units';
import { countDropped, type Mask, maskFromSublayers, sameMask } from '../pruning/mask';
import { type ExportModel, type MaskFormat, type Reading, singles } from './format';
import { FORMAT_NAMES, type FormatName, MASK_FORMATS } from './formats';
import { foreignReadings, readMask } from './read-mask';

const BLOCKS = 12;
const model: ExportModel = {
  ...{ id: 'mistralai/Mistral-7B-v0.1', revision: 'main', architecture: 'MistralForCausalLM', modelType: 'mistral' },
  ...{ blocks: BLOCKS, heads: 32, kvHeads: 8, dtype: 'BF16' },
};
const sublayer: fc.Arbitrary<Sublayer> = fc.record({ block: fc.nat(BLOCKS - 1), kind: fc.constantFrom('attn', 'ffn') });
const anyMask = fc.array(sublayer, { maxLength: 2 * BLOCKS }).map((all) => maskFromSublayers(BLOCKS, all));
const blockMask = fc.array(fc.nat(BLOCKS - 1)).map((all) =>
  maskFromSublayers(
    BLOCKS,
    all.flatMap((block) => [
      { block, kind: 'attn' as const },
      { block, kind: 'ffn' as const },
    ]),
  ),
);

/** How each is read back, where it does not say by itself; null for those that hold no mask. */
const READ_AS: Partial<Record<FormatName, string | null>> = {
  'kept-blocks': 'kept',
  'kept-layers': 'kept-layers',
  'python-lines': null,
  harness: null,
};
/** Formats that keep the order in which layers went. */
const ORDERED: readonly FormatName[] = ['lopper', 'list', 'sleb', 'block-pruner', 'blocks'];

const isWhole = (mask: Mask) => singles(mask).length === 0;
const isEmpty = (mask: Mask) => mask.dropped.length === 0;
const dropsAll = (mask: Mask) => countDropped(mask).blocks === BLOCKS;

test.each(FORMAT_NAMES)('%s: every mask that it can express comes back, and the others are refused by name', (name) => {
  const format: MaskFormat = MASK_FORMATS[name];
  fc.assert(
    fc.property(fc.oneof(anyMask, blockMask), (mask) => {
      let text: string;
      try {
        text = format.write({ mask, model });
      } catch (error) {
        expect(error).toMatchObject({ code: 'mask-invalid' });
        const alone = singles(mask)[0];
        if (format.units === 'blocks' && alone) expect((error as LopperError).message).toMatch(/alone/);
        else expect(dropsAll(mask)).toBe(true);
        return;
      }
      expect(format.units === 'sublayers' || isWhole(mask)).toBe(true);
      const as = READ_AS[name];
      // A list of nothing says nothing, and numbers of no layer are no list of layers.
      if (as === null || (isEmpty(mask) && format.units === 'blocks') || (isEmpty(mask) && name === 'list')) return;
      if (isEmpty(mask) && name === 'block-pruner') return;
      if (dropsAll(mask) && as) return;
      const back = readMask(text, model, as).mask;
      expect(sameMask(back, mask)).toBe(true);
      if (ORDERED.includes(name)) expect(back.dropped.map(({ block }) => block)).toEqual(inItsOrder(mask, format));
    }),
  );
});

/** Blocks as a format lists them. */
function inItsOrder(mask: Mask, { units }: MaskFormat): number[] {
  if (units === 'sublayers') return mask.dropped.map(({ block }) => block);
  const whole = new Set<number>();
  const seen = new Set<number>();
  for (const { block } of mask.dropped) (seen.has(block) ? whole : seen).add(block);
  return [...whole].flatMap((block) => [block, block]);
}

// What each tool counts, in its own words.
const blocks37 = maskFromSublayers(
  BLOCKS,
  [7, 3].flatMap((block) => [
    { block, kind: 'attn' as const },
    { block, kind: 'ffn' as const },
  ]),
);
test.each([
  ['llama.cpp', '--prune-layers 3,7 '],
  ['nemo', 'prune.drop_layers=[4, 8]'],
  ['sleb', "--removal_list '[7,3]'"],
  ['optipfair', 'layer_indices=[3, 7]'],
  ['blocks', '[7, 3]'],
  ['kept-blocks', '[0, 1, 2, 4, 5, 6, 8, 9, 10, 11]'],
  ['kept-layers', '[0, 1, 2, 3, 4, 5, 8, 9, 10, 11, 12, 13, 16, 17,'],
  ['llm-drop', '"drop_mlp_list": [\n    3,\n    7\n  ]'],
  ['block-pruner', '"4":[["mha",3],["mlp",3],["mha",7],["mlp",7]]'],
  ['mergekit', 'layer_range: [4, 7]'],
  ['list', 'block:7,3'],
  ['python', 'DROP_ATTN = [3, 7]'],
] as const)('%s counts as its tool does', (name, words) => {
  expect(MASK_FORMATS[name].write({ mask: blocks37, model })).toContain(words);
});

test('mergekit scales the outputs of single sublayers by 0, by the names of the architecture', () => {
  const mask = maskFromSublayers(BLOCKS, [{ block: 5, kind: 'attn' }]);
  const write = (modelType: string) => MASK_FORMATS.mergekit.write({ mask, model: { ...model, modelType } });
  expect(write('mistral')).toContain(
    'layer_range: [5, 6]\n        parameters:\n          scale:\n            - filter: self_attn.o_proj\n              value: 0.0\n            - value: 1.0\n',
  );
  expect(write('gpt_neox')).toContain('filter: attention.dense\n');
  expect(write('gpt2')).toContain('filter: attn.c_proj\n');
});

test('the harness is asked what was asked here, and told of nothing it does not know', () => {
  const write = (task: string) =>
    MASK_FORMATS.harness.write({ mask: blocks37, model, evaluations: [{ task, shots: 5, limit: 50 }] });
  expect(write('mmlu')).toBe(
    'lm_eval --model hf --model_args pretrained=./Mistral-7B-v0.1-pruned --tasks mmlu --num_fewshot 5 --limit 50\n',
  );
  expect(write('school')).toContain('# No benchmark');
});

test('whatever a file says, it is read or refused by name', () => {
  const pieces = fc.constantFrom(
    '[1]',
    'drop_layers=',
    '--prune-layers ',
    'slices:\n',
    '  - sources:\n',
    '- ',
    '{',
    '}',
    '[',
    ']',
  );
  const more = fc.constantFrom(
    'layer_range: [0, 4]\n',
    'merge_method: passthrough\n',
    'attn:1',
    '"',
    ': ',
    '9999999',
    ',',
    '#',
    '\n',
  );
  fc.assert(
    fc.property(fc.array(fc.oneof(pieces, more, fc.string()), { maxLength: 12 }), (parts) => {
      try {
        const readings: readonly Reading[] = foreignReadings(parts.join(''), BLOCKS) ?? [];
        for (const reading of readings) expect(reading.mask().blocks).toBe(BLOCKS);
      } catch (error) {
        expect(error).toBeInstanceOf(LopperError);
      }
    }),
    { numRuns: 500 },
  );
});
