import { readKeys } from '../config-keys';
import { slidingWindow, WINDOW_KEYS } from '../sliding-window';
import type { Architecture } from './architecture';
import { GATED_KEYS, gatedFacts, gatedParts } from './gated';

const KEYS = { ...GATED_KEYS, ...WINDOW_KEYS };

/** A Llama whose attention slides. */
export const mistral: Architecture = {
  read(config) {
    const raw = readKeys(KEYS, config);
    const facts = gatedFacts(raw, { context: 131_072 });
    return { ...facts, ...slidingWindow(raw, facts.blocks) };
  },
  parts: (config) => gatedParts(config),
};
