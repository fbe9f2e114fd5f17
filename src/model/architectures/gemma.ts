/** What Gemma 2 and 3 share: norms on both sides of a sublayer, their weights stored as differences from 1. */
import * as v from 'valibot';
import { type Keys, maybe, positive } from '../config-keys';
import { WINDOW_KEYS } from '../sliding-window';
import type { ConfigFacts, Parts, Sized } from './architecture';
import { GATED_KEYS, type GatedSwitches, gatedFacts, gatedParts } from './gated';

export const GEMMA_KEYS = {
  ...GATED_KEYS,
  ...WINDOW_KEYS,
  hidden_activation: maybe(v.string()),
  query_pre_attn_scalar: maybe(positive),
  attn_logit_softcapping: maybe(positive),
  final_logit_softcapping: maybe(positive),
};

/** Of the keys that others are refused for. */
export const GEMMA_READS = ['query_pre_attn_scalar', 'attn_logit_softcapping', 'final_logit_softcapping'];

/** Sizes that transformers assumes: some published configs leave them out. */
export const GEMMA_SIZES = {
  hidden_size: 2304,
  num_hidden_layers: 26,
  num_attention_heads: 8,
  num_key_value_heads: 4,
  intermediate_size: 9216,
};

/** `hidden_activation` counts; the older `hidden_act` says "gelu" where tanh's is meant, as transformers reads it. */
export function gemmaFacts(raw: Keys<typeof GEMMA_KEYS>, defaults: Parameters<typeof gatedFacts>[1]): ConfigFacts {
  const facts = gatedFacts(raw, { headDim: 256, tied: true, ...defaults });
  return {
    ...facts,
    activation: raw.hidden_activation ?? 'gelu_pytorch_tanh',
    attentionScale: (raw.query_pre_attn_scalar ?? 256) ** -0.5,
    embeddingScale: Math.sqrt(facts.width),
    scoreCap: raw.attn_logit_softcapping ?? undefined,
    logitCap: raw.final_logit_softcapping ?? undefined,
  };
}

export const gemmaParts = (config: Sized, switches: Pick<GatedSwitches, 'qkNorm'> = {}): Parts =>
  gatedParts(config, {
    ...switches,
    normOffset: 1,
    norms: {
      attn: { before: 'input_layernorm', after: 'post_attention_layernorm' },
      ffn: { before: 'pre_feedforward_layernorm', after: 'post_feedforward_layernorm' },
    },
  });
