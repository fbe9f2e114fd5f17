import { existsSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import type { LopperError } from '../errors';
import { formatDropList } from '../pruning/drop-list';
import { makeMask } from '../pruning/mask';
import { type MaskModel, writeMaskFile } from '../pruning/mask-file';
import { fittingReadings, foreignReadings, readMask } from './read-mask';

const MASKS = '../shared/data/field/masks';
const has = existsSync(MASKS);
if (!has) console.log(`skipped: ${MASKS} is not here`);

const model: MaskModel = { id: 'tiny/five-blocks', architecture: 'LlamaForCausalLM', blocks: 5 };
const read = (text: string, blocks = 5, as?: string) => {
  const { mask, warnings } = readMask(text, { ...model, blocks }, as);
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
  ['blocks-list.json', 'block:1,3', 'blocks to drop, counted from 0'],
  ['llmdrop-config.json', 'attn:1,3', 'LLM-Drop'],
  ['mergekit-passthrough.yaml', 'block:2', 'the ranges of blocks that are kept of 5 blocks'],
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
  ['{"num_hidden_layers": 12, "drop_mlp_list": [1]}', 'mask-mismatch', '12 blocks'],
  ['{"drop_mlp_list": "all"}', 'config-invalid', 'drop_mlp_list'],
  [passthrough('[0, 9]'), 'mask-mismatch', '9 blocks or more'],
  [passthrough('[0, 4]', '[2, 5]'), 'mask-invalid', 'keeps layers twice'],
  [passthrough('[0, four]'), 'mask-invalid', 'without ranges that can be read'],
  [`${passthrough('[0, 2]')}\nparameters:\n  scale: 0`, 'mask-invalid', 'changes weights'],
  [passthrough('[0, 2]', '[3, 5]').replace('a/b', 'c/d'), 'mask-invalid', '2 models'],
  [`${passthrough('[0, 2]')}\n  - model: c/d`, 'mask-invalid', 'cannot be read'],
  ['merge_method: slerp', 'mask-invalid', 'it is not JSON'],
  ['[]', 'mask-invalid', 'is missing'],
  ['["attn"]', 'mask-invalid', 'is missing'],
  [`${'['.repeat(5000)}${']'.repeat(5000)}`, 'mask-invalid', 'nested more than 200 deep'],
])('%.60s is refused by name', (text, code, message) => {
  const error = refusal(text);
  expect([error.code, error.message]).toEqual([code, expect.stringContaining(message)]);
});

/** A range with something that scales it. */
const scaled = (range: string, scale: string) =>
  `slices:\n- sources:\n  - {model: a/b, layer_range: ${range}, parameters: {scale: ${scale}}}\nmerge_method: passthrough\n`;

test('a mergekit configuration that scales what writes to the stream by 0 drops that sublayer', () => {
  expect(read(scaled('[0, 5]', '[{filter: o_proj, value: 0}, {value: 1}]'))[0]).toBe('attn:0-4');
  expect(read(scaled('[2, 3]', '[{filter: mlp.dense_4h_to_h, value: 0.0}, {value: 1.0}]'))[0]).toBe(
    'block:0,1,ffn:2,block:3,4',
  );
  for (const scale of ['0', '0.5', '[{filter: q_proj, value: 0}]', '[{filter: o_proj, value: 0.5}]', '[{value: 0}]']) {
    expect(refusal(scaled('[0, 5]', scale)).message).toContain('changes weights');
  }
});

