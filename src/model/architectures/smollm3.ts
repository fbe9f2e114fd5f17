import * as v from 'valibot';
import { invalid, type Keys, layers, maybe, readKeys } from '../config-keys';
import { QWEN_WINDOW_KEYS, slidingWindow } from '../sliding-window';
import type { Architecture } from './architecture';
import { GATED_KEYS, gatedFacts, gatedParts } from './gated';

const KEYS = {
  ...GATED_KEYS,
  ...QWEN_WINDOW_KEYS,
  mlp_bias: maybe(v.boolean()),
  /** 1 for a block whose positions turn, in spite of the name. */
  no_rope_layers: maybe(v.array(v.picklist([0, 1]))),
  no_rope_layer_interval: maybe(layers),
};

/** Where no list says which blocks have windows, those without positions do, as transformers has it. */
const windows = (raw: Pick<Keys<typeof KEYS>, 'sliding_window' | 'layer_types'>, blocks: number, turns: number[]) =>
  slidingWindow({ ...raw, sliding_window: raw.sliding_window ?? null }, blocks, (block) => turns[block] === 0);

/** A Llama of whose blocks every fourth has no positions. */
export const smollm3: Architecture = {
  reads: ['no_rope_layers', 'no_rope_layer_interval'],
  read(config) {
    const raw = readKeys(KEYS, config);
    const facts = gatedFacts(raw, { context: 32_768, theta: 2_000_000, tied: true });
    const interval = raw.no_rope_layer_interval ?? 4;
    const turns = raw.no_rope_layers ?? Array.from({ length: facts.blocks }, (_, i) => ((i + 1) % interval ? 1 : 0));
    if (turns.length !== facts.blocks) throw invalid(`no_rope_layers names ${turns.length} blocks of ${facts.blocks}`);
    return {
      ...facts,
      mlpBias: raw.mlp_bias ?? false,
      unrotated: turns.flatMap((turned, block) => (turned ? [] : [block])),
      ...(raw.use_sliding_window ? windows(raw, facts.blocks, turns) : {}),
    };
  },
  parts: (config) => gatedParts(config),
};
