/** Models in GGUF, in every type that is read, against an oracle of their own: ../shared/oracle/gguf.py. */
import { readdirSync, statSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { ggufFiles } from '../formats/gguf/files';
import { openFolder } from '../formats/node';
import { openWeights } from '../formats/safetensors';
import type { Gpu } from '../gpu/gpu';
import { parseConfig } from '../model/config';
import { describeStored } from '../model/stored';
import { FULL, without } from './branch';
import { Engine, type OpenOptions } from './engine';
import { hasModels, MODELS, RATES, readJson, scored, sharedGpu, worst } from './testing/gpu';

const NAMES = hasModels
  ? readdirSync(`${MODELS}/gguf`).flatMap((file) => /^(.+)\.golden\.json$/.exec(file)?.[1] ?? [])
  : [];
/** Of these also as they pass through GPU memory: between them every kind of mix, a split, and matrices in order of their own. */
const STREAMED = ['llama-Q4_K_M', 'llama-split', 'gptneox-mixed', 'gpt2-mixed', 'qwen3-mixed'];

interface Golden {
  readonly windows: number[][];
  readonly loss: number;
  readonly token_nll_first_window: number[];
  readonly last_logits_first_window: number[];
  readonly leave_one_out: { readonly unit: [number, 'attn' | 'ffn']; readonly loss: number }[];
}

let gpu: Gpu;
beforeAll(async () => {
  if (hasModels) gpu = await sharedGpu();
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
