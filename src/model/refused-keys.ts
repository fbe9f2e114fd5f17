import { shown } from '../json';
import { invalid } from './config-keys';

/**
 * Keys that change what a model computes, in ways that no architecture here does, and the values that change nothing. A
 * file that sets one is refused by name: its numbers would be wrong without a word. An architecture that comes to read one
 * of them names it in `reads`.
 */
const NEUTRAL: Readonly<Record<string, readonly unknown[]>> = {
  // how attention is scaled, capped or masked
  scale_attn_weights: [true],
  scale_attn_by_inverse_layer_idx: [false],
  attention_multiplier: [],
  query_pre_attn_scalar: [],
  attn_logit_softcapping: [],
  attn_logit_cap: [],
  clip_qkv: [],
  alibi: [false],
  add_cross_attention: [false],
  attention_sinks: [false, 0],
  use_sinks: [false],
  use_bidirectional_attention: [false],
  attn_output_gate: [false],
  attention_chunk_size: [],
  qk_layernorm: [false],
  use_qk_norm: [false],
  // which blocks turn their positions
  no_rope_layers: [],
  no_rope_layer_interval: [0],
  // how the stream and the logits are scaled
  embedding_multiplier: [1],
  residual_multiplier: [1],
  logits_scaling: [1],
  logit_scale: [1],
  lm_head_multiplier: [1],
  final_logit_softcapping: [],
  scale_emb: [1],
  scale_depth: [],
  dim_model_base: [],
  mup_width_multiplier: [1],
  // what a block is made of
  num_local_experts: [0, 1],
  num_experts: [0],
  n_routed_experts: [0],
  moe_num_experts: [0],
};

const REMEDY =
  'Lopper does not compute this: choose a model without it. If the weights were trained without it too, take the key out of config.json.';

/** Throws `config-invalid`, naming the key and its value, for one that would change the numbers. */
export function refuseKeys(config: Readonly<Record<string, unknown>>, reads: readonly string[] = []): void {
  for (const [key, neutral] of Object.entries(NEUTRAL)) {
    const value = config[key];
    if (value === undefined || value === null || reads.includes(key) || neutral.includes(value)) continue;
    throw invalid(`${key} is ${shown(value)}, which is not supported`, REMEDY);
  }
}
