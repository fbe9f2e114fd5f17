import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { expectFailure, sharedData } from '../formats/testing';
import { ARCHITECTURE_TITLES, MODEL_TYPES } from './architectures/names';
import { parseConfig } from './config';

const llama = {
  model_type: 'llama',
  architectures: ['LlamaForCausalLM'],
  hidden_size: 64,
  num_hidden_layers: 5,
  num_attention_heads: 8,
  num_key_value_heads: 4,
  intermediate_size: 172,
  vocab_size: 512,
};
const neox = { ...llama, model_type: 'gpt_neox', architectures: ['GPTNeoXForCausalLM'] };
const gpt2 = { model_type: 'gpt2', n_embd: 48, n_layer: 4, n_head: 4, vocab_size: 131 };
const parse = (config: object) => parseConfig(JSON.stringify(config));
const refuse = (config: object, ...parts: string[]) =>
  expectFailure(() => parse(config), 'config-invalid', 'config.json', ...parts);

describe('every architecture is described in the same words', () => {
  it('llama', () => {
    expect(
      parse({ ...llama, rms_norm_eps: 1e-5, bos_token_id: 1, eos_token_id: [2, 7], torch_dtype: 'float32' }),
    ).toEqual({
      modelType: 'llama',
      architecture: 'LlamaForCausalLM',
      blocks: 5,
      width: 64,
      heads: 8,
      kvHeads: 4,
      headDim: 8,
      ffnWidth: 172,
      vocabulary: 512,
      context: 2048,
      normEps: 1e-5,
      ropeTheta: 10_000,
      rotaryDim: 8,
      activation: 'silu',
      parallelResidual: false,
      tied: false,
      attentionBias: false,
      mlpBias: false,
      bosId: 1,
      eosIds: [2, 7],
      dtype: 'float32',
      notes: [],
      listedAsDropped: [],
    });
  });

  it('gpt2, by its own key names', () => {
    const config = parse({
      ...gpt2,
      n_positions: 96,
      activation_function: 'gelu_new',
      bos_token_id: 9,
      eos_token_id: 9,
    });
    expect(config).toMatchObject({
      blocks: 4,
      width: 48,
      heads: 4,
      kvHeads: 4,
      headDim: 12,
      context: 96,
    });
    expect(config).toMatchObject({
      tied: true,
      rotaryDim: 0,
      activation: 'gelu_new',
      attentionBias: true,
      eosIds: [9],
    });
    expect(parse({ ...gpt2, n_inner: 100 }).ffnWidth).toBe(100);
    expect(parse({ ...gpt2, n_inner: null }).ffnWidth).toBeUndefined();
  });

  it('gpt_neox, with part of each head rotated', () => {
    const config = parse({ ...neox, rotary_pct: 0.25, rotary_emb_base: 5000, layer_norm_eps: 1e-6, head_dim: 99 });
    expect(config).toMatchObject({ kvHeads: 8, headDim: 8, rotaryDim: 2, ropeTheta: 5000, normEps: 1e-6 });
    expect(config).toMatchObject({ parallelResidual: true, attentionBias: true, mlpBias: true });
    expect(parse({ ...neox, use_parallel_residual: false }).parallelResidual).toBe(false);
  });

  it('qwen2 with biases on q, k and v; qwen3 with heads wider than the stream', () => {
    expect(parse({ ...llama, model_type: 'qwen2', architectures: ['Qwen2ForCausalLM'] }).attentionBias).toBe(true);
    const qwen3 = parse({ ...llama, model_type: 'qwen3', architectures: undefined, head_dim: 32 });
    expect(qwen3).toMatchObject({ architecture: 'Qwen3ForCausalLM', headDim: 32, attentionBias: false });
  });

  it('in the layout of transformers 5 as in that of 4', () => {
    const rope = { rope_theta: 500_000, rope_type: 'default' };
    expect(parse({ ...llama, rope_parameters: rope, dtype: 'bfloat16' })).toMatchObject({
      ropeTheta: 500_000,
      dtype: 'bfloat16',
    });
    const half = { rope_theta: 10_000, rope_type: 'default', partial_rotary_factor: 0.5 };
    expect(parse({ ...neox, rope_parameters: half }).rotaryDim).toBe(4);
  });

  it('takes keys that are null as left out', () => {
    const config = parse({
      ...llama,
      head_dim: null,
      num_key_value_heads: null,
      rope_scaling: null,
      eos_token_id: null,
    });
    expect(config).toMatchObject({ headDim: 8, kvHeads: 8, eosIds: [] });
    expect(config.ropeScaling).toBeUndefined();
  });
});

