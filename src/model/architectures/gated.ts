/** Llama's family: separate projections, gated feed-forward layers, RMS norms. */
import * as v from 'valibot';
import { gatedActivation } from '../activations';
import { commonFacts, invalid, type Keys, maybe, positive, required, SIZE_KEYS, split, width } from '../config-keys';
import { eachBlock, linear, rmsNorm } from '../parts';
import { ROPE_KEYS, ropeFacts } from '../rope';
import type { ConfigFacts, Parts, Sized } from './architecture';

export const GATED_KEYS = {
  ...SIZE_KEYS,
  ...ROPE_KEYS,
  num_key_value_heads: maybe(width),
  head_dim: maybe(width),
  rms_norm_eps: maybe(positive),
  hidden_act: maybe(v.string()),
  attention_bias: maybe(v.boolean()),
};

/** What the keys say that the family shares. `context`, `headDim`: where the config names none. */
export function gatedFacts(
  raw: Keys<typeof GATED_KEYS>,
  defaults: { readonly context: number; readonly headDim?: number },
): ConfigFacts {
  const width = required(raw.hidden_size, 'hidden_size');
  const heads = required(raw.num_attention_heads, 'num_attention_heads');
  const blocks = required(raw.num_hidden_layers, 'num_hidden_layers');
  const kvHeads = raw.num_key_value_heads ?? heads;
  if (heads % kvHeads !== 0) {
    throw invalid(`num_attention_heads ${heads} is not a multiple of num_key_value_heads ${kvHeads}`);
  }
  const headDim = raw.head_dim ?? defaults.headDim ?? split(width, heads, 'hidden_size');
  return {
    ...commonFacts(raw),
    ...ropeFacts(raw, headDim),
    blocks,
    width,
    heads,
    kvHeads,
    headDim,
    ffnWidth: required(raw.intermediate_size, 'intermediate_size'),
    context: raw.max_position_embeddings ?? defaults.context,
    normEps: raw.rms_norm_eps ?? 1e-6,
    activation: raw.hidden_act ?? 'silu',
    parallelResidual: false,
    attentionBias: raw.attention_bias ?? false,
    mlpBias: false,
  };
}

/** The family's tensors. `outBias`: where it is not as `attentionBias`; `headNorms`: on the queries and keys of each head. */
export function gatedParts(c: Sized, { outBias = c.attentionBias, headNorms = false } = {}): Parts {
  const queries = c.heads * c.headDim;
  const keys = c.kvHeads * c.headDim;
  return {
    embedding: 'model.embed_tokens.weight',
    sublayers: eachBlock(c, (block) => {
      const named = (name: string) => `model.layers.${block}.${name}`;
      const norm = (name: string) => rmsNorm(named(name), c.normEps);
      const projections = ['self_attn.q_proj', 'self_attn.k_proj', 'self_attn.v_proj'].map(named);
      const gateAndUp = ['mlp.gate_proj', 'mlp.up_proj'].map(named);
      return [
        {
          kind: 'attn',
          block,
          norm: norm('input_layernorm'),
          qkv: linear(projections, [queries, keys, keys], c.width, c.attentionBias),
          out: linear([named('self_attn.o_proj')], [c.width], queries, outBias),
          qNorm: headNorms ? norm('self_attn.q_norm') : undefined,
          kNorm: headNorms ? norm('self_attn.k_norm') : undefined,
        },
        {
          kind: 'ffn',
          block,
          norm: norm('post_attention_layernorm'),
          up: linear(gateAndUp, [c.ffnWidth, c.ffnWidth], c.width, c.mlpBias),
          down: linear([named('mlp.down_proj')], [c.width], c.ffnWidth, c.mlpBias),
        },
      ];
    }),
    finalNorm: rmsNorm('model.norm', c.normEps),
    head: c.tied ? 'model.embed_tokens.weight' : 'lm_head.weight',
    qkvInterleaved: false,
    activation: gatedActivation(c.activation),
  };
}
