import { readKeys } from '../config-keys';
import { QWEN_WINDOW_KEYS, qwenWindow } from '../sliding-window';
import type { Architecture } from './architecture';
import { GATED_KEYS, gatedFacts, gatedParts } from './gated';

const KEYS = { ...GATED_KEYS, ...QWEN_WINDOW_KEYS };

/** A Llama with norms on the queries and keys of each head, and heads that need not share the width evenly. */
export const qwen3: Architecture = {
  read(config) {
    const raw = readKeys(KEYS, config);
    const facts = gatedFacts(raw, { context: 32_768, headDim: 128 });
    return { ...facts, ...qwenWindow(raw, facts.blocks) };
  },
  parts: (config) => gatedParts(config, { qkNorm: 'head' }),
};
