import fc from 'fast-check';
import { expect, test } from 'vitest';
import { LopperError } from '../errors';
import type { Sublayer } from '../model/units';
import { writeEntries } from '../recovery/entries';
import { maskFromSublayers } from './mask';
import { type MaskModel, type MaskNotes, readMaskFile, writeMaskFile } from './mask-file';

const model: MaskModel = {
  id: 'mistralai/Mistral-7B-v0.1',
  revision: 'main',
  architecture: 'MistralForCausalLM',
  blocks: 32,
  fingerprint: 'ab12',
};
const notes: MaskNotes = {
  strategy: { name: 'one-shot', unit: 'attn', metric: 'cosine' },
  loss: { full: 2.5, pruned: 2.75, added: 0.25, ci95: [0.2, 0.3], measured: 'here', adapter: 'SwiftShader' },
  savings: { parameters: 1000, parameter_fraction: 0.125, kv_bytes_per_token: 256, kv_fraction: 0.0625 },
  scores: { metric: 'cosine', unit: 'sublayer', attn: [0.5, 0.25], ffn: [0.125, -1e-9] },
  calibration: { source: 'wikitext-2', sequences: 64, tokens: 16384, seed: 0, sha256: 'cd34' },
  evaluations: [{ task: 'mmlu', shots: 5, n: 228, metric: 'acc', full: 0.61, pruned: 0.6, ci95: [-0.03, 0.01] }],
  made_by: { lopper: '1.0.0', adapter: 'SwiftShader', dtype: 'bf16' },
};
const mask = maskFromSublayers(32, [
  { block: 26, kind: 'ffn' },
  { block: 25, kind: 'attn' },
  { block: 4, kind: 'attn' },
]);

/** The file as an object, with changes. */
const file = (changes: object = {}) => ({ ...JSON.parse(writeMaskFile(mask, model, notes)), ...changes });
const read = (value: unknown, open = model) => readMaskFile(JSON.stringify(value), open);
const refusal = (text: string, open = model): LopperError => {
  try {
    readMaskFile(text, open);
  } catch (error) {
    if (error instanceof LopperError) return error;
    throw error;
  }
  throw new Error('the file was accepted');
};

test('the file is the documented format', () => {
  expect(file()).toEqual({
    format: 'lopper-mask',
    version: 1,
    model: {
      id: 'mistralai/Mistral-7B-v0.1',
      revision: 'main',
      architecture: 'MistralForCausalLM',
      blocks: 32,
      weights_sha256: 'ab12',
    },
    index_base: 0,
    dropped: { attn: [4, 25], ffn: [26] },
    order: [
      ['ffn', 26],
      ['attn', 25],
      ['attn', 4],
    ],
    ...notes,
  });
});

test('every mask comes back as it was, in its order, with its notes', () => {
  const sublayer: fc.Arbitrary<Sublayer> = fc.record({ block: fc.nat(31), kind: fc.constantFrom('attn', 'ffn') });
  fc.assert(
    fc.property(fc.array(sublayer), fc.boolean(), (sublayers, withNotes) => {
      const before = maskFromSublayers(32, sublayers);
      const given = withNotes ? notes : {};
      const after = readMaskFile(writeMaskFile(before, model, given), model);
      expect(after.mask).toEqual(before);
      expect(after.warnings).toEqual([]);
      expect(after.file).toMatchObject(given);
    }),
  );
});

test('a file written by hand needs no order and no notes, and unknown fields are left out', () => {
  const { format, version, model: made, index_base, dropped } = file();
  const { mask: after, file: kept } = read({ format, version, model: made, index_base, dropped, mood: 'fine' });
  expect(after.dropped.map((s) => `${s.kind}:${s.block}`)).toEqual(['attn:4', 'attn:25', 'ffn:26']);
  expect(Object.keys(kept)).toEqual(['format', 'version', 'model', 'index_base', 'dropped']);
});

test.each([
  ['an empty file', '', 'it is not JSON'],
  ['half a file', JSON.stringify(file()).slice(0, 100), 'it is not JSON'],
  ['a web page', '<!doctype html><title>404</title>', 'it is not JSON'],
  ['a number', '7', 'it is 7, no object'],
  ['null', 'null', 'it is null, no object'],
  ['another format', JSON.stringify(file({ format: 'mergekit' })), '"format" is "mergekit", expected "lopper-mask"'],
  ['a file without a version', JSON.stringify(file({ version: undefined })), '"version" is missing'],
  ['a later version', JSON.stringify(file({ version: 2 })), '"version" is 2, expected 1'],
  ['indices from 1', JSON.stringify(file({ index_base: 1 })), 'its "index_base" is 1; Lopper counts blocks from 0'],
  ['a block below 0', JSON.stringify(file({ dropped: { attn: [-1], ffn: [] } })), '"dropped.attn.0" is -1'],
  ['half a block', JSON.stringify(file({ dropped: { attn: [0.5], ffn: [] } })), '"dropped.attn.0" is 0.5'],
  ['a word for a block', JSON.stringify(file({ dropped: { attn: ['4'], ffn: [] } })), '"dropped.attn.0" is "4"'],
  ['no list of ffn', JSON.stringify(file({ dropped: { attn: [4] } })), '"dropped.ffn" is missing'],
  [
    'a block out of range',
    JSON.stringify(file({ dropped: { attn: [4, 25, 32], ffn: [26] } })),
    '"dropped" has attn:32, but the file\'s own model has 32 blocks',
  ],
  ['a repeat', JSON.stringify(file({ dropped: { attn: [4, 25, 4], ffn: [26] } })), '"dropped" has attn:4 twice'],
  ['a short order', JSON.stringify(file({ order: [['ffn', 26]] })), '"dropped" has attn:4 and "order" has not'],
  [
    'a long order',
    JSON.stringify(file({ order: [...file().order, ['ffn', 1]] })),
    '"order" has ffn:1 and "dropped" has not',
  ],
  [
    'a repeat in the order',
    JSON.stringify(file({ order: [...file().order, ['ffn', 26]] })),
    '"order" has ffn:26 twice',
  ],
  ['an order of other things', JSON.stringify(file({ order: [['mha', 4]] })), '"order.0.0" is "mha"'],
  ['bad notes', JSON.stringify(file({ scores: { metric: 'cosine', unit: 'head' } })), '"scores.unit" is "head"'],
  ['no blocks at all', JSON.stringify(file({ model: { ...file().model, blocks: 0 } })), '"model.blocks" is 0'],
])('%s is refused with what is wrong in it', (_, text, message) => {
  const error = refusal(text);
  expect(error.code).toBe('mask-invalid');
  expect(error.message).toContain(message);
});

