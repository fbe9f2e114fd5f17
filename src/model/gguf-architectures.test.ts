/**
 * The newer architectures as llama.cpp's converter writes them (convert_hf_to_gguf.py: names, metadata, rows in pairs, norms
 * with the one added, vectors in F32), made here of published checkpoints: read, they must be those checkpoints again.
 */
import { existsSync } from 'node:fs';
import { expect, it } from 'vitest';
import { type Dtype, widen } from '../formats/dtypes';
import { ggufFiles } from '../formats/gguf/files';
import { F32, ggufFile, type MadeTensor, TEXT, type Typed, tinyLlama, U32 } from '../formats/gguf/testing';
import { openFolder } from '../formats/node';
import { openWeights } from '../formats/safetensors';
import type { TensorInfo, TensorMap } from '../formats/tensor';
import { expectFailure, memoryModel } from '../formats/testing';
import { parseConfig } from './config';
import type { ModelSpec } from './spec';
import { describeStored } from './stored';

const FOLDER = '../shared/data/models/random';
const here = existsSync(FOLDER);
if (!here) console.log(`skipped: ${FOLDER} is not here`);

type Config = Readonly<Record<string, unknown>>;

interface Convention {
  readonly architecture: string;
  /** Stems at Hugging Face by those of llama.cpp, where they differ from a Llama's. */
  readonly names?: Readonly<Record<string, string>>;
  /** Rows of q and k are written in pairs. */
  readonly pairs?: boolean;
  readonly metadata?: (config: Config) => Readonly<Record<string, Typed>>;
  /** Tensors that the checkpoint has not. */
  readonly more?: (config: Config) => readonly MadeTensor[];
  /** Of the config, what a GGUF has no place for, as llama.cpp takes it to be. */
  readonly taken?: Config;
}

const LLAMA = {
  input_layernorm: 'attn_norm',
  'self_attn.q_proj': 'attn_q',
  'self_attn.k_proj': 'attn_k',
  'self_attn.v_proj': 'attn_v',
  'self_attn.qkv_proj': 'attn_qkv',
  'self_attn.o_proj': 'attn_output',
  'self_attn.q_norm': 'attn_q_norm',
  'self_attn.k_norm': 'attn_k_norm',
  post_attention_layernorm: 'ffn_norm',
  'mlp.gate_proj': 'ffn_gate',
  'mlp.up_proj': 'ffn_up',
  'mlp.gate_up_proj': 'ffn_up',
  'mlp.down_proj': 'ffn_down',
};
const SANDWICHED = {
  post_attention_layernorm: 'post_attention_norm',
  pre_feedforward_layernorm: 'ffn_norm',
  post_feedforward_layernorm: 'post_ffw_norm',
};
const REST = { 'model.embed_tokens': 'token_embd', 'model.norm': 'output_norm', lm_head: 'output' };

const floats = (values: readonly number[]) => new Uint8Array(Float32Array.from(values).buffer);
const vector = (name: string, values: readonly number[]): MadeTensor => ({
  ...{ name, type: 0, shape: [values.length], bytes: floats(values) },
});
const number = (config: Config, key: string) => config[key] as number;

/** Llama 3's factors, by which each frequency is divided: `generate_extra_tensors` of its LlamaModel. */
function llama3Factors(config: Config): number[] {
  const scaling = config.rope_scaling as Record<string, number>;
  const width = number(config, 'head_dim');
  const [factor, low, high] = [scaling.factor!, scaling.low_freq_factor!, scaling.high_freq_factor!];
  const before = scaling.original_max_position_embeddings!;
  return Array.from({ length: width / 2 }, (_, i) => {
    const length = 2 * Math.PI * number(config, 'rope_theta') ** ((2 * i) / width);
    if (length < before / high) return 1;
    if (length > before / low) return factor;
    const smooth = (before / length - low) / (high - low);
    return 1 / ((1 - smooth) / factor + smooth);
  });
}

