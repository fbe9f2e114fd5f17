import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Dtype, widen } from '../formats/dtypes';
import { widenFp8 } from '../formats/fp8';
import { widenMlx } from '../formats/mlx';
import type { TensorInfo, TensorMap } from '../formats/tensor';
import { expectFailure, sourceOf } from '../formats/testing';
import { parseConfig } from './config';
import { layoutOf } from './describe';
import { describeStored } from './stored';

const tensor = (
  name: string,
  dtype: string,
  shape: readonly number[],
  data: ArrayBufferView<ArrayBuffer>,
): TensorInfo => {
  const before = 7; // what lies before it in its file
  const bytes = new Uint8Array(before + data.byteLength);
  bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), before);
  return { name, dtype, shape, source: sourceOf(bytes), start: before, end: bytes.length };
};
const all = async ({ source, start, end, dtype }: TensorInfo) => [
  ...widen(await source.read(start, end), dtype as Dtype),
];

/** The bits of E4M3 are those of a half of a 256th, but for the NaNs. */
const half = (bits: number) =>
  (bits & 0x7f) === 0x7f
    ? Number.NaN
    : 256 * widen(Uint8Array.of((bits & 1) << 7, (bits & 0x80) | ((bits & 0x7f) >> 1)), 'F16')[0]!;

describe('FP8 weights, widened', () => {
  it('are every one of their 256 values', async () => {
    const q = tensor(
      'w',
      'F8_E4M3',
      [16, 16],
      Uint8Array.from({ length: 256 }, (_, i) => i),
    );
    const got = await all(widenFp8(q, tensor('s', 'F32', [], Float32Array.of(1)))!);
    expect(got).toEqual(Array.from({ length: 256 }, (_, i) => half(i)));
    expect([got[0x7e], got[1], got[0xb8]]).toEqual([448, 2 ** -9, -1]);
  });

  it.each([
    ['one number', [1], () => 0],
    ['one for each row', [5, 1], (row: number) => row],
    [
      'one for each block of 3 by 3',
      [2, 3],
      (row: number, column: number) => 3 * Math.floor(row / 3) + Math.floor(column / 3),
    ],
  ] as const)('times their scales: %s; read in any pieces', async (_, shape, place) => {
    const bits = Uint8Array.from({ length: 35 }, (_, i) => (i * 37) % 120);
    const scales = Float32Array.from({ length: shape.reduce<number>((a, b) => a * b, 1) }, (_, i) => 1 + i / 8);
    const w = widenFp8(tensor('w', 'F8_E4M3', [5, 7], bits), tensor('s', 'F32', shape, scales), 3)!;
    expect(w).toMatchObject({ dtype: 'F32', shape: [5, 7], start: 0, end: 140 });
    const want = Array.from(bits, (q, i) => half(q) * scales[place(Math.floor(i / 7), i % 7)]!);
    expect(await all(w)).toEqual(want);
    const whole = await w.source.read(0, 140);
    await fc.assert(
      fc.asyncProperty(fc.nat(140), fc.nat(140), async (a, b) => {
        const [from, to] = [Math.min(a, b), Math.max(a, b)];
        expect(await w.source.read(from, to)).toEqual(whole.slice(from, to));
      }),
      { numRuns: 60, seed: 5 },
    );
  });
});

describe("MLX's weights, widened", () => {
  it.each([2, 4, 8])(
    'of %i bits: q s + b by groups, the lowest bits of a word first; read in any pieces',
    async (bits) => {
      const [rows, inputs, group] = [3, 64, 32];
      const q = Array.from({ length: rows * inputs }, (_, i) => (i * 7) % 2 ** bits);
      const words = new Uint32Array((rows * inputs * bits) / 32);
      q.forEach((v, i) => {
        const at = i * bits;
        words[at >> 5] = (words[at >> 5]! | (v << (at & 31))) >>> 0;
      });
      const parts = {
        weight: tensor('w', 'U32', [rows, (inputs * bits) / 32], words),
        scales: tensor(
          's',
          'F32',
          [rows, 2],
          Float32Array.from({ length: 6 }, (_, i) => (i + 1) / 4),
        ),
        biases: tensor(
          'b',
          'F32',
          [rows, 2],
          Float32Array.from({ length: 6 }, (_, i) => -i),
        ),
      };
      const w = widenMlx(parts, inputs)!;
      const want = q.map((v, i) => v * (Math.floor(i / group) + 1) * 0.25 - Math.floor(i / group));
      expect(await all(w)).toEqual(want);
      const whole = await w.source.read(0, w.end);
      for (const [from, to] of [
        [0, 4],
        [3, 257],
        [250, 600],
        [w.end - 5, w.end],
      ] as const) {
        expect(await w.source.read(from, to)).toEqual(whole.slice(from, to));
      }
      expect(widenMlx(parts, inputs + 1)).toBeUndefined();
    },
  );
});

