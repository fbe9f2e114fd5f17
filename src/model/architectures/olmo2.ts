import { readKeys } from '../config-keys';
import type { Architecture } from './architecture';
import { GATED_KEYS, gatedFacts, gatedParts } from './gated';

/** A Llama that norms what its sublayers come to and not what they read, and queries and keys over all heads at once. */
export const olmo2: Architecture = {
  read: (config) => gatedFacts(readKeys(GATED_KEYS, config), { context: 2048, eps: 1e-5 }),
  parts: (config) =>
    gatedParts(config, {
      qkNorm: 'whole',
      norms: { attn: { after: 'post_attention_layernorm' }, ffn: { after: 'post_feedforward_layernorm' } },
    }),
};
