import { describe, expect, it } from 'vitest';
import { openFolder } from '../formats/node';
import { openWeights } from '../formats/safetensors';
import type { TensorInfo } from '../formats/tensor';
import { expectFailure, sharedData } from '../formats/testing';
import { MODEL_TYPES } from './architectures/names';
import { parseConfig } from './config';
import { describe as describeModel, layoutOf } from './describe';
import { sublayerParameters, totalParameters } from './parameters';
import { tensorsOf } from './shapes';

const LLAMA = {
  model_type: 'llama',
  hidden_size: 64,
  num_hidden_layers: 2,
  num_attention_heads: 4,
  num_key_value_heads: 2,
  intermediate_size: 100,
  vocab_size: 50,
};
const NEOX = { ...LLAMA, model_type: 'gpt_neox', num_key_value_heads: undefined, rotary_pct: 0.25 };
const GPT2 = { model_type: 'gpt2', n_embd: 48, n_layer: 3, n_head: 3, vocab_size: 131, n_positions: 32 };

const layout = (config: object) => layoutOf(parseConfig(JSON.stringify(config)));

/** Files that fit the config, but for `change`; their bytes are never read. */
function describeWith(config: object, change: (tensors: Map<string, TensorInfo>) => void = () => {}) {
  const parsed = parseConfig(JSON.stringify(config));
  const tensors = new Map<string, TensorInfo>();
  const source = { name: 'f', size: 0, read: () => Promise.reject(new Error('read')) };
  for (const [name, shape] of layoutOf(parsed).shapes)
    tensors.set(name, { name, dtype: 'F16', shape, source, start: 0, end: 0 });
  change(tensors);
  return describeModel(parsed, tensors);
}
const with_ = (name: string, change: Partial<TensorInfo>) => (t: Map<string, TensorInfo>) =>
  t.set(name, { ...t.get(name)!, ...change });

describe('weights that do not belong to the config are refused by name', () => {
  it('one tensor is missing', () =>
    expectFailure(
      () => describeWith(LLAMA, (t) => t.delete('model.layers.1.mlp.up_proj.weight')),
      'tensor-missing',
      'model.layers.1.mlp.up_proj.weight',
    ));

  it('several are: the first is named, the others counted', () =>
    expectFailure(
      () =>
        describeWith(LLAMA, (t) => {
          for (const name of [...t.keys()]) if (name.includes('norm')) t.delete(name);
        }),
      'tensor-missing',
      'model.layers.0.input_layernorm.weight',
      'and 4 more',
    ));

  it('a matrix is transposed, or a vector a matrix: both shapes are shown', async () => {
    const name = 'model.layers.0.mlp.down_proj.weight';
    await expectFailure(
      () => describeWith(LLAMA, with_(name, { shape: [100, 64] })),
      'tensor-shape',
      name,
      '[100,64]',
      '[64,100]',
    );
    await expectFailure(
      () => describeWith(LLAMA, with_('model.norm.weight', { shape: [64, 1] })),
      'tensor-shape',
      '[64,1]',
    );
  });

  it('the vocabulary of the config is another', () =>
    expectFailure(
      () => describeWith(LLAMA, with_('lm_head.weight', { shape: [51, 64] })),
      'tensor-shape',
      'lm_head.weight',
    ));

  it('a tensor is quantised', () =>
    expectFailure(
      () => describeWith(LLAMA, with_('model.layers.0.self_attn.q_proj.weight', { dtype: 'I8' })),
      'dtype-unsupported',
      'model.layers.0.self_attn.q_proj.weight',
      'I8',
    ));

  it('an activation is one that Lopper lacks', async () => {
    await expectFailure(() => layout({ ...LLAMA, hidden_act: 'gelu' }), 'config-invalid', '"gelu"');
    await expectFailure(() => layout({ ...NEOX, hidden_act: 'quick_gelu' }), 'config-invalid', 'quick_gelu');
  });

  it('heads are too narrow for the kernels', () =>
    expectFailure(() => layout({ ...LLAMA, num_attention_heads: 32, num_key_value_heads: 32 }), 'config-invalid', '2'));
});