describe('attention windows', () => {
  const mistral = { ...llama, model_type: 'mistral', architectures: ['MistralForCausalLM'] };
  const qwen2 = { ...llama, model_type: 'qwen2', architectures: ['Qwen2ForCausalLM'] };

  it('mistral slides unless the window is null', () => {
    expect(parse({ ...mistral, sliding_window: 16 }).slidingWindow).toBe(16);
    expect(parse({ ...mistral, sliding_window: null }).slidingWindow).toBeUndefined();
    expect(parse(mistral).slidingWindow).toBe(4096);
  });

  it('qwen2 slides only when told to, and in the blocks it is told', () => {
    const window = { ...qwen2, sliding_window: 32_768 };
    expect(parse({ ...window, use_sliding_window: false }).slidingWindow).toBeUndefined();
    expect(parse(window).slidingWindow).toBeUndefined();
    expect(parse({ ...window, use_sliding_window: true, max_window_layers: 0 }).slidingWindow).toBe(32_768);
    expect(parse({ ...window, use_sliding_window: true, max_window_layers: 28 }).slidingWindow).toBeUndefined();
    const mixed = { slidingWindow: 32_768, slides: [false, false, true, true, true] };
    expect(parse({ ...window, use_sliding_window: true, max_window_layers: 2 })).toMatchObject(mixed);
    const layer_types = mixed.slides.map((s) => (s ? 'sliding_attention' : 'full_attention'));
    expect(parse({ ...window, use_sliding_window: true, layer_types })).toMatchObject(mixed);
  });

  it('gemma2: every other block; gemma3: all but every sixth; smollm3: where positions do not turn, when told to', () => {
    const slides = (config: object) => parse({ ...llama, architectures: undefined, ...config }).slides;
    expect(slides({ model_type: 'gemma2' })).toEqual([true, false, true, false, true]);
    const deep = slides({ model_type: 'gemma3_text', num_hidden_layers: 13 });
    expect(deep?.flatMap((s, block) => (s ? [] : [block]))).toEqual([5, 11]);
    const smollm3 = { model_type: 'smollm3', sliding_window: 16, no_rope_layer_interval: 2 };
    expect(slides(smollm3)).toBeUndefined();
    expect(slides({ ...smollm3, use_sliding_window: true })).toEqual([false, true, false, true, false]);
  });

  it('kinds of attention that are not known are refused by name, and a list of another length', async () => {
    await refuse({ ...mistral, layer_types: new Array(5).fill('chunked_attention') }, '"chunked_attention"');
    await refuse({ ...mistral, layer_types: ['full_attention'] }, '1 blocks of 5');
  });
});

