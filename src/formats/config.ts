import * as v from 'valibot';
import { LopperError } from '../errors';
import { ARCHITECTURES, type ModelType } from './config-defaults';
import { parseObject } from './json';

/** A model's config.json, said in one way for every architecture. Sizes are counts; `context` is tokens. */
export interface ModelConfig {
  readonly modelType: ModelType;
  /** E.g. `MistralForCausalLM`. */
  readonly architecture: string;
  readonly blocks: number;
  readonly width: number;
  readonly heads: number;
  readonly kvHeads: number;
  readonly headDim: number;
  /** Absent where the config leaves it to the weights (GPT-2 without `n_inner`). */
  readonly ffnWidth?: number;
  readonly vocabulary: number;
  readonly context: number;
  readonly normEps: number;
  readonly ropeTheta: number;
  /** Channels of each head that are rotated; 0 for learned positions (GPT-2). */
  readonly rotaryDim: number;
  readonly ropeScaling?: Llama3Scaling;
  /** A row sees its own position and the `slidingWindow - 1` before it; absent where attention is full. */
  readonly slidingWindow?: number;
  /** As published: `silu`, `gelu`, `gelu_new`, ... */
  readonly activation: string;
  readonly parallelResidual: boolean;
  readonly tied: boolean;
  /** Biases on q, k and v (for Llama and Mistral layouts with `attention_bias`, and GPT-NeoX, on the output too). */
  readonly attentionBias: boolean;
  readonly mlpBias: boolean;
  readonly bosId?: number;
  readonly eosIds: readonly number[];
  /** As published, e.g. `bfloat16`; the weights themselves decide. */
  readonly dtype?: string;
}

/** Llama 3's stretching of the rotary frequencies. */
export interface Llama3Scaling {
  readonly factor: number;
  readonly lowFreqFactor: number;
  readonly highFreqFactor: number;
  readonly originalContext: number;
}

const size = (max: number) => v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(max));
const positive = v.pipe(v.number(), v.gtValue(0), v.finite());
const id = v.pipe(v.number(), v.integer(), v.minValue(0));
/** Python writes None as null: the same as leaving the key out. */
const maybe = <T extends v.GenericSchema>(schema: T) => v.nullish(schema);

const MAX_WIDTH = 1_000_000;

const RopeSchema = v.looseObject({
  type: maybe(v.string()),
  rope_type: maybe(v.string()),
  rope_theta: maybe(positive),
  partial_rotary_factor: maybe(v.pipe(v.number(), v.minValue(0), v.maxValue(1))),
  factor: maybe(positive),
  low_freq_factor: maybe(positive),
  high_freq_factor: maybe(positive),
  original_max_position_embeddings: maybe(size(1e9)),
});

/** Every key that is read, of all six architectures and of transformers 4 and 5. */
const RawSchema = v.looseObject({
  model_type: v.string(),
  architectures: maybe(v.array(v.string())),
  num_hidden_layers: maybe(size(10_000)),
  hidden_size: maybe(size(MAX_WIDTH)),
  num_attention_heads: maybe(size(MAX_WIDTH)),
  num_key_value_heads: maybe(size(MAX_WIDTH)),
  head_dim: maybe(size(MAX_WIDTH)),
  intermediate_size: maybe(size(10 * MAX_WIDTH)),
  vocab_size: size(100_000_000),
  max_position_embeddings: maybe(size(1e9)),
  rms_norm_eps: maybe(positive),
  layer_norm_eps: maybe(positive),
  rope_theta: maybe(positive),
  rope_scaling: maybe(RopeSchema),
  rope_parameters: maybe(RopeSchema),
  rotary_pct: maybe(v.pipe(v.number(), v.minValue(0), v.maxValue(1))),
  rotary_emb_base: maybe(positive),
  partial_rotary_factor: maybe(v.pipe(v.number(), v.minValue(0), v.maxValue(1))),
  sliding_window: maybe(v.pipe(v.number(), v.integer(), v.minValue(1))),
  use_sliding_window: maybe(v.boolean()),
  max_window_layers: maybe(v.pipe(v.number(), v.integer(), v.minValue(0))),
  layer_types: maybe(v.array(v.string())),
  hidden_act: maybe(v.string()),
  use_parallel_residual: maybe(v.boolean()),
  tie_word_embeddings: maybe(v.boolean()),
  attention_bias: maybe(v.boolean()),
  mlp_bias: maybe(v.boolean()),
  bos_token_id: maybe(id),
  eos_token_id: maybe(v.union([id, v.array(id)])),
  torch_dtype: maybe(v.string()),
  dtype: maybe(v.string()),
  // GPT-2's own names.
  n_layer: maybe(size(10_000)),
  n_embd: maybe(size(MAX_WIDTH)),
  n_head: maybe(size(MAX_WIDTH)),
  n_inner: maybe(size(10 * MAX_WIDTH)),
  n_positions: maybe(size(1e9)),
  layer_norm_epsilon: maybe(positive),
  activation_function: maybe(v.string()),
  scale_attn_weights: maybe(v.boolean()),
  scale_attn_by_inverse_layer_idx: maybe(v.boolean()),
  quantization_config: maybe(v.looseObject({ quant_method: maybe(v.string()) })),
});
type Raw = v.InferOutput<typeof RawSchema>;

