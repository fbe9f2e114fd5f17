import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { TensorInfo } from '../formats/tensor';
import { expectFailure } from '../formats/testing';
import { parseConfig } from '../model/config';
import { layoutOf } from '../model/describe';
import type { AttnSpec, FfnSpec, ModelSpec } from '../model/spec';
import { padded } from './layout';
import { cut, partsOf, preflight, storedTypes } from './matrix-parts';

describe('cutting a matrix into parts that fit a binding', () => {
  it('takes every output once, in order, in as few parts as the limit allows', () =>
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 5000 }),
        fc.integer({ min: 1, max: 300 }),
        fc.boolean(),
        fc.integer({ min: 600, max: 100_000 }),
        (outputs, rowBytes, gated, limit) => {
          const parts = cut('w', outputs, rowBytes, gated, limit);
          const size = (rows: number) => rows * rowBytes * (gated ? 2 : 1);
          let next = 0;
          for (const p of parts) {
            expect(p.first).toBe(next);
            expect(p.outputs).toBeGreaterThan(0);
            expect(size(p.outputs)).toBeLessThanOrEqual(limit);
            next += p.outputs;
          }
          expect(next).toBe(outputs);
          expect(parts.length).toBe(Math.ceil(outputs / Math.floor(limit / size(1))));
        },
      ),
      { seed: 5 },
    ));

  it('says which matrix has rows too long for the adapter, and the limit', () =>
    expectFailure(
      () => cut('lm_head.weight', 10, 4096, false, 4095),
      'model-too-large',
      'lm_head.weight',
      '4096',
      '4095',
    ));

  it('pads rows to whole steps of 8', () => {
    expect([1, 7, 8, 9, 257].map(padded)).toEqual([8, 8, 8, 16, 264]);
  });
});

/** A model whose files fail when they are read: a preflight must not. */
function unread(config: object, dtype = 'F16'): [ModelSpec, Map<string, TensorInfo>] {
  const layout = layoutOf(parseConfig(JSON.stringify(config)));
  const tensors = new Map<string, TensorInfo>();
  for (const [name, shape] of layout.shapes) {
    const size = 2 * shape.reduce((a, b) => a * b, 1);
    const read = () => Promise.reject(new Error(`${name} was read`));
    tensors.set(name, { name, dtype, shape, source: { name, size, read }, start: 0, end: size });
  }
  return [{ ...layout, dtype: 'F16' }, tensors];
}
const LLAMA = {
  model_type: 'llama',
  hidden_size: 64,
  num_hidden_layers: 2,
  num_attention_heads: 4,
  intermediate_size: 1000,
  vocab_size: 500,
};
const GPT2 = { model_type: 'gpt2', n_embd: 64, n_layer: 2, n_head: 4, vocab_size: 500, n_positions: 128 };

describe('a model in several types', () => {
  const ATTN = 'model.layers.0.self_attn';
  const FFN = 'model.layers.1.mlp';
  const [spec, tensors] = unread(LLAMA);
  for (const name of [`${ATTN}.v_proj`, `${FFN}.up_proj`, 'lm_head'])
    tensors.set(`${name}.weight`, { ...tensors.get(`${name}.weight`)!, dtype: 'F32' });
  const { qkv } = spec.sublayers[0] as AttnSpec;

  it('keeps stacked tensors as they are, in parts of one type each', () => {
    expect(partsOf(qkv, false, tensors, 1e9)).toEqual([
      { first: 0, outputs: 128, dtype: 'F16' }, // q and k
      { first: 128, outputs: 64, dtype: 'F32' },
    ]);
    // 2000 bytes are 15 rows of halves, or 7 of F32
    const small = partsOf(qkv, false, tensors, 2000);
    expect(small.map((p) => p.outputs)).toEqual([...Array(8).fill(15), 8, ...Array(9).fill(7), 1]);
    expect(small.reduce((next, p) => (p.first === next ? next + p.outputs : Number.NaN), 0)).toBe(192);
  });

  it('widens a gate and its up rows where they differ: one kernel reads both', () => {
    const [, even, , odd] = spec.sublayers as FfnSpec[];
    expect(partsOf(even.up, true, tensors, 1e9)).toEqual([{ first: 0, outputs: 1000, dtype: 'F16' }]);
    expect(partsOf(odd.up, true, tensors, 1e9)).toEqual([{ first: 0, outputs: 1000, dtype: 'F32' }]);
  });

  it('has products compiled for the types that occur, each for what it is used for', () => {
    const { embedding, products } = storedTypes(spec, tensors);
    expect(embedding).toBe('F16');
    expect(products.map((p) => `${p.dtype} ${p.epilogue}`).sort()).toEqual([
      ...['F16 add', 'F16 silu-gated', 'F16 store', 'F32 silu-gated', 'F32 store'],
    ]);
  });

  it('is refused where what is widened is too large for the adapter', async () => {
    const [spec, tensors] = unread({ ...LLAMA, intermediate_size: 64 });
    const up = `${FFN}.up_proj.weight`;
    preflight(spec, tensors, 511);
    tensors.set(up, { ...tensors.get(up)!, dtype: 'F32' });
    await expectFailure(() => preflight(spec, tensors, 511), 'model-too-large', `${FFN}.gate_proj`, '512', '511');
  });
});

describe('a model too large for the adapter is refused before anything is read', () => {
  it('names the first tensor whose rows are too long, and the limit', async () => {
    const limit = 1999; // a row of down_proj is 1000 halves
    await expectFailure(
      () => preflight(...unread(LLAMA), limit),
      'model-too-large',
      'model.layers.0.mlp.down_proj.weight',
      '1999',
    );
    preflight(...unread(LLAMA), 2000);
  });

  it('counts what Conv1D tensors need to be turned around', () =>
    expectFailure(
      () => preflight(...unread(GPT2), 32_000),
      'model-too-large',
      'h.0.mlp.c_fc.weight',
      '32768',
      '32000',
    ));

  it('counts learned positions, which lie in one piece', () =>
    expectFailure(
      () => preflight(...unread({ ...GPT2, n_positions: 4096 }), 100_000),
      'model-too-large',
      'wpe.weight',
      '524288',
      '100000',
    ));

  it('lets a large vocabulary pass: tables are cut', () =>
    preflight(...unread({ ...LLAMA, vocab_size: 5_000_000 }), 2000));
});
