import { readKeys } from '../config-keys';
import { slidingWindow, WINDOW_KEYS } from '../sliding-window';
import type { Architecture } from './architecture';
import { GATED_KEYS, gatedFacts, gatedParts } from './gated';

const KEYS = { ...GATED_KEYS, ...WINDOW_KEYS };

/** Phi-3 and Phi-4: a Llama with q, k and v in one tensor, gate and up in another; some slide throughout. */
export const phi3: Architecture = {
  read(config) {
    const raw = readKeys(KEYS, { original_max_position_embeddings: 4096, ...config });
    const facts = gatedFacts(raw, { context: 4096, eps: 1e-5 });
    const window = { ...raw, sliding_window: raw.sliding_window ?? null };
    return { ...facts, ...slidingWindow(window, facts.blocks) };
  },
  parts: (config) => gatedParts(config, { fused: true }),
};