describe('a model of quantised weights', () => {
  const LLAMA = {
    ...{ model_type: 'llama', hidden_size: 32, num_hidden_layers: 1, num_attention_heads: 4, intermediate_size: 64 },
    ...{ vocab_size: 10, tie_word_embeddings: true },
  };
  /** All matrices but the embedding in one way, the rest in F32. */
  function stored(make: (name: string, shape: readonly number[]) => TensorInfo[]): TensorMap {
    const { shapes } = layoutOf(parseConfig(JSON.stringify(LLAMA)));
    const list = Array.from(shapes, ([name, shape]) =>
      shape.length === 2 && !name.includes('embed')
        ? make(name, shape)
        : [tensor(name, 'F32', shape, new Float32Array(shape.reduce((a, b) => a * b, 1)))],
    );
    return new Map(list.flat().map((t) => [t.name, t]));
  }
  const read = (config: object, tensors: TensorMap) => describeStored(parseConfig(JSON.stringify(config)), tensors);
  const fp8 = (name: string, [rows, columns]: readonly number[]) => [
    tensor(name, 'F8_E4M3', [rows!, columns!], new Uint8Array(rows! * columns!)),
    tensor(`${name}_scale_inv`, 'F32', [Math.ceil(rows! / 128), 1], new Float32Array(Math.ceil(rows! / 128))),
  ];
  const mlx = (name: string, [rows, columns]: readonly number[]) => [
    tensor(name, 'U32', [rows!, columns! / 8], new Uint32Array((rows! * columns!) / 8)),
    ...['scales', 'biases'].map((end) =>
      tensor(name.replace(/weight$/, end), 'F16', [rows!, columns! / 32], new Uint16Array((rows! * columns!) / 32)),
    ),
  ];

  it('in FP8 or of MLX is read, and said to take the memory of F32', async () => {
    const saidFp8 = { quantization_config: { quant_method: 'fp8', fmt: 'e4m3', weight_block_size: [128, 128] } };
    const a = await read({ ...LLAMA, ...saidFp8 }, stored(fp8));
    expect(a.spec.dtype).toBe('F32');
    expect(a.notes).toEqual([expect.stringContaining('FP8 (E4M3) are widened to F32')]);
    const saidMlx = { quantization: { group_size: 32, bits: 4 }, quantization_config: { group_size: 32, bits: 4 } };
    const b = await read({ ...LLAMA, ...saidMlx }, stored(mlx));
    expect(b.spec.dtype).toBe('F32');
    expect(b.notes).toEqual([expect.stringContaining("MLX's 4 bits are widened to F32")]);
  });

  it('in another way is refused by its name, with where to turn', async () => {
    const said = async (quantization_config: object, ...parts: string[]) => {
      const failure = await expectFailure(
        () => read({ ...LLAMA, quantization_config }, new Map()),
        'dtype-unsupported',
        ...parts,
      );
      expect(failure.remedy).toContain('as GGUF');
    };
    await said({ quant_method: 'gptq', bits: 4 }, 'gptq', '4 bits');
    await said({ quant_method: 'awq', bits: 4 }, 'awq');
    await said({ quant_method: 'bitsandbytes', load_in_4bit: true }, 'bitsandbytes');
    await said(
      { quant_method: 'compressed-tensors', format: 'pack-quantized' },
      'compressed-tensors',
      'pack-quantized',
    );
    await said({ group_size: 64, bits: 6 }, 'MLX', '6 bits');
    await said({ group_size: 32, bits: 4, mode: 'mxfp4' }, 'mxfp4');
    await said({ quant_method: 'fp8', weight_block_size: [128, 64] }, '128 by 64');
  });

  it('whose scales are missing, or do not fit, is refused by name', async () => {
    const bare = stored((name, shape) => fp8(name, shape).slice(0, 1));
    await expectFailure(read(LLAMA, bare), 'dtype-unsupported', 'F8_E4M3');
    const odd = stored((name, [rows, columns]) => mlx(name, [rows!, (columns! * 3) / 4]));
    await expectFailure(read(LLAMA, odd), 'dtype-unsupported', 'MLX');
  });
});