const invalid = (what: string, remedy = 'Get config.json again from where the model is published.') =>
  new LopperError('config-invalid', `config.json: ${what}.`, remedy);

/**
 * Reads and checks a config.json. Keys that are left out take the defaults of Hugging Face transformers.
 * Throws `architecture-unknown`, `config-invalid` (with the key and its value) or `dtype-unsupported` (quantised weights).
 */
export function parseConfig(text: string): ModelConfig {
  const object = parseObject(text, 'config.json', 'config-invalid');
  const modelType = knownModelType(object);
  const parsed = v.safeParse(RawSchema, object);
  if (!parsed.success) {
    const issue = parsed.issues[0];
    throw invalid(
      `${v.getDotPath(issue)} is ${JSON.stringify(issue.input) ?? 'missing'}; expected ${expectation(issue)}`,
    );
  }
  const raw = parsed.output;
  if (raw.quantization_config) {
    throw new LopperError(
      'dtype-unsupported',
      `The weights are quantised (${raw.quantization_config.quant_method ?? 'by an unnamed method'}).`,
      'Use the model that this one was quantised from, published as F32, F16 or BF16.',
    );
  }
  return modelType === 'gpt2' ? gpt2(raw) : rotary(modelType, raw);
}

const expectation = (issue: v.BaseIssue<unknown>): string =>
  issue.type === 'integer' ? 'a whole number' : (issue.expected ?? 'something else');

function knownModelType(object: Record<string, unknown>): ModelType {
  const { model_type: modelType, architectures } = object;
  const known = Object.keys(ARCHITECTURES) as ModelType[];
  const architecture = Array.isArray(architectures) ? architectures[0] : undefined;
  const type = known.find((t) => t === modelType) ?? known.find((t) => ARCHITECTURES[t].name === architecture);
  if (type && (architecture === undefined || architecture === ARCHITECTURES[type].name)) {
    object.model_type ??= type;
    return type;
  }
  throw new LopperError(
    'architecture-unknown',
    `This model is ${quote(architecture ?? modelType)}, which Lopper does not run.`,
    `Architectures that work: ${known.map((t) => `${t} (${ARCHITECTURES[t].name})`).join(', ')}.`,
  );
}

const quote = (name: unknown): string =>
  typeof name === 'string' ? `"${name.slice(0, 80)}"` : 'of an architecture that config.json does not name';

function rotary(modelType: Exclude<ModelType, 'gpt2'>, raw: Raw): ModelConfig {
  const defaults = ARCHITECTURES[modelType];
  const width = required(raw, 'hidden_size');
  const heads = required(raw, 'num_attention_heads');
  const blocks = required(raw, 'num_hidden_layers');
  const kvHeads = modelType === 'gpt_neox' ? heads : (raw.num_key_value_heads ?? heads);
  if (heads % kvHeads !== 0) {
    throw invalid(`num_attention_heads ${heads} is not a multiple of num_key_value_heads ${kvHeads}`);
  }
  const headDim =
    (modelType === 'gpt_neox' ? undefined : raw.head_dim) ?? defaults.headDim ?? split(width, heads, 'hidden_size');
  const rope = { ...raw.rope_scaling, ...raw.rope_parameters };
  const fraction = rope.partial_rotary_factor ?? raw.partial_rotary_factor ?? raw.rotary_pct ?? defaults.rotaryFraction;
  const rotaryDim = Math.floor(headDim * fraction);
  if (rotaryDim % 2 !== 0)
    throw invalid(`${rotaryDim} rotary channels of ${headDim} cannot be paired: the number is odd`);
  return {
    ...common(modelType, raw),
    blocks,
    width,
    heads,
    kvHeads,
    headDim,
    rotaryDim,
    ffnWidth: required(raw, 'intermediate_size'),
    context: raw.max_position_embeddings ?? defaults.context,
    normEps: (modelType === 'gpt_neox' ? raw.layer_norm_eps : raw.rms_norm_eps) ?? defaults.normEps,
    ropeTheta: rope.rope_theta ?? raw.rope_theta ?? raw.rotary_emb_base ?? 10_000,
    ropeScaling: ropeScaling(rope),
    slidingWindow: slidingWindow(modelType, raw, blocks),
    activation: raw.hidden_act ?? defaults.activation,
    parallelResidual: modelType === 'gpt_neox' && (raw.use_parallel_residual ?? true),
    attentionBias: modelType === 'qwen2' || (raw.attention_bias ?? modelType === 'gpt_neox'),
    mlpBias: modelType === 'gpt_neox' || (modelType === 'llama' && (raw.mlp_bias ?? false)),
  };
}