describe('stretched positions', () => {
  const llama3 = {
    rope_type: 'llama3',
    factor: 8,
    low_freq_factor: 1,
    high_freq_factor: 4,
    original_max_position_embeddings: 8192,
  };

  it("Llama 3's way is read", () => {
    const scaling = { type: 'llama3', factor: 8, lowFreqFactor: 1, highFreqFactor: 4, originalContext: 8192 };
    expect(parse({ ...llama, rope_scaling: llama3 }).ropeScaling).toEqual(scaling);
    const v5 = parse({ ...llama, rope_parameters: { ...llama3, rope_theta: 5e5 } });
    expect(v5).toMatchObject({ ropeScaling: scaling, ropeTheta: 5e5 });
  });

  it('others are refused by name, and an incomplete one by what it lacks', async () => {
    await refuse({ ...llama, rope_scaling: { type: 'mrope', mrope_section: [1, 2] } }, '"mrope"');
    await refuse({ ...llama, rope_scaling: { rope_type: 'linear' } }, '"linear" needs factor');
    await refuse({ ...llama, rope_scaling: { rope_type: 'yarn', beta_fast: 1 } }, 'beta_fast 1', 'beta_slow 1');
    const short = { rope_type: 'longrope', short_factor: [1, 1], long_factor: [1, 1, 1, 1] };
    await refuse({ ...llama, rope_scaling: short }, '2 factors for 4 pairs');
    await refuse({ ...llama, rope_scaling: { ...llama3, factor: undefined } }, 'factor');
    await refuse({ ...llama, rope_scaling: { ...llama3, high_freq_factor: 1 } }, 'high_freq_factor 1');
  });

  it('blocks that slide may turn by a base of their own, in the forms of transformers 4 and 5', () => {
    const gemma = { ...llama, model_type: 'gemma3_text', architectures: undefined };
    const v4 = { ...gemma, rope_scaling: { rope_type: 'linear', factor: 8 } };
    const linear = { type: 'linear', factor: 8 };
    expect(parse(v4)).toMatchObject({ ropeTheta: 1e6, ropeScaling: linear, localRope: { theta: 10_000 } });
    const rope_parameters = {
      full_attention: { rope_type: 'linear', factor: 8, rope_theta: 1e6 },
      sliding_attention: { rope_type: 'default', rope_theta: 5000 },
    };
    const v5 = parse({ ...gemma, rope_parameters });
    expect(v5).toMatchObject({ ropeTheta: 1e6, ropeScaling: linear });
    expect(v5.localRope).toEqual({ theta: 5000, scaling: undefined });
  });

  it('what depends on the length of a text is said: dynamic, which is run to where it begins to, and longrope', () => {
    const dynamic = parse({
      ...{ ...llama, max_position_embeddings: 8192 },
      rope_scaling: { type: 'dynamic', factor: 4, original_max_position_embeddings: 2048 },
    });
    expect(dynamic).toMatchObject({ context: 2048, ropeScaling: undefined });
    expect(dynamic.notes).toEqual([expect.stringContaining('beyond 2048 tokens')]);
    const factors = { short_factor: [1, 1, 1, 1], long_factor: [2, 2, 2, 2] };
    const long = (max_position_embeddings: number) =>
      parse({
        ...llama,
        max_position_embeddings,
        rope_scaling: { type: 'su', ...factors },
        original_max_position_embeddings: 4096,
      });
    expect(long(131_072).notes).toEqual([expect.stringContaining('more than 4096 tokens')]);
    expect(long(4096).notes).toEqual([]);
  });

  it('settings that say nothing are left out, and nested ones are read as strictly as others', async () => {
    const plain = { rope_type: 'default', rope_theta: 5e5, factor: null };
    expect(parse({ ...llama, rope_parameters: plain })).toMatchObject({ ropeTheta: 5e5, ropeScaling: undefined });
    const nested = (own: object) => parse({ ...llama, rope_parameters: { rope_theta: 3, full_attention: own } });
    expect(nested({ rope_theta: 5e5 }).ropeTheta).toBe(5e5);
    expect(() => nested({ rope_theta: 'x' })).toThrow('rope_parameters.full_attention.rope_theta is "x"');
    const beside = { full_attention: { rope_theta: 5e5 }, chunked_attention: { rope_theta: 3 } };
    await refuse({ ...llama, rope_parameters: beside }, '"chunked_attention"');
  });
});

describe('a model that also sees', () => {
  it('is read as the part that reads, with what transformers assumes of it', () => {
    const text_config = {
      ...{ model_type: 'gemma3_text', hidden_size: 2560, num_hidden_layers: 34, intermediate_size: 10_240 },
      ...{ sliding_window: 1024, rope_scaling: { rope_type: 'linear', factor: 8 } },
    };
    const architectures = ['Gemma3ForConditionalGeneration'];
    const config = parse({
      model_type: 'gemma3',
      architectures,
      text_config,
      eos_token_id: [1, 106],
      torch_dtype: 'bfloat16',
    });
    expect(config).toMatchObject({
      ...{ modelType: 'gemma3_text', blocks: 34, width: 2560, heads: 8, kvHeads: 4, headDim: 256, vocabulary: 262_208 },
      ...{ context: 131_072, eosIds: [1, 106], tied: true, slidingWindow: 1024, dtype: 'bfloat16' },
    });
    expect(config.notes).toEqual([expect.stringContaining('pictures')]);
  });
});

