import type { TensorMap } from '../tensor';
import { corrupt, type Metadata, type Value } from './container';

/** What Hugging Face calls the architectures that GGUF calls otherwise. */
const MODEL_TYPES: Readonly<Record<string, string>> = { gptneox: 'gpt_neox', gemma3: 'gemma3_text' };

/** The metadata of an architecture: `ARCH.key`. */
export class Facts {
  readonly architecture: string;

  constructor(
    readonly file: string,
    readonly metadata: Metadata,
  ) {
    const architecture = metadata.get('general.architecture');
    if (typeof architecture !== 'string') throw corrupt(file, 'it does not name its architecture');
    this.architecture = architecture;
  }

  of(key: string): Value | undefined {
    return this.metadata.get(`${this.architecture}.${key}`);
  }

  /** A number; of one that is told for each block, that of all. Undefined where there is none. */
  number(key: string): number | undefined {
    const value = this.of(key);
    if (value === undefined) return undefined;
    const list = Array.isArray(value) ? value : [value];
    const [first] = list;
    if (typeof first !== 'number') throw corrupt(this.file, `${this.architecture}.${key} is no number`);
    if (list.some((other) => other !== first)) {
      throw corrupt(this.file, `${this.architecture}.${key} differs from block to block, which Lopper does not run`);
    }
    return first;
  }
}

/**
 * What a config.json of the same model would say, in the words of transformers: read as every other is.
 * @param tensors by their published names
 */
export function configOf(facts: Facts, tensors: TensorMap, factors?: FrequencyFactors): object {
  const { architecture } = facts;
  const n = (key: string) => facts.number(key);
  const has = (name: string) => tensors.has(name);
  const rowsOf = (name: string) => tensors.get(name)?.shape[0];
  const token = (key: string) => facts.metadata.get(`tokenizer.ggml.${key}_token_id`);
  const heads = n('attention.head_count');
  const common = {
    model_type: MODEL_TYPES[architecture] ?? architecture,
    vocab_size: ['model.embed_tokens.weight', 'gpt_neox.embed_in.weight', 'wte.weight'].map(rowsOf).find((r) => r),
    hidden_size: n('embedding_length'),
    num_hidden_layers: n('block_count'),
    num_attention_heads: heads,
    intermediate_size: n('feed_forward_length'),
    max_position_embeddings: n('context_length'),
    bos_token_id: token('bos'),
    eos_token_id: token('eos'),
  };
  if (architecture === 'gpt2') {
    return {
      ...common,
      n_inner: common.intermediate_size,
      layer_norm_epsilon: n('attention.layer_norm_epsilon'),
      tie_word_embeddings: !has('lm_head.weight'),
    };
  }
  if (architecture === 'gptneox') {
    const turned = n('rope.dimension_count');
    return {
      ...common,
      layer_norm_eps: n('attention.layer_norm_epsilon'),
      rotary_emb_base: n('rope.freq_base'),
      rotary_pct: turned && heads && common.hidden_size ? turned / (common.hidden_size / heads) : undefined,
      use_parallel_residual: facts.of('use_parallel_residual'),
      hidden_act: 'gelu',
      tie_word_embeddings: !has('embed_out.weight'),
    };
  }
  const headDim = n('attention.key_length');
  const turned = n('rope.dimension_count');
  const split = common.hidden_size && heads ? common.hidden_size / heads : undefined;
  const width = headDim ?? split;
  return {
    ...common,
    num_key_value_heads: n('attention.head_count_kv') ?? heads,
    head_dim: headDim,
    rms_norm_eps: n('attention.layer_norm_rms_epsilon'),
    rope_theta: n('rope.freq_base') ?? 10_000,
    rope_scaling: ropeScaling(facts, factors),
    partial_rotary_factor: turned && width && turned !== width ? turned / width : undefined,
    sliding_window: n('attention.sliding_window') || undefined, // Phi's files without one say 0
    attention_bias: architecture === 'llama' ? has('model.layers.0.self_attn.q_proj.bias') : undefined,
    mlp_bias: architecture === 'llama' ? has('model.layers.0.mlp.up_proj.bias') : undefined,
    tie_word_embeddings: !has('lm_head.weight'),
    num_local_experts: n('expert_count') ?? undefined,
    query_pre_attn_scalar: gemmaScalar(facts, common.num_hidden_layers, split, headDim),
    attn_logit_softcapping: n('attn_logit_softcapping'),
    final_logit_softcapping: n('final_logit_softcapping'),
    ...(architecture === 'granite' && {
      embedding_multiplier: n('embedding_scale'),
      residual_multiplier: n('residual_scale'),
      attention_multiplier: n('attention.scale'),
      logits_scaling: n('logit_scale'),
    }),
  };
}

/** What the frequency of each pair of channels is divided by: in short texts, and in long ones. */
export interface FrequencyFactors {
  readonly short: readonly number[];
  readonly long: readonly number[];
}

/** What Gemma divides its scores by the root of: the largest of each kind take the width of a head, others the head's own. */
function gemmaScalar({ architecture }: Facts, blocks: number | undefined, split: number | undefined, headDim?: number) {
  const largest = { gemma2: 46, gemma3: 62 }[architecture];
  return largest === undefined ? undefined : blocks === largest ? split : headDim;
}

/** How positions are stretched: by a factor for each pair of channels where the file has them, else as it says. */
function ropeScaling(facts: Facts, factors?: FrequencyFactors): object | undefined {
  const original = facts.number('rope.scaling.original_context_length');
  if (factors) {
    const same = factors.short === factors.long;
    return {
      rope_type: 'longrope',
      short_factor: factors.short,
      long_factor: factors.long,
      attention_factor: facts.number('rope.scaling.attn_factor') ?? (same ? 1 : undefined),
      original_max_position_embeddings: same ? facts.number('context_length') : original,
    };
  }
  const type = facts.of('rope.scaling.type');
  if (type === undefined || type === 'none') return undefined;
  return {
    rope_type: type,
    factor: facts.number('rope.scaling.factor'),
    original_max_position_embeddings: original,
  };
}
