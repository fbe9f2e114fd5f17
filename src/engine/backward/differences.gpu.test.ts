import { beforeAll, expect, it } from 'vitest';
import type { Dtype } from '../../formats/dtypes';
import type { Buffer, Gpu } from '../../gpu/gpu';
import { without } from '../branch';
import { Engine } from '../engine';
import { padded } from '../layout';
import { download, matrix, numbers, RATES, scored, sharedGpu } from '../testing/gpu';
import { madeUpModel } from '../testing/made-up-model';
import { forward, readValues } from '../testing/oracle-model';
import { gradients } from './gradients';

const SIZES = { vocab_size: 61, max_position_embeddings: 64, num_hidden_layers: 3, tie_word_embeddings: false };
const small = { hidden_size: 36, num_attention_heads: 3, intermediate_size: 50 };

/** One of each family, none of a size that anything is a multiple of. */
const CONFIGS = {
  llama: { hidden_size: 40, num_attention_heads: 5, num_key_value_heads: 1, intermediate_size: 29 },
  mistral: { ...small, num_key_value_heads: 3, sliding_window: 5, head_dim: 12 },
  qwen2: { ...small, num_key_value_heads: 1 },
  qwen3: { ...small, num_key_value_heads: 1, head_dim: 20 },
  gpt_neox: { ...small, rotary_pct: 0.5, use_parallel_residual: true, hidden_act: 'gelu' },
  gemma2: {
    ...{ ...small, num_key_value_heads: 1, head_dim: 12, sliding_window: 5, query_pre_attn_scalar: 20 },
    ...{ attn_logit_softcapping: 0.5, final_logit_softcapping: 2 },
  },
  gemma3_text: {
    ...{ ...small, num_key_value_heads: 1, head_dim: 8, sliding_window: 5, sliding_window_pattern: 2 },
    rope_scaling: { rope_type: 'linear', factor: 4 },
  },
  phi3: {
    ...{ ...small, num_key_value_heads: 1, partial_rotary_factor: 0.5, original_max_position_embeddings: 8 },
    rope_scaling: { type: 'longrope', short_factor: [1, 2, 3], long_factor: [2, 3, 5] },
  },
  olmo2: { ...small, num_key_value_heads: 1 },
  smollm3: { ...small, no_rope_layer_interval: 2, rope_scaling: { rope_type: 'yarn', factor: 4 } },
  granite: {
    ...{ ...small, embedding_multiplier: 3, attention_multiplier: 0.4, residual_multiplier: 0.3, logits_scaling: 2 },
    attention_bias: true,
  },
  opt: { hidden_size: 36, num_attention_heads: 3, ffn_dim: 50 },
  gpt2: { n_embd: 36, n_head: 3, n_positions: 64, n_layer: 3, activation_function: 'relu' },
};

let gpu: Gpu;
beforeAll(async () => {
  gpu = await sharedGpu();
});

it.each(Object.keys(CONFIGS) as (keyof typeof CONFIGS)[])(
  '%s: gradients behind every sublayer are the differences of the loss',
  async (name) => {
    // Of the types in turn: parts of stacked matrices differ.
    const types: readonly Dtype[] = ['F32', 'BF16', 'F16'];
    const seen = new Map<string, Dtype>();
    const typeOf = (tensor: string): Dtype => {
      if (!seen.has(tensor)) seen.set(tensor, name === 'qwen2' ? types[seen.size % 3]! : 'F32');
      return seen.get(tensor)!;
    };
    const [spec, tensors] = madeUpModel({ model_type: name, ...SIZES, ...CONFIGS[name] }, typeOf);
    const values = await readValues(tensors);
    const engine = await Engine.open(gpu, spec, tensors, { rates: RATES });
    const ids = Array.from({ length: 13 }, (_, i) => (7 * i * i + 3) % SIZES.vocab_size);
    const branch = without([3]);
    const loss = (nudge?: Map<number, number[][]>): number => {
      const rows = forward(spec, values, ids, new Set([3]), undefined, nudge);
      return -ids.slice(1).reduce((sum, id, row) => sum + rows[row]![id]!, 0) / (ids.length - 1);
    };

    const { machine: m } = engine;
    const stride = padded(spec.width);
    const bytes = ids.length * stride * 4;
    const kept: Buffer[] = [];
    for (const _ of spec.sublayers) kept.push(await gpu.allocate('gradient', bytes, 'activations'));
    const sink = {
      at: ({ index, gradient }: { index: number; gradient: Buffer }) =>
        m.recorder.copy(gradient, 0, kept[index]!, 0, bytes),
    };
    const found = await gradients(m, scored([ids]), branch, { kind: 'sft' }, sink);
    expect(Math.abs(found.loss - loss())).toBeLessThan(1e-5);
    const next = numbers(3);
    for (const [index, buffer] of kept.entries()) {
      const way = matrix(ids.length, spec.width, next);
      const gradient = await download(m.recorder, buffer);
      const rows = way.flatMap((row, r) => [...gradient.subarray(r * stride, r * stride + row.length)]);
      const got = way.flat().reduce((sum, v, i) => sum + v * rows[i]!, 0);
      const at = (step: number) => loss(new Map([[index, way.map((row) => row.map((v) => step * v))]]));
      const want = (at(1e-4) - at(-1e-4)) / 2e-4;
      // One that is off by a two-thousandth of its length shows in a way that has nothing to do with it.
      const most = 2e-5 * Math.hypot(...rows) * Math.hypot(...way.flat());
      expect(Math.abs(got - want), `behind sublayer ${index}`).toBeLessThan(most);
    }
    m.recorder.forget();
    for (const buffer of kept) gpu.free(buffer);
    engine.dispose();
    expect(gpu.memory()).toEqual({ weights: 0, activations: 0, cache: 0 });
  },
);
