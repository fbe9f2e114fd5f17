import { existsSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import type { LopperError } from '../errors';
import { formatDropList } from './drop-list';
import { makeMask } from './mask';
import { type MaskModel, writeMaskFile } from './mask-file';
import { readMask } from './read-mask';

const MASKS = '../shared/data/field/masks';
const has = existsSync(MASKS);
if (!has) console.log(`skipped: ${MASKS} is not here`);

const model: MaskModel = { id: 'tiny/five-blocks', architecture: 'LlamaForCausalLM', blocks: 5 };
const read = (text: string, blocks = 5) => {
  const { mask, warnings } = readMask(text, { ...model, blocks });
  return [formatDropList(mask.dropped), ...warnings];
};
const refusal = (text: string, blocks = 5): LopperError => {
  try {
    readMask(text, { ...model, blocks });
  } catch (error) {
    return error as LopperError;
  }
  throw new Error('the mask was accepted');
};
const passthrough = (...ranges: string[]) =>
  [
    'slices:',
    ...ranges.map((r) => `  - sources:\n      - model: a/b\n        layer_range: ${r}`),
    'merge_method: passthrough',
  ].join('\n');

test.skipIf(!has).each([
  ['blocks-list.json', 'block:1,3', 'A list of numbers'],
  ['llmdrop-config.json', 'attn:1,3', 'LLM-Drop'],
  ['mergekit-passthrough.yaml', 'block:2', 'mergekit'],
])('%s of another tool is read', (name, dropped, note) => {
  const [list, warning] = read(readFileSync(`${MASKS}/${name}`, 'utf8'));
  expect(list).toBe(dropped);
  expect(warning).toContain(note);
});

test('lists of other tools are read in their order, and a file of one’s own as ever', () => {
  expect(read('[3, 1]')[0]).toBe('block:3,1');
  expect(read('{"drop_attn_list": [], "drop_mlp_list": [true, false, false, false, true]}')[0]).toBe('ffn:0,4');
  expect(read(`\uFEFF${passthrough('[1, 3]', '[4,5] # the last')}`)[0]).toBe('block:0,3');
  expect(read(writeMaskFile(makeMask(5), model))).toEqual(['']);
});

test.each([
  ['[7]', 'mask-mismatch', 'attn:7'],
  ['{"num_hidden_layers": 12, "drop_mlp_list": [1]}', 'mask-mismatch', '12 blocks or more'],
  ['{"drop_mlp_list": "all"}', 'config-invalid', 'drop_mlp_list'],
  [passthrough('[0, 9]'), 'mask-mismatch', '9 blocks or more'],
  [passthrough('[0, 4]', '[2, 5]'), 'mask-invalid', 'keeps layers twice'],
  [passthrough('[0, four]'), 'mask-invalid', 'without ranges that can be read'],
  [`${passthrough('[0, 2]')}\nparameters:\n  scale: 0`, 'mask-invalid', 'changes weights'],
  [`${passthrough('[0, 2]')}\n  - model: c/d`, 'mask-invalid', '2 models'],
  ['merge_method: slerp', 'mask-invalid', 'it is not JSON'],
  ['[]', 'mask-invalid', 'is missing'],
  ['["attn"]', 'mask-invalid', 'is missing'],
  [`${'['.repeat(5000)}${']'.repeat(5000)}`, 'mask-invalid', 'nested more than 200 deep'],
])('%.60s is refused by name', (text, code, message) => {
  const error = refusal(text);
  expect([error.code, error.message]).toEqual([code, expect.stringContaining(message)]);
});