describe('numbers are stored', () => {
  const sized = (dtype: string, end: number) => ({ dtype, end });

  it('in several types in one model: all are named, that of most bytes first', () => {
    const norms = with_('model.norm.weight', { dtype: 'F32' });
    expect(describeWith(LLAMA, norms).dtype).toBe('F16');
    for (const name of ['model.layers.0.self_attn.k_proj.weight', 'model.layers.1.mlp.down_proj.weight'])
      expect(describeWith(LLAMA, with_(name, { dtype: 'F32' })).dtype).toBe('F16 + F32');
    expect(describeWith(LLAMA, with_('lm_head.weight', sized('F32', 1000))).dtype).toBe('F32 + F16');
  });
});

describe('activations go by the names of the field', () => {
  it.each([
    ['gelu', 'gelu-erf'],
    ['gelu_new', 'gelu-tanh'],
    ['gelu_pytorch_tanh', 'gelu-tanh'],
    ['relu', 'relu'],
    ['silu', 'silu'],
  ])('%s', (published, ours) => {
    expect(layout({ ...NEOX, hidden_act: published }).activation).toBe(ours);
  });

  it('silu is gated where there is a gate', () => expect(layout(LLAMA).activation).toBe('silu-gated'));
});

describe('rotary frequencies', () => {
  it('fall geometrically, over the rotated channels only', () => {
    const [rotary] = layout({ ...NEOX, hidden_size: 128 }).rotaries; // heads of 32, a quarter of which turns
    expect(rotary!.dim).toBe(8);
    [1, 0.1, 0.01, 0.001].forEach((f, i) => {
      expect(rotary!.frequencies[i]).toBeCloseTo(f, 12);
    });
    expect(layout(GPT2).rotaries).toEqual([]);
  });

  it("are stretched as Llama 3.1's: short waves kept, long ones slowed eightfold, smooth between", () => {
    const config = {
      ...LLAMA,
      head_dim: 128,
      rope_theta: 500_000,
      rope_scaling: {
        rope_type: 'llama3',
        factor: 8,
        low_freq_factor: 1,
        high_freq_factor: 4,
        original_max_position_embeddings: 8192,
      },
    };
    const { frequencies } = layout(config).rotaries[0]!;
    expect(frequencies.length).toBe(64);
    // The published formula in terms of wavelengths: bounds 8192/4 and 8192/1.
    const seen = { kept: 0, slowed: 0, between: 0 };
    for (const [i, got] of frequencies.entries()) {
      const plain = 1 / 500_000 ** ((2 * i) / 128);
      const wavelength = (2 * Math.PI) / plain;
      let want: number;
      if (wavelength < 8192 / 4) {
        want = plain;
        seen.kept++;
      } else if (wavelength > 8192) {
        want = plain / 8;
        seen.slowed++;
      } else {
        const smooth = (8192 / wavelength - 1) / (4 - 1);
        want = ((1 - smooth) * plain) / 8 + smooth * plain;
        seen.between++;
      }
      expect(got / want).toBeCloseTo(1, 12);
    }
    expect(seen).toEqual({ kept: 29, slowed: 29, between: 6 });
  });

  /** What transformers 5.18 computes for heads of 16 channels and a base of 10,000, and the factor on cosine and sine. */
  it.each([
    [
      { rope_type: 'yarn', factor: 4, original_max_position_embeddings: 1024 },
      [1, 0.3162278, 0.08125, 0.01976424, 0.004375, 0.0007905695, 0.00025, 7.905695e-5],
      1.138629436111989,
    ],
    [
      {
        ...{ rope_type: 'yarn', factor: 8, original_max_position_embeddings: 512, beta_fast: 16, beta_slow: 2 },
        ...{ mscale: 1, mscale_all_dim: 0.5, truncate: false },
      },
      [1, 0.3162278, 0.07160846, 0.007324998, 0.00125, 0.0003952847, 0.000125, 3.952847e-5],
      1.094179988101349,
    ],
    [
      { rope_type: 'linear', factor: 4 },
      [0.25, 0.07905694, 0.025, 0.007905695, 0.0025, 0.0007905695, 0.00025, 7.905695e-5],
      1,
    ],
    [
      {
        ...{ rope_type: 'longrope', original_max_position_embeddings: 1024 },
        short_factor: [1, 1.125, 1.25, 1.375, 1.5, 1.625, 1.75, 1.875],
        long_factor: [2, 3, 4, 5, 6, 7, 8, 9],
      },
      [1, 0.2810914, 0.08, 0.02299838, 0.006666667, 0.001946017, 0.0005714286, 0.0001686548],
      1.0954451150103321,
    ],
  ] as const)('%j', (rope_scaling, want, factor) => {
    const [rotary] = layout({ ...LLAMA, max_position_embeddings: 4096, rope_scaling }).rotaries;
    for (const [i, f] of want.entries()) expect(rotary!.frequencies[i]! / f).toBeCloseTo(1, 6);
    expect(rotary!.scale ?? 1).toBeCloseTo(factor, 12);
    if (rope_scaling.rope_type !== 'longrope') return;
    expect(rotary!.long!.beyond).toBe(1024);
    const long = [0.5, 0.1054092, 0.025, 0.006324556, 0.001666667, 0.000451754, 0.000125, 3.513642e-5];
    for (const [i, f] of long.entries()) expect(rotary!.long!.frequencies[i]! / f).toBeCloseTo(1, 5);
  });
});

