import * as v from 'valibot';
import { maybe, positive, readKeys } from '../config-keys';
import type { Architecture } from './architecture';
import { GATED_KEYS, gatedFacts, gatedParts } from './gated';

const KEYS = {
  ...GATED_KEYS,
  mlp_bias: maybe(v.boolean()),
  embedding_multiplier: maybe(positive),
  attention_multiplier: maybe(positive),
  residual_multiplier: maybe(positive),
  logits_scaling: maybe(positive),
};

/** A Llama with four numbers: on embeddings, scores, updates and logits. */
export const granite: Architecture = {
  reads: ['embedding_multiplier', 'attention_multiplier', 'residual_multiplier', 'logits_scaling'],
  read(config) {
    const raw = readKeys(KEYS, config);
    return {
      ...gatedFacts(raw, { context: 2048 }),
      mlpBias: raw.mlp_bias ?? false,
      embeddingScale: raw.embedding_multiplier ?? undefined,
      attentionScale: raw.attention_multiplier ?? 1,
      updateScale: raw.residual_multiplier ?? undefined,
      logitScale: raw.logits_scaling ? 1 / raw.logits_scaling : undefined,
    };
  },
  parts: (config) => gatedParts(config),
};
