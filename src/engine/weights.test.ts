import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { TensorInfo } from '../formats/tensor';
import { expectFailure } from '../formats/testing';
import { parseConfig } from '../model/config';
import { layoutOf } from '../model/describe';
import type { ModelSpec } from '../model/spec';
import { padded } from './layout';
import { cut, preflight, widen } from './weights';

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

describe('widening published numbers', () => {
  const bytes = (...halves: number[]) => new Uint8Array(Uint16Array.from(halves).buffer);

  it('F16: ones, the largest, the smallest, the subnormal, the infinite', () => {
    const all = widen(bytes(0x3c00, 0xc000, 0x7bff, 0x0400, 0x0001, 0x8000, 0x7c00, 0xfc00), 'F16');
    expect(Array.from(all)).toEqual([1, -2, 65504, 2 ** -14, 2 ** -24, -0, Infinity, -Infinity]);
    expect(widen(bytes(0x7e00), 'F16')[0]).toBeNaN();
  });

  it('BF16 is the upper half of F32', () => {
    expect(Array.from(widen(bytes(0x3f80, 0xc040, 0x7f80, 0x0000), 'BF16'))).toEqual([1, -3, Infinity, 0]);
  });

  it('F32, also from the middle of a file at an odd place', () => {
    const file = new Uint8Array(13);
    new DataView(file.buffer).setFloat32(5, -1.5, true);
    expect(Array.from(widen(file.subarray(5, 9), 'F32'))).toEqual([-1.5]);
  });
});
