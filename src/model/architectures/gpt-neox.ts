import * as v from 'valibot';
import { plainActivation } from '../activations';
import { commonFacts, fraction, maybe, positive, readKeys, required, SIZE_KEYS, split } from '../config-keys';
import { eachBlock, layerNorm, linear, sightOf } from '../parts';
import { ROPE_KEYS, ropeFacts } from '../rope';
import type { Architecture } from './architecture';

const KEYS = {
  ...SIZE_KEYS,
  ...ROPE_KEYS,
  layer_norm_eps: maybe(positive),
  rotary_pct: maybe(fraction),
  rotary_emb_base: maybe(positive),
  hidden_act: maybe(v.string()),
  use_parallel_residual: maybe(v.boolean()),
  attention_bias: maybe(v.boolean()),
};

/** GPT-NeoX and Pythia: one projection with q, k and v of each head side by side, biases everywhere. */
export const gptNeox: Architecture = {
  read(config) {
    const raw = readKeys(KEYS, config);
    const width = required(raw.hidden_size, 'hidden_size');
    const heads = required(raw.num_attention_heads, 'num_attention_heads');
    const blocks = required(raw.num_hidden_layers, 'num_hidden_layers');
    const headDim = split(width, heads, 'hidden_size');
    return {
      ...commonFacts(raw),
      ...ropeFacts(raw, headDim, {
        context: raw.max_position_embeddings ?? 2048,
        share: raw.rotary_pct ?? 0.25,
        theta: raw.rotary_emb_base ?? undefined,
      }),
      blocks,
      width,
      heads,
      kvHeads: heads,
      headDim,
      ffnWidth: required(raw.intermediate_size, 'intermediate_size'),
      normEps: raw.layer_norm_eps ?? 1e-5,
      activation: raw.hidden_act ?? 'gelu',
      parallelResidual: raw.use_parallel_residual ?? true,
      attentionBias: raw.attention_bias ?? true,
      mlpBias: true,
    };
  },
  parts: (c) => ({
    embedding: 'gpt_neox.embed_in.weight',
    sublayers: eachBlock(c, (block) => {
      const named = (name: string) => `gpt_neox.layers.${block}.${name}`;
      const norm = (name: string) => layerNorm(named(name), c.normEps);
      return [
        {
          kind: 'attn',
          block,
          norm: norm('input_layernorm'),
          qkv: linear([named('attention.query_key_value')], [3 * c.width], c.width, c.attentionBias),
          out: linear([named('attention.dense')], [c.width], c.width, c.attentionBias),
          ...sightOf(c, block),
        },
        {
          kind: 'ffn',
          block,
          norm: norm('post_attention_layernorm'),
          up: linear([named('mlp.dense_h_to_4h')], [c.ffnWidth], c.width, c.mlpBias),
          gated: false,
          down: linear([named('mlp.dense_4h_to_h')], [c.width], c.ffnWidth, c.mlpBias),
        },
      ];
    }),
    finalNorm: layerNorm('gpt_neox.final_layer_norm', c.normEps),
    head: c.tied ? 'gpt_neox.embed_in.weight' : 'embed_out.weight',
    qkvInterleaved: true,
    activation: plainActivation(c.activation),
  }),
};
