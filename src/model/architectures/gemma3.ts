import { layers, maybe, positive, readKeys } from '../config-keys';
import { slidingWindow } from '../sliding-window';
import type { Architecture } from './architecture';
import { GEMMA_KEYS, GEMMA_READS, GEMMA_SIZES, gemmaFacts, gemmaParts } from './gemma';

const KEYS = {
  ...GEMMA_KEYS,
  rope_local_base_freq: maybe(positive),
  sliding_window_pattern: maybe(layers),
};

const DEFAULTS = { ...GEMMA_SIZES, vocab_size: 262_208 };

/** Five of six blocks slide and turn positions by a base of their own, never stretched; queries and keys are normed by head. */
export const gemma3: Architecture = {
  reads: GEMMA_READS,
  read(config) {
    const raw = readKeys(KEYS, { ...DEFAULTS, ...config });
    const facts = gemmaFacts(raw, { context: 131_072, theta: 1_000_000 });
    const pattern = raw.sliding_window_pattern ?? 6;
    return {
      ...facts,
      // In the config form of transformers 5 both are in rope_parameters.
      localRope: facts.localRope ?? (raw.rope_parameters ? undefined : { theta: raw.rope_local_base_freq ?? 10_000 }),
      ...slidingWindow(raw, facts.blocks, (block) => (block + 1) % pattern !== 0),
    };
  },
  parts: (config) => gemmaParts(config, { qkNorm: 'head' }),
};