// As the tools write them: https://github.com/jiwonsong-dev/SLEB eval.py, llama.cpp tools/quantize/README.md, NeMo
// megatron_gpt_prune.py, OptiPFair README.md, BlockPruner block_search.py, PruneMe layer_similarity.py.
test.each([
  ['Model Name: a/b\nBlock Removal Order: [4, 1]\n', 'block:4,1', 'SLEB'],
  ['python -m eval --removal_list "[4,1]"', 'block:4,1', 'counted from 0'],
  ['./llama-quantize --prune-layers 1,4 in.gguf out.gguf q4_k_m', 'block:1,4', 'llama.cpp'],
  ["'prune.drop_layers=[2, 5]' \\", 'block:1,4', 'counted from 1'],
  ['gpt_prune.py --drop_layers 2 5 --devices 8', 'block:1,4', 'counted from 1'],
  ['prune_model(model=model, pruning_type="DEPTH", layer_indices=[1, 4])', 'block:1,4', 'OptiPFair'],
  ['{"1": [["mlp", 4]], "2": [["mha", 1], ["mlp", 4]]}', 'ffn:4,attn:1', 'first 2 deletions of 2'],
  ['block_start,block_end,average_distance\n1,3,0.2\n2,4,0.1\n', 'block:2,3', 'counted from 0'],
  [
    '{"block_configs": [{}, {"attention": {"no_op": true}}, {}, {}, {"ffn": {"no_op": true}}]}',
    'attn:1,ffn:4',
    'no_op',
  ],
  ['{"drop_attn_list": [false, true, false, false, false], "drop_mlp_list": [4]}', 'attn:1,ffn:4', 'LLM-Drop'],
  ['1 4', 'block:1,4', 'blocks to drop, counted from 0'],
  ['attn:1, ffn:4', 'attn:1,ffn:4', 'from 0'],
])('%.40s means what its tool means by it', (text, dropped, what) => {
  const [list, warning] = read(text);
  expect(list).toBe(dropped);
  expect(warning).toContain(what);
});

test('a bare list is asked about: dropped from 0 or from 1, kept, or layers that are kept', () => {
  const as = (name: string, text = '[1, 4]') => read(text, 5, name)[0];
  expect(read('[1, 4]')[1]).toContain('It may also mean: blocks to drop, counted from 1 (dropped-1)');
  expect(as('dropped-1')).toBe('block:0,3');
  expect(as('kept')).toBe('block:0,2,3');
  expect(as('kept-layers', '[0, 1, 2, 4, 5, 6, 7, 8]')).toBe('ffn:1,4');
  // What a model cannot have is not offered, and what is not offered cannot be chosen.
  expect(read('[0, 4]')[1]).not.toContain('counted from 1');
  expect(() => as('dropped-1', '[0, 4]')).toThrow(expect.objectContaining({ code: 'mask-invalid' }));
  expect(foreignReadings('[7]', 5)!.map((r) => r.as)).toEqual(['dropped', 'kept-layers']);
  expect(fittingReadings(foreignReadings('[7]', 5)!).map(({ reading }) => reading.as)).toEqual(['kept-layers']);
  expect(() => fittingReadings(foreignReadings('[70]', 5)!)).toThrow(
    expect.objectContaining({ code: 'mask-mismatch' }),
  );
  // Of a search that went further than is wanted, the first steps.
  expect(as('block-pruner-1', '{"1": [["mlp", 4]], "2": [["mha", 1], ["mlp", 4]]}')).toBe('ffn:4');
});

test.each([
  ['prune.drop_layers=[0, 1]', 'mask-mismatch', 'block 0, and counts from 1'],
  ['--prune-layers 5', 'mask-mismatch', 'attn:5'],
  ['{"1": [["mha", 9]]}', 'mask-mismatch', 'attn:9'],
  ['{"1": [["mha", 0]], "2": [["mha", 1], ["mlp", 4]]}', 'mask-invalid', 'do not build on one another'],
  ['{"block_configs": [{}]}', 'mask-mismatch', '1 block'],
  [
    '{"block_configs": [{"attention": {"replace_with_linear": true}}, {}, {}, {}, {}]}',
    'mask-invalid',
    'a linear layer into block 0',
  ],
  ['block_start,block_end,average_distance\n1,x,0.2', 'mask-invalid', 'Line 2'],
  ['block_start,block_end,average_distance\n4,9,0.2', 'mask-mismatch', 'attn:5'],
])('%.50s of another tool is refused by name', (text, code, message) => {
  const error = refusal(text);
  expect([error.code, error.message]).toEqual([code, expect.stringContaining(message)]);
});
