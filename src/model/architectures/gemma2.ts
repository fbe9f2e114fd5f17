import { readKeys } from '../config-keys';
import { slidingWindow } from '../sliding-window';
import type { Architecture } from './architecture';
import { GEMMA_KEYS, GEMMA_READS, GEMMA_SIZES, gemmaFacts, gemmaParts } from './gemma';

const DEFAULTS = {
  ...GEMMA_SIZES,
  vocab_size: 256_000,
  attn_logit_softcapping: 50,
  final_logit_softcapping: 30,
};

/** Every other block slides; scores and logits are capped. */
export const gemma2: Architecture = {
  reads: GEMMA_READS,
  read(config) {
    const raw = readKeys(GEMMA_KEYS, { ...DEFAULTS, ...config });
    const facts = gemmaFacts(raw, { context: 8192 });
    return { ...facts, ...slidingWindow(raw, facts.blocks, (block) => block % 2 === 0) };
  },
  parts: (config) => gemmaParts(config),
};
