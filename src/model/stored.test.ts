import { describe, expect, it } from 'vitest';
import type { LopperError } from '../errors';
import type { TensorInfo, TensorMap } from '../formats/tensor';
import { sourceOf } from '../formats/testing';
import { parseConfig } from './config';
import { layoutOf } from './describe';
import { describeStored } from './stored';

const LLAMA = {
  model_type: 'llama',
  hidden_size: 32,
  num_hidden_layers: 2,
  num_attention_heads: 4,
  intermediate_size: 64,
  vocab_size: 10,
};
const GPT2 = { model_type: 'gpt2', n_embd: 32, n_layer: 2, n_head: 4, vocab_size: 10 };
const config = (object: object) => parseConfig(JSON.stringify(object));
const HEAD = 'lm_head.weight';

/** A model's tensors under names of one's own, all zero, but for a head beside them that is filled with `head`. */
function stored(object: object, rename = (name: string) => name, head?: number): TensorMap {
  const made = (name: string, shape: readonly number[], fill: number): [string, TensorInfo] => {
    const end = 4 * shape.reduce((a, b) => a * b, 1);
    const source = sourceOf(new Uint8Array(end).fill(fill), `${name}.safetensors`);
    return [name, { name, dtype: 'F32', shape, source, start: 0, end }];
  };
  const { shapes } = layoutOf(config(object));
  return new Map([
    ...Array.from(shapes, ([name, shape]) => made(rename(name), shape, 0)),
    ...(head === undefined ? [] : [made(HEAD, [10, 32], head)]),
  ]);
}

const read = (object: object, tensors: TensorMap) => describeStored(config(object), tensors);
const refusal = (object: object, tensors: TensorMap): Promise<LopperError> =>
  read(object, tensors).then(
    () => expect.unreachable(),
    (error) => error,
  );

describe('the output head of a config that says it is the embedding', () => {
  const tied = { ...LLAMA, tie_word_embeddings: true };

  it('may be stored beside it: nothing is to be said of a copy', async () => {
    const { spec, notes } = await read(tied, stored(tied, undefined, 0));
    expect(spec.head).toBe(spec.embedding);
    expect(notes).toEqual([]);
  });

  it('is used where another is stored, and that is said', async () => {
    const { spec, notes } = await read(tied, stored(tied, undefined, 1));
    expect(spec.head).toBe(HEAD);
    expect(notes).toEqual([expect.stringContaining('another is stored (lm_head.weight)')]);
  });

  it.each([
    [tied, 'model.embed_tokens.weight', (name: string) => name],
    [GPT2, 'transformer.wte.weight', (name: string) => `transformer.${name}`],
  ])('is the embedding where only it is stored: %#', async (object, embedding, rename) => {
    const tensors = stored(object, rename, 0);
    const { spec, notes } = await read(object, new Map([...tensors].filter(([name]) => name !== embedding)));
    expect(spec.embedding).toBe(embedding);
    expect(notes).toEqual([]);
  });
});

describe('names that a tool has put something before are seen through', () => {
  const seeing = (name: string) => (name.startsWith('model.') ? `model.language_model.${name.slice(6)}` : name);
  it.each<[string, (name: string) => string]>([
    ['torch.compile', (name) => `_orig_mod.${name}`],
    ['DataParallel', (name) => `module.${name}`],
    ['PEFT', (name) => `base_model.model.${name}`],
    ['a model that sees, as it is published', (name) => `language_model.${name}`],
    ['a model that sees, as transformers 5 saves it', seeing],
    ['two of them', (name) => `module.base_model.model.${name}`],
  ])('%s', async (_, rename) => {
    const { spec, tensors, notes } = await read(LLAMA, stored(LLAMA, rename));
    expect(tensors.get(spec.head)?.source.name).toBe(`${rename(HEAD)}.safetensors`);
    expect([...spec.shapes.keys()].filter((name) => !tensors.has(name))).toEqual([]);
    expect(notes).toEqual([]);
  });
});

it('what is stored and computed nowhere is noted: attention sinks, the part of a model that sees', async () => {
  const [extra] = stored(LLAMA).values();
  for (const name of ['model.layers.0.self_attn.sinks', 'vision_tower.patch_embed.weight']) {
    const { notes } = await read(LLAMA, new Map([...stored(LLAMA), [name, { ...extra!, name }]]));
    expect(notes).toEqual([expect.stringContaining(`Stored and not used: ${name}.`)]);
  }
});

it('sublayers that were cut out are told from names that do not fit', async () => {
  const whole = stored(LLAMA);
  const cut = new Map([...whole].filter(([name]) => !/layers\.1\.self_attn/.test(name)));
  expect((await refusal(LLAMA, cut)).message).toContain('no attention in block 1: sublayers were cut out');
  const others = stored(LLAMA, (name) => name.replace('model.layers', 'decoder.layers'));
  expect((await refusal(LLAMA, others)).message).toMatch(/^The weights lack the tensor model\.layers\.0/);
});

it.each([
  ['older', 'language_model.model.', 'vision_tower.'],
  ['newer', 'model.language_model.', 'model.vision_tower.'],
])('of a Gemma 3 that also sees the part that reads is found, by its %s names', async (_, root, sight) => {
  const { hidden_size, num_hidden_layers, num_attention_heads, intermediate_size, vocab_size } = LLAMA;
  const text_config = {
    ...{ hidden_size, num_hidden_layers, num_attention_heads, intermediate_size, vocab_size },
    ...{ model_type: 'gemma3_text', num_key_value_heads: 2, head_dim: 8 },
  };
  const gemma = { model_type: 'gemma3', architectures: ['Gemma3ForConditionalGeneration'], text_config };
  const text = stored(gemma, (name) => name.replace('model.', root));
  const [extra] = text.values();
  const name = `${sight}patch_embed.weight`;
  const { spec, notes } = await read(gemma, new Map([...text, [name, { ...extra!, name }]]));
  expect(spec).toMatchObject({ modelType: 'gemma3_text', blocks: 2, head: 'model.embed_tokens.weight' });
  expect(notes).toEqual([expect.stringContaining('pictures')]);
});