describe('parameters', () => {
  it('are counted by hand for a small Llama', () => {
    const spec = describeWith(LLAMA);
    const attn = 64 * 64 * 2 + 2 * (32 * 64) + 64; // q, o; k, v; norm
    const ffn = 3 * 64 * 100 + 64;
    expect(spec.sublayers.map((s) => sublayerParameters(spec, s))).toEqual([attn, ffn, attn, ffn]);
    expect(totalParameters(spec)).toBe(2 * (attn + ffn) + 2 * 50 * 64 + 64);
  });

  it('that are tied count once', () => {
    const tied = describeWith({ ...LLAMA, tie_word_embeddings: true });
    expect(tied.head).toBe(tied.embedding);
    expect(totalParameters(describeWith(LLAMA)) - totalParameters(tied)).toBe(50 * 64);
  });

  it('of GPT-2 small are the 124,439,808 of its paper-sized checkpoint', () => {
    const spec = describeWith({ ...GPT2, n_embd: 768, n_layer: 12, n_head: 12, vocab_size: 50_257, n_positions: 1024 });
    expect(totalParameters(spec)).toBe(124_439_808);
  });

  it('of Mistral 7B are 7,241,732,096, and every tensor of its index has a place', async () => {
    const config = {
      model_type: 'mistral',
      hidden_size: 4096,
      num_hidden_layers: 32,
      num_attention_heads: 32,
      num_key_value_heads: 8,
      intermediate_size: 14_336,
      vocab_size: 32_000,
    };
    const spec = describeWith(config);
    expect(totalParameters(spec)).toBe(7_241_732_096);
    expect(new Set(spec.sublayers.flatMap(tensorsOf)).size).toBe(32 * 9);
  });
});

describe('every published model is described with nothing left over', () => {
  const folders = MODEL_TYPES.map((m) => `random/${m}`);
  it.each([...folders, 'stories260K', 'tiny-random-gpt2'])('%s', async (folder) => {
    const path = sharedData(`models/${folder}`);
    if (!path) return;
    const files = await openFolder(path);
    const tensors = await openWeights(files);
    const spec = describeModel(parseConfig(await files.text('config.json')), tensors);
    const used = new Set([
      ...spec.sublayers.flatMap(tensorsOf),
      spec.embedding,
      spec.head,
      spec.finalNorm.weight,
      ...[spec.finalNorm.bias, spec.positions].filter((n) => n !== undefined),
    ]);
    expect(new Set(spec.shapes.keys())).toEqual(used);
    const left = [...tensors.keys()].filter((n) => !used.has(n));
    expect(left.filter((n) => !/\.attn\.(masked_)?bias$|rotary_emb|lm_head/.test(n))).toEqual([]);
  });
});
