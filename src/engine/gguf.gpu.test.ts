/** Models in GGUF, in every type that is read, against an oracle of their own: ../shared/oracle/gguf.py. */
import { readdirSync, statSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { type Dtype, widen } from '../formats/dtypes';
import { ggufFiles } from '../formats/gguf/files';
import { openFolder } from '../formats/node';
import { openWeights } from '../formats/safetensors';
import type { TensorMap } from '../formats/tensor';
import type { Gpu } from '../gpu/gpu';
import { parseConfig } from '../model/config';
import { describeStored } from '../model/stored';
import { initAdam, PLAIN_RATES } from '../recovery/training';
import { FULL, without } from './branch';
import { Engine, type OpenOptions } from './engine';
import { hasModels, MODELS, RATES, readJson, scored, sharedGpu, tensorOf, worst } from './testing/gpu';
import { madeUpModel } from './testing/made-up-model';

const NAMES = hasModels
  ? readdirSync(`${MODELS}/gguf`).flatMap((file) => /^(.+)\.golden\.json$/.exec(file)?.[1] ?? [])
  : [];
/** Of these also as they pass through GPU memory: between them every kind of mix, a split, and matrices in order of their own. */
const STREAMED = ['llama-Q4_K_M', 'llama-split', 'gptneox-mixed', 'gpt2-mixed', 'qwen3-mixed'];
/** Between them most types, as products of one row read them. */
const DECODED = ['llama-Q4_K_M', 'qwen3-mixed', 'llama-Q5_K'];

/** The same tensors with every number widened. */
async function widenedAll(tensors: TensorMap): Promise<TensorMap> {
  const wide = Array.from(tensors.values(), async ({ name, dtype, shape, source, start, end, turned }) => {
    const values = widen(await source.read(start, end), dtype as Dtype);
    return [name, { ...tensorOf(name, 'F32', shape, new Uint8Array(values.buffer)), turned }] as const;
  });
  return new Map(await Promise.all(wide));
}

interface Golden {
  readonly windows: number[][];
  readonly loss: number;
  readonly token_nll_first_window: number[];
  readonly last_logits_first_window: number[];
  readonly leave_one_out: { readonly unit: [number, 'attn' | 'ffn']; readonly loss: number }[];
}

let gpu: Gpu;
beforeAll(async () => {
  gpu = await sharedGpu();
});

async function open(name: string, options: OpenOptions = {}): Promise<Engine> {
  const files = await openFolder(`${MODELS}/gguf`);
  const first = (await files.list!()).filter((f) => f.startsWith(name) && f.endsWith('.gguf')).sort()[0]!;
  const model = ggufFiles(files, first);
  const config = parseConfig(await model.text('config.json'));
  const { spec, tensors, notes } = await describeStored(config, await openWeights(model));
  expect(notes).toEqual([]);
  return Engine.open(gpu, spec, tensors, { rates: RATES, ...options });
}

async function check(engine: Engine, name: string, units: number): Promise<void> {
  const golden = readJson(`gguf/${name}.golden.json`) as Golden;
  const tree = scored(golden.windows);
  const asked = golden.leave_one_out.slice(0, units);
  const masks = asked.map(({ unit: [block, kind] }) => without([2 * block + (kind === 'ffn' ? 1 : 0)]));
  const { branches } = await engine.walk(tree, [FULL, ...masks], { logitRows: [tree.lastRows[0]!] });
  const losses = branches.map(({ logprob }) => {
    const all = tree.pairs.flatMap((pairs) => Array.from(pairs, (pair) => logprob[pair]!));
    return -all.reduce((a, b) => a + b, 0) / all.length;
  });
  for (const [i, { loss }] of [golden, ...asked].entries()) {
    expect(Math.abs(losses[i]! / loss - 1), `loss ${i}`).toBeLessThan(1e-4);
  }
  const full = branches[0]!;
  expect(worst(full.logits[0]!, golden.last_logits_first_window)).toBeLessThan(2e-4);
  const nll = Array.from(tree.pairs[0]!, (pair) => -full.logprob[pair]!);
  expect(worst(nll, golden.token_nll_first_window)).toBeLessThan(5e-4);
}

describe.skipIf(!hasModels)('a model in GGUF has the losses, the logits and the layers’ worth of its numbers', () => {
  it.each(NAMES)('%s', async (name) => {
    const engine = await open(name);
    await check(engine, name, 8);
    engine.dispose();
    expect(gpu.memory()).toEqual({ weights: 0, activations: 0, cache: 0 });
  });

  it.each(DECODED.filter((name) => NAMES.includes(name)))('%s, written token by token', async (name) => {
    const golden = readJson(`gguf/${name}.golden.json`) as Golden;
    const window = golden.windows[0]!;
    const engine = await open(name);
    const decoder = await engine.decoder(FULL, [window.slice(0, -2)], 2);
    for (const id of window.slice(-2)) await decoder.step([{ sequence: 0, id }]);
    expect(worst(decoder.logits[0]!, golden.last_logits_first_window)).toBeLessThan(2e-4);
    decoder.dispose();
    engine.dispose();
  });

  it.each(STREAMED.filter((name) => NAMES.includes(name)))('%s, streamed', async (name) => {
    const engine = await open(name, { streaming: 'always' });
    await check(engine, name, 2);
    engine.dispose();
  });
});

it.skipIf(!hasModels)('stays in its blocks on the device', async () => {
  const engine = await open('llama-Q4_0');
  const { size } = statSync(`${MODELS}/gguf/llama-Q4_0.gguf`);
  // The file, and room to widen the largest matrix in: never the whole model.
  const largest = Math.max(
    engine.model.vocabulary * engine.model.width,
    2 * engine.model.ffnWidth * engine.model.width,
  );
  expect(engine.memory().weights).toBeLessThan(size + 4 * largest + 10_000);
  engine.dispose();
});

describe('weights made of blocks while loading', () => {
  const CONFIG = {
    ...{ model_type: 'gpt2', n_embd: 64, n_head: 2, n_layer: 2, n_positions: 64, vocab_size: 61 },
    tie_word_embeddings: true,
  };
  const IDS = Array.from({ length: 15 }, (_, i) => (7 * i * i + 3) % 61);

  it.each(['q8', 'q4'] as const)('%s: the losses of the numbers that the blocks stand for', async (precision) => {
    const [, tensors] = madeUpModel(CONFIG, () => 'F32');
    const config = parseConfig(JSON.stringify(CONFIG));
    const made = await describeStored(config, tensors, undefined, precision);
    expect(made.spec.dtype).toBe({ q8: 'Q8_0 + F32', q4: 'Q4_0 + F32' }[precision]);
    expect(made.published!.spec.dtype).toBe('F32');
    const wide = await widenedAll(made.tensors);
    const walked = async ({ spec, tensors }: Pick<typeof made, 'spec' | 'tensors'>) => {
      const engine = await Engine.open(gpu, spec, tensors, { rates: RATES });
      const { branches } = await engine.walk(scored([IDS]), [FULL, without([1])]);
      engine.dispose();
      return branches.flatMap(({ logprob }) => Array.from(logprob));
    };
    const got = await walked(made);
    expect(
      worst(got, await walked(await describeStored({ ...config, ffnWidth: made.spec.ffnWidth }, wide))),
    ).toBeLessThan(1e-6);
    expect(worst(got, await walked(made.published!))).toBeGreaterThan(1e-4);
  });
});

/** Gated matrices, and keys of another height than queries. */
const LLAMA = {
  ...{ model_type: 'llama', hidden_size: 64, num_attention_heads: 2, num_key_value_heads: 1, intermediate_size: 96 },
  ...{ num_hidden_layers: 2, vocab_size: 61, max_position_embeddings: 64, tie_word_embeddings: false },
};

it.each([
  ['q8', 'never'],
  ['q4', 'always'],
] as const)(
  'gradients go back through blocks (%s, streaming %s) as through the numbers that they stand for, and so does training',
  async (precision, streaming) => {
    const [, tensors] = madeUpModel(LLAMA, () => 'F32');
    const config = parseConfig(JSON.stringify(LLAMA));
    const made = await describeStored(config, tensors, undefined, precision);
    const wide = await describeStored(config, await widenedAll(made.tensors));
    const ids = Array.from({ length: 15 }, (_, i) => (7 * i * i + 3) % 61);
    const learn = async ({ spec, tensors }: typeof made) => {
      const engine = await Engine.open(gpu, spec, tensors, { rates: RATES, streaming });
      const { sublayers, blocks, loss } = await engine.gradientInfluence(scored([ids]), without([1]));
      const trained = await train(engine, ids);
      engine.dispose();
      return { influence: [...sublayers, ...blocks, loss], trained };
    };
    const train = async (engine: Engine, ids: number[]) => {
      const width = LLAMA.hidden_size;
      const numbers = Float32Array.from({ length: 4 * width }, (_, i) => Math.sin(i) / 8);
      const module = { strength: 1, bias: new Float32Array(width), map: { rank: 4, a: numbers, b: numbers } };
      const state = initAdam([{ unit: { kind: 'ffn', block: 0 }, module }], [PLAIN_RATES]);
      const trainer = await engine.trainer(state, { kind: 'sft' });
      const losses: number[] = [];
      for (let step = 0; step < 3; step++) losses.push((await trainer.step([scored([ids])], 0.01)).loss);
      trainer.dispose();
      expect(losses[2]).toBeLessThan(losses[0]!);
      return losses;
    };
    const got = await learn(made);
    const want = await learn(wide);
    const published = await learn(made.published! as typeof made);
    const largest = Math.max(...want.influence.slice(0, -1).map(Math.abs));
    expect(worst(got.influence, want.influence)).toBeLessThan(1e-6 * Math.max(largest, want.influence.at(-1)!));
    expect(worst(got.influence, published.influence)).toBeGreaterThan(1e-4 * largest); // the blocks are what was gone through
    expect(worst(got.trained, want.trained)).toBeLessThan(1e-5 * want.trained[0]!);
    expect(worst(got.trained, published.trained)).toBeGreaterThan(1e-4);
  },
);
