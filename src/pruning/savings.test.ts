import { describe, expect, test } from 'vitest';
import type { LinearSpec, ModelSpec, SublayerSpec } from '../model/spec';
import { makeMask, maskFromSublayers } from './mask';
import { countParameters, kvBytesPerTokenPerBlock, savingsOf } from './savings';

interface Sizes {
  blocks: number;
  width: number;
  kvHeads: number;
  headDim: number;
  ffnWidth: number;
  gated: boolean;
  biases: boolean;
}

/** A model of these sizes, with the tensors that its architecture's checkpoints have; the head is the embedding. */
function modelOf(sizes: Sizes): ModelSpec {
  const { blocks, width, kvHeads, headDim, ffnWidth } = sizes;
  const shapes = new Map<string, number[]>([['embedding', [1000, width]]]);
  const norm = (name: string) => {
    shapes.set(name, [width]);
    return { kind: 'rms' as const, weight: name, eps: 1e-5 };
  };
  const linear = (names: string[], outputs: number[], inputs: number): LinearSpec => {
    names.forEach((name, i) => {
      shapes.set(name, [outputs[i]!, inputs]);
      if (sizes.biases) shapes.set(`${name}.bias`, [outputs[i]!]);
    });
    const biases = sizes.biases ? names.map((n) => `${n}.bias`) : [];
    return { weights: names, biases, outputs, inputs, transposed: false };
  };
  const kv = kvHeads * headDim;
  const sublayers = Array.from({ length: blocks }, (_, b): SublayerSpec[] => [
    {
      kind: 'attn',
      block: b,
      norm: norm(`${b}.norm1`),
      qkv: linear([`${b}.q`, `${b}.k`, `${b}.v`], [width, kv, kv], width),
      out: linear([`${b}.o`], [width], width),
    },
    {
      kind: 'ffn',
      block: b,
      norm: norm(`${b}.norm2`),
      up: sizes.gated
        ? linear([`${b}.gate`, `${b}.up`], [ffnWidth, ffnWidth], width)
        : linear([`${b}.up`], [ffnWidth], width),
      gated: sizes.gated,
      down: linear([`${b}.down`], [width], ffnWidth),
    },
  ]).flat();
  return {
    ...{ architecture: 'Test', modelType: 'test', vocabulary: 1000, context: 4096, dtype: 'BF16' },
    ...{ blocks, width, kvHeads, headDim, ffnWidth, heads: width / headDim, activation: 'silu-gated' },
    ...{ parallel: false, qkvInterleaved: false, rotaries: [], attentionScale: 1 / Math.sqrt(headDim) },
    ...{ embedding: 'embedding', head: 'embedding', finalNorm: norm('norm'), sublayers, shapes },
  } as ModelSpec;
}

const LLAMA_2_7B = { blocks: 32, width: 4096, kvHeads: 32, headDim: 128, ffnWidth: 11008, gated: true, biases: false };
const MISTRAL_7B = { ...LLAMA_2_7B, kvHeads: 8, ffnWidth: 14336 };
const PYTHIA_2_8B = {
  ...{ blocks: 32, width: 2560, kvHeads: 32, headDim: 80, ffnWidth: 10240 },
  ...{ gated: false, biases: true },
};

describe.each([
  ['Llama-2-7B', LLAMA_2_7B, '67.1', '135.3', 16_384],
  ['Mistral-7B', MISTRAL_7B, '41.9', '176.2', 4_096],
  ['Pythia-2.8B', PYTHIA_2_8B, '26.2', '52.4', 10_240],
] as const)('%s', (_, sizes, attn, ffn, kv) => {
  const model = modelOf(sizes);
  const parameters = countParameters(model);
  const all = { ...parameters, kvBytesPerTokenPerBlock: kvBytesPerTokenPerBlock(model, 2) };

  test(`a block has ${attn} M parameters of attention, ${ffn} M of feed-forward and ${kv} bytes of KV cache a token`, () => {
    const millions = (n: number) => (n / 1e6).toFixed(1);
    expect(parameters.attnParameters.map(millions)).toEqual(Array(32).fill(attn));
    expect(parameters.ffnParameters.map(millions)).toEqual(Array(32).fill(ffn));
    expect(all.kvBytesPerTokenPerBlock).toBe(kv);
  });

  test('a mask saves what its sublayers weigh, and the KV cache of its attention alone', () => {
    const mask = maskFromSublayers(32, [
      { block: 30, kind: 'attn' },
      { block: 30, kind: 'ffn' },
      { block: 7, kind: 'attn' },
      { block: 2, kind: 'ffn' },
    ]);
    const saved = savingsOf(mask, all);
    expect(saved.parameters).toBe(2 * all.attnParameters[0]! + 2 * all.ffnParameters[0]!);
    expect(saved.kvBytesPerToken).toBe(2 * kv);
    expect(saved.kvFraction).toBe(2 / 32);
    expect(saved.parameterFraction).toBeCloseTo(saved.parameters / all.parameters, 12);
  });
});

test('blocks, embedding and final norm make up the whole model', () => {
  const model = modelOf(PYTHIA_2_8B);
  const { parameters, attnParameters, ffnParameters } = countParameters(model);
  const blocks = [...attnParameters, ...ffnParameters].reduce((a, b) => a + b, 0);
  expect(parameters - blocks).toBe(1000 * 2560 + 2560);
  // q, k, v, o with biases and a norm.
  expect(attnParameters[0]).toBe(4 * 2560 * 2560 + 4 * 2560 + 2560);
});

test('what stands in for a dropped layer is counted: it saves less, and needs no cache', () => {
  const all = { ...countParameters(modelOf(MISTRAL_7B)), kvBytesPerTokenPerBlock: 4096 };
  const mask = maskFromSublayers(32, [{ block: 30, kind: 'attn' }]);
  const map = { rank: 8, a: new Float32Array(8 * 4096), b: new Float32Array(4096 * 8) };
  const module = { strength: 0.5, bias: new Float32Array(4096), map };
  const saved = savingsOf(mask, all, [{ unit: { block: 30, kind: 'attn' }, module }]);
  expect(saved.parameters).toBe(all.attnParameters[30]! - 17 * 4096);
  expect(saved.kvBytesPerToken).toBe(4096);
});

test('a mask that drops nothing saves nothing', () => {
  const all = { ...countParameters(modelOf(MISTRAL_7B)), kvBytesPerTokenPerBlock: 4096 };
  expect(savingsOf(makeMask(32), all)).toEqual({
    parameters: 0,
    parameterFraction: 0,
    kvBytesPerToken: 0,
    kvFraction: 0,
  });
});