const CONVENTIONS: Readonly<Record<string, Convention>> = {
  gemma2: {
    architecture: 'gemma2',
    names: SANDWICHED,
    metadata: (c) => ({
      'attention.key_length': [U32, c.head_dim],
      'attention.sliding_window': [U32, c.sliding_window],
      attn_logit_softcapping: [F32, c.attn_logit_softcapping],
      final_logit_softcapping: [F32, c.final_logit_softcapping],
    }),
    taken: { query_pre_attn_scalar: 16 },
  },
  gemma3_text: {
    architecture: 'gemma3',
    names: SANDWICHED,
    metadata: (c) => ({
      'attention.key_length': [U32, c.head_dim],
      'attention.sliding_window': [U32, c.sliding_window],
      'rope.freq_base': [F32, c.rope_theta],
    }),
    taken: { query_pre_attn_scalar: 16, sliding_window_pattern: 6 },
  },
  phi3: {
    architecture: 'phi3',
    metadata: (c) => ({
      'attention.sliding_window': [U32, 0], // so it is written where there is none
      'rope.dimension_count': [U32, 12],
      'rope.scaling.original_context_length': [U32, c.original_max_position_embeddings],
      'rope.scaling.attn_factor': [F32, Math.sqrt(1 + Math.log(96 / 32) / Math.log(32))],
    }),
    more: ({ rope_scaling }) => {
      const { short_factor, long_factor } = rope_scaling as Record<string, number[]>;
      return [vector('rope_factors_long.weight', long_factor!), vector('rope_factors_short.weight', short_factor!)];
    },
  },
  olmo2: {
    architecture: 'olmo2',
    names: SANDWICHED,
    metadata: (c) => ({ 'rope.freq_base': [F32, c.rope_theta] }),
  },
  smollm3: {
    architecture: 'smollm3',
    pairs: true,
    metadata: (c) => ({ 'rope.freq_base': [F32, c.rope_theta], 'rope.dimension_count': [U32, 12] }),
  },
  granite: {
    architecture: 'granite',
    pairs: true,
    metadata: (c) => ({
      'rope.dimension_count': [U32, 12],
      'attention.scale': [F32, c.attention_multiplier],
      embedding_scale: [F32, c.embedding_multiplier],
      residual_scale: [F32, c.residual_multiplier],
      logit_scale: [F32, c.logits_scaling],
    }),
  },
  llama: {
    architecture: 'llama',
    pairs: true,
    metadata: (c) => ({ 'rope.freq_base': [F32, c.rope_theta], 'rope.dimension_count': [U32, 12] }),
    more: (c) => [vector('rope_freqs.weight', llama3Factors(c))],
    taken: {
      rope_scaling: {
        ...{ rope_type: 'llama3', factor: 8, low_freq_factor: 1, high_freq_factor: 4 },
        original_max_position_embeddings: 8192,
      },
    },
  },
};

const valuesOf = async ({ source, start, end, dtype }: TensorInfo) =>
  Array.from(widen(await source.read(start, end), dtype as Dtype));

/** Rows of each head from halves to pairs: `reshape(heads, 2, D / 2, in).swapaxes(1, 2)`. */
function inPairs(bytes: Uint8Array, rows: number, heads: number): Uint8Array {
  const [row, width] = [bytes.length / rows, rows / heads];
  const out = new Uint8Array(bytes.length);
  for (let to = 0; to < rows; to++) {
    const [head, at] = [Math.floor(to / width), to % width];
    const from = head * width + (at % 2) * (width / 2) + Math.floor(at / 2);
    out.set(bytes.subarray(from * row, (from + 1) * row), to * row);
  }
  return out;
}

