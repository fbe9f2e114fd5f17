import { readKeys } from '../config-keys';
import { QWEN_WINDOW_KEYS, qwenWindow } from '../sliding-window';
import type { Architecture } from './architecture';
import { GATED_KEYS, gatedFacts, gatedParts } from './gated';

const KEYS = { ...GATED_KEYS, ...QWEN_WINDOW_KEYS };

/** A Llama with biases on q, k and v, always, and never on the output. */
export const qwen2: Architecture = {
  read(config) {
    const raw = readKeys(KEYS, config);
    const facts = gatedFacts(raw, { context: 32_768 });
    return { ...facts, ...qwenWindow(raw, facts.blocks), attentionBias: true };
  },
  parts: (config) => gatedParts(config, { outBias: false }),
};
