import * as v from 'valibot';
import { maybe, readKeys } from '../config-keys';
import type { Architecture } from './architecture';
import { GATED_KEYS, gatedFacts, gatedParts } from './gated';

const KEYS = { ...GATED_KEYS, mlp_bias: maybe(v.boolean()) };

export const llama: Architecture = {
  read(config) {
    const raw = readKeys(KEYS, config);
    return { ...gatedFacts(raw, { context: 2048 }), mlpBias: raw.mlp_bias ?? false };
  },
  parts: (config) => gatedParts(config),
};