test('a mask of a model with another number of blocks is refused with both numbers', () => {
  expect(refusal(JSON.stringify(file()), { ...model, blocks: 12 })).toMatchObject({
    code: 'mask-mismatch',
    message: 'The mask is for a model of 32 blocks; the open model has 12.',
  });
});

test('another architecture or other weights with as many blocks is a warning, not an error', () => {
  const llama = { ...model, id: 'x', architecture: 'LlamaForCausalLM' };
  const other = read(file(), llama);
  expect(other.mask).toEqual(mask);
  expect(other.warnings).toEqual([
    'The mask was made on mistralai/Mistral-7B-v0.1 (MistralForCausalLM); the open model is LlamaForCausalLM.',
  ]);
  expect(read(file(), { ...model, fingerprint: 'ffff' }).warnings).toEqual([
    'The mask was made on other weights: mistralai/Mistral-7B-v0.1 at main.',
  ]);
  const { fingerprint: _, ...unknown } = model;
  expect(read(file(), unknown).warnings).toEqual([]);
});

test('what stands in comes back to the bit, and of what is elsewhere that is said', () => {
  const bias = Float32Array.of(0.1, -2, 1e-30);
  const map = { rank: 1, a: Float32Array.of(1, 2, 3), b: Float32Array.of(4, 5, 6) };
  const modules = [
    { unit: { kind: 'attn', block: 25 }, module: { strength: 0.5, bias, map } },
    { unit: { kind: 'ffn', block: 26 }, module: { strength: 1, bias, diagonal: bias } },
  ] as const;
  const recovery = writeEntries(modules, 'linear');
  const open = { ...model, width: 3 };
  expect(read(file({ recovery }), open)).toMatchObject({ mask, modules, warnings: [] });
  // A model of another width, or a reader that knows of none.
  expect(() => read(file({ recovery }), { ...model, width: 4 })).toThrow(
    expect.objectContaining({ code: 'recovery-invalid', message: expect.stringContaining('attn:25') }),
  );
  const elsewhere = read(file({ recovery: [{ unit: ['attn', 25], kind: 'emulated', tensor: 'x' }] }), open);
  expect(elsewhere).toMatchObject({ mask, modules: [] });
  expect(elsewhere.warnings[0]).toContain('1 recovery module, whose numbers are not in it');
  for (const unit of [
    ['attn', 24],
    ['block', 25],
  ] as const) {
    expect(refusal(JSON.stringify(file({ recovery: [{ unit, kind: 'mean' }] }))).message).toContain('not dropped');
  }
  const twice = [recovery[0], recovery[0]];
  expect(refusal(JSON.stringify(file({ recovery: twice }))).message).toContain('stand-in already');
});

test('a file over 5 MB is refused before it is parsed', () => {
  expect(refusal(' '.repeat(5_000_001)).message).toContain('5000001 characters');
});

test('numbers that JSON cannot hold, or a mask of another model, are not written', () => {
  const nan = { scores: { metric: 'cosine', unit: 'attn' as const, attn: [Number.NaN] } };
  expect(() => writeMaskFile(mask, model, nan)).toThrow(expect.objectContaining({ code: 'mask-invalid' }));
  expect(() => writeMaskFile(mask, { ...model, blocks: 12 })).toThrow(
    expect.objectContaining({ code: 'mask-mismatch' }),
  );
});

test('no JSON whatever makes the reader throw anything but its own errors', () => {
  const keys = ['format', 'version', 'model', 'index_base', 'dropped', 'order', 'scores', 'recovery', '__proto__'];
  fc.assert(
    fc.property(fc.constantFrom(...keys), fc.jsonValue(), (key, value) => {
      const changed = Object.fromEntries([...Object.entries(file()), [key, value]]);
      try {
        expect(read(changed).mask.blocks).toBe(32);
      } catch (error) {
        expect(error).toBeInstanceOf(LopperError);
      }
    }),
    { numRuns: 500 },
  );
});

test('a file of an earlier version, which said less, opens as before', () => {
  const { strategy: _, loss: __, savings: ___, ...earlier } = file();
  expect(read(earlier).mask).toEqual(mask);
});