function gpt2(raw: Raw): ModelConfig {
  const width = raw.n_embd ?? required(raw, 'hidden_size', 'n_embd');
  const heads = raw.n_head ?? required(raw, 'num_attention_heads', 'n_head');
  const defaults = ARCHITECTURES.gpt2;
  if (raw.scale_attn_weights === false) throw invalid('scale_attn_weights is false, which is not supported');
  if (raw.scale_attn_by_inverse_layer_idx)
    throw invalid('scale_attn_by_inverse_layer_idx is true, which is not supported');
  return {
    ...common('gpt2', raw),
    blocks: raw.n_layer ?? required(raw, 'num_hidden_layers', 'n_layer'),
    width,
    heads,
    kvHeads: heads,
    headDim: split(width, heads, 'n_embd'),
    rotaryDim: 0,
    ropeTheta: 0,
    ffnWidth: raw.n_inner ?? undefined,
    context: raw.n_positions ?? raw.max_position_embeddings ?? defaults.context,
    normEps: raw.layer_norm_epsilon ?? defaults.normEps,
    activation: raw.activation_function ?? defaults.activation,
    parallelResidual: false,
    attentionBias: true,
    mlpBias: true,
  };
}

function common(modelType: ModelType, raw: Raw) {
  const eos = raw.eos_token_id ?? [];
  return {
    modelType,
    architecture: ARCHITECTURES[modelType].name,
    vocabulary: raw.vocab_size,
    tied: raw.tie_word_embeddings ?? ARCHITECTURES[modelType].tied,
    bosId: raw.bos_token_id ?? undefined,
    eosIds: Array.isArray(eos) ? eos : [eos],
    dtype: raw.dtype ?? raw.torch_dtype ?? undefined,
  };
}

type SizeKey = 'hidden_size' | 'num_attention_heads' | 'num_hidden_layers' | 'intermediate_size';

function required(raw: Raw, key: SizeKey, shown: string = key): number {
  const value = raw[key];
  if (value === undefined || value === null) throw invalid(`${shown} is missing`);
  return value;
}

function split(width: number, heads: number, key: string): number {
  if (width % heads !== 0) throw invalid(`${key} ${width} does not divide into ${heads} heads`);
  return width / heads;
}

function ropeScaling(rope: NonNullable<Raw['rope_parameters']>): Llama3Scaling | undefined {
  const type = rope.rope_type ?? rope.type ?? 'default';
  if (type === 'default') return undefined;
  const unsupported = 'Use a model of the same family without stretched positions.';
  if (type !== 'llama3')
    throw invalid(`rope type "${type}" is not supported (only "default" and "llama3")`, unsupported);
  const need = (key: 'factor' | 'low_freq_factor' | 'high_freq_factor' | 'original_max_position_embeddings') => {
    const value = rope[key];
    if (value === undefined || value === null) throw invalid(`the rope type "llama3" needs ${key}, which is missing`);
    return value;
  };
  const scaling = {
    factor: need('factor'),
    lowFreqFactor: need('low_freq_factor'),
    highFreqFactor: need('high_freq_factor'),
    originalContext: need('original_max_position_embeddings'),
  };
  if (scaling.highFreqFactor <= scaling.lowFreqFactor) {
    throw invalid(`high_freq_factor ${scaling.highFreqFactor} is not above low_freq_factor ${scaling.lowFreqFactor}`);
  }
  return scaling;
}

/** Mistral slides unless told null; the Qwens only when told to, and then only from block `max_window_layers` on. */
function slidingWindow(modelType: ModelType, raw: Raw, blocks: number): number | undefined {
  const qwen = modelType === 'qwen2' || modelType === 'qwen3';
  if (modelType !== 'mistral' && !qwen) return undefined;
  if (qwen && !raw.use_sliding_window) return undefined;
  const window = raw.sliding_window === undefined ? 4096 : (raw.sliding_window ?? undefined);
  if (window === undefined) return undefined;
  const from = qwen ? (raw.max_window_layers ?? 28) : 0;
  const sliding = raw.layer_types
    ? raw.layer_types.filter((type) => type === 'sliding_attention').length
    : Math.max(0, blocks - from);
  if (sliding === 0) return undefined;
  if (sliding < blocks)
    throw invalid(`${sliding} of ${blocks} blocks slide their attention: such a mix is not supported`);
  return window;
}