describe('what cannot be right is refused', () => {
  it.each([
    ['num_hidden_layers', 0],
    ['num_hidden_layers', 10_001],
    ['hidden_size', -64],
    ['hidden_size', 64.5],
    ['hidden_size', 2_000_000],
    ['hidden_size', '64'],
    ['vocab_size', 0],
    ['num_attention_heads', 0],
    ['intermediate_size', 1e300],
    ['max_position_embeddings', 0],
    ['rms_norm_eps', 0],
    ['rope_theta', -1],
    ['eos_token_id', 'two'],
    ['tie_word_embeddings', 'yes'],
  ])('%s = %j', async (key, value) => {
    await refuse({ ...llama, [key]: value }, key, JSON.stringify(value));
  });

  it('sizes that contradict one another', async () => {
    await refuse({ ...llama, num_attention_heads: 7, num_key_value_heads: 7 }, 'hidden_size 64', '7 heads');
    await refuse({ ...llama, num_key_value_heads: 3 }, 'num_attention_heads 8', 'num_key_value_heads 3');
    await refuse({ ...gpt2, n_head: 5 }, 'n_embd 48', '5 heads');
    await refuse({ ...llama, head_dim: 7 }, 'odd');
  });

  it('a size that is missing, under the name the file would have', async () => {
    await refuse({ ...llama, vocab_size: undefined }, 'vocab_size');
    await refuse({ ...llama, intermediate_size: undefined }, 'intermediate_size is missing');
    await refuse({ ...gpt2, n_layer: undefined }, 'n_layer is missing');
  });

  it('text that is not a JSON object', async () => {
    await expectFailure(() => parseConfig('<html>'), 'config-invalid', 'not JSON');
    await expectFailure(() => parseConfig(''), 'config-invalid', 'empty');
    await expectFailure(() => parseConfig('[1]'), 'config-invalid', 'a list');
  });

  it('an architecture that does not run here, naming it and those that do', async () => {
    const failure = await expectFailure(
      () => parse({ model_type: 'mamba', architectures: ['MambaForCausalLM'] }),
      'architecture-unknown',
      'MambaForCausalLM',
    );
    for (const name of ['llama', 'mistral', 'qwen2', 'qwen3', 'gpt_neox', 'gpt2'])
      expect(failure.remedy).toContain(name);
    await expectFailure(() => parse({}), 'architecture-unknown');
    const classifier = { ...llama, architectures: ['LlamaForSequenceClassification'] };
    await expectFailure(() => parse(classifier), 'architecture-unknown', 'LlamaForSequenceClassification');
  });

  it('quantised weights', async () => {
    const config = { ...llama, quantization_config: { quant_method: 'gptq', bits: 4 } };
    await expectFailure(() => parse(config), 'dtype-unsupported', 'gptq');
  });

  it.each([
    ['logits_scaling', 8, 1],
    ['use_sinks', true, false],
    ['attention_sinks', 4, 0],
    ['embedding_multiplier', 12, 1],
    ['attn_logit_softcapping', 50, null],
    ['num_local_experts', 8, 1],
  ])('%s, which would change every number, by name; a value that changes none is read', async (key, value, none) => {
    const failure = await refuse({ ...llama, [key]: value }, `${key} is ${value}`);
    expect(failure.remedy).toContain('does not compute this');
    expect(parse({ ...llama, [key]: none })).toEqual(parse(llama));
  });

  it('an OPT that is built otherwise, as that of 350M, and a Gemma that looks both ways', async () => {
    const opt = { ...llama, model_type: 'opt', architectures: undefined, ffn_dim: 64 };
    expect(parse(opt)).toMatchObject({ rotaryDim: 0, tied: true, activation: 'relu' });
    await refuse({ ...opt, word_embed_proj_dim: 32 }, 'embeddings of 32');
    await refuse({ ...opt, do_layer_norm_before: false }, 'do_layer_norm_before');
    const gemma = { ...llama, model_type: 'gemma3_text', architectures: undefined, use_bidirectional_attention: true };
    await refuse(gemma, 'use_bidirectional_attention');
  });

  it('variants of GPT-2 that scale attention in their own way', async () => {
    await refuse({ ...gpt2, scale_attn_by_inverse_layer_idx: true }, 'scale_attn_by_inverse_layer_idx');
    await refuse({ ...gpt2, scale_attn_weights: false }, 'scale_attn_weights');
  });
});

it('the README names every architecture that works', async () => {
  const readme = await readFile(new URL('../../README.md', import.meta.url), 'utf8');
  expect(readme.replace(/\s+/g, ' ')).toContain(`${ARCHITECTURE_TITLES} layouts are understood`);
});

describe.skipIf(!sharedData('models/random'))('real files', () => {
  it.each(MODEL_TYPES)('the random %s', async (type) => {
    const config = parseConfig(await readFile(`${sharedData(`models/random/${type}`)}/config.json`, 'utf8'));
    const headDim = ['gemma2', 'gemma3_text', 'phi3'].includes(type) ? 16 : 12;
    expect(config).toMatchObject({
      modelType: type,
      blocks: 4,
      width: type === 'phi3' ? 64 : 48,
      heads: 4,
      headDim,
      vocabulary: 131,
      context: 96,
    });
    const slides = ['mistral', 'gemma2', 'gemma3_text'].includes(type);
    expect(config.slidingWindow).toBe(slides ? 16 : undefined);
    expect(config.rotaryDim).toBe({ gpt2: 0, opt: 0, gpt_neox: 6, phi3: 12 }[type as string] ?? headDim);
  });

  it('Mistral 7B', async () => {
    const config = parseConfig(await readFile(`${sharedData('tokenizers/mistral-7b-v0.1')}/config.json`, 'utf8'));
    expect(config).toMatchObject({
      blocks: 32,
      width: 4096,
      kvHeads: 8,
      headDim: 128,
      slidingWindow: 4096,
      context: 32768,
    });
  });
});