async function asLlamaCpp(
  config: Config,
  tensors: TensorMap,
  convention: Convention,
): Promise<Uint8Array<ArrayBuffer>> {
  const { architecture, names = {}, pairs, metadata, more } = convention;
  const made: MadeTensor[] = [];
  for (const [name, tensor] of tensors) {
    const [, stem, block, part, ending] = /^(?:(model\.layers\.(\d+)\.(.+))|.+)\.(weight|bias)$/.exec(name)!;
    const rest = REST[name.replace(/\.weight$/, '') as keyof typeof REST];
    const known: Readonly<Record<string, string>> = { ...LLAMA, ...names };
    const called = stem === undefined ? `${rest}.weight` : `blk.${block}.${known[part!]}.${ending}`;
    if (tensor.shape.length === 1) {
      const added = architecture.startsWith('gemma') ? 1 : 0;
      made.push(
        vector(
          called,
          (await valuesOf(tensor)).map((value) => value + added),
        ),
      );
      continue;
    }
    const bytes = await tensor.source.read(tensor.start, tensor.end);
    const heads = { attn_q: 'num_attention_heads', attn_k: 'num_key_value_heads' }[known[part ?? ''] ?? ''];
    made.push({
      name: called,
      type: { F16: 1, BF16: 30 }[tensor.dtype]!,
      shape: tensor.shape,
      bytes: pairs && heads ? inPairs(bytes, tensor.shape[0]!, number(config, heads)) : bytes,
    });
  }
  const own: Record<string, Typed> = {
    context_length: [U32, config.max_position_embeddings],
    embedding_length: [U32, config.hidden_size],
    block_count: [U32, config.num_hidden_layers],
    feed_forward_length: [U32, config.intermediate_size],
    'attention.head_count': [U32, config.num_attention_heads],
    'attention.head_count_kv': [U32, config.num_key_value_heads],
    'attention.layer_norm_rms_epsilon': [F32, config.rms_norm_eps],
    ...metadata?.(config),
  };
  const keys = Object.entries(own).map(([key, value]) => [`${architecture}.${key}`, value] as const);
  const head: Record<string, Typed> = { 'general.architecture': [TEXT, architecture], ...Object.fromEntries(keys) };
  return ggufFile(head, [...made, ...(more?.(config) ?? [])]);
}

/** What is computed, to the digits of an f32; how vectors are stored is another matter. */
function computed({ dtype: _, shapes, ...spec }: ModelSpec): object {
  const plain = (key: string, value: unknown) => {
    if (key === 'scale' && value === 1) return undefined; // as good as none
    if (typeof value === 'number') return Number(value.toPrecision(6));
    return ArrayBuffer.isView(value) ? Array.from(value as Float64Array) : value;
  };
  return { ...JSON.parse(JSON.stringify(spec, plain)), shapes: Object.fromEntries(shapes) };
}

it.skipIf(!here).each(Object.keys(CONVENTIONS))('%s', async (name) => {
  const convention = CONVENTIONS[name]!;
  const folder = await openFolder(`${FOLDER}/${name}`);
  const config = { ...JSON.parse(await folder.text('config.json')), ...convention.taken };
  const published = await openWeights(folder);
  const want = await describeStored(parseConfig(JSON.stringify(config)), published);

  const file = await asLlamaCpp(config, published, convention);
  const model = ggufFiles(memoryModel({ 'x.gguf': file }), 'x.gguf');
  const got = await describeStored(parseConfig(await model.text('config.json')), await openWeights(model));

  expect(got.notes).toEqual(want.notes);
  expect(computed(got.spec)).toEqual(computed(want.spec));
  for (const tensor of want.spec.shapes.keys()) {
    expect(await valuesOf(got.tensors.get(tensor)!), tensor).toEqual(await valuesOf(want.tensors.get(tensor)!));
  }
});

it('a type that is only known by name, or by its number alone: told, with the tensor', async () => {
  const { metadata, tensors } = tinyLlama();
  const stored = (type: number) => {
    const change = (tensor: MadeTensor) => (tensor.name === 'blk.0.attn_v.weight' ? { ...tensor, type } : tensor);
    return ggufFiles(memoryModel({ 'x.gguf': ggufFile(metadata, tensors.map(change)) }), 'x.gguf');
  };
  for (const [type, called] of [
    [39, 'MXFP4'],
    [77, 'type 77'],
  ] as const) {
    const model = stored(type);
    const config = parseConfig(await model.text('config.json'));
    const described = describeStored(config, await model.tensors!(model.open));
    await expectFailure(described, 'dtype-unsupported', 'layers.0.self_attn.v_proj.weight', called);
  }
});
