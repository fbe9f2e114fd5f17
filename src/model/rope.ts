/** Rotary positions: which channels turn, how fast, and how that is stretched for longer texts. */

import * as v from 'valibot';
import { shown } from '../json';
import { fraction, invalid, maybe, positive, tokens } from './config-keys';

/** Llama 3's stretching of the rotary frequencies. */
export interface Llama3Scaling {
  readonly factor: number;
  readonly lowFreqFactor: number;
  readonly highFreqFactor: number;
  readonly originalContext: number;
}

const SETTINGS = {
  type: maybe(v.string()),
  rope_type: maybe(v.string()),
  rope_theta: maybe(positive),
  partial_rotary_factor: maybe(fraction),
  factor: maybe(positive),
  low_freq_factor: maybe(positive),
  high_freq_factor: maybe(positive),
  original_max_position_embeddings: maybe(tokens),
};
const Own = v.looseObject(SETTINGS);

/** Blocks whose attention is full and those where it slides may have settings of their own, as transformers 5 nests them. */
const Rope = v.looseObject({ ...SETTINGS, full_attention: maybe(Own), sliding_attention: maybe(Own) });
type Own = v.InferOutput<typeof Own>;

/** The keys of transformers 4 and, in `rope_parameters`, of 5. */
export const ROPE_KEYS = {
  rope_theta: maybe(positive),
  rope_scaling: maybe(Rope),
  rope_parameters: maybe(Rope),
  partial_rotary_factor: maybe(fraction),
};

type RopeKeys = v.InferOutput<v.ObjectSchema<typeof ROPE_KEYS, undefined>>;

/** What the keys say of heads of `headDim` channels. `share`: of the channels that turn, where the config names none. */
export function ropeFacts(raw: RopeKeys, headDim: number, { share = 1, theta = 10_000 } = {}) {
  const rope = { ...settingsOf(raw.rope_scaling), ...settingsOf(raw.rope_parameters) };
  const rotaryDim = Math.floor(headDim * (rope.partial_rotary_factor ?? raw.partial_rotary_factor ?? share));
  if (rotaryDim % 2 !== 0)
    throw invalid(`${rotaryDim} rotary channels of ${headDim} cannot be paired: the number is odd`);
  return { rotaryDim, ropeTheta: rope.rope_theta ?? raw.rope_theta ?? theta, ropeScaling: scalingOf(rope) };
}

/** The settings of all blocks. Throws `config-invalid` where those of some blocks differ from those of others. */
function settingsOf(raw: RopeKeys['rope_parameters']): Own {
  const { full_attention: full, sliding_attention: sliding, ...own } = raw ?? {};
  const nested = Object.entries(own).find(([, value]) => typeof value === 'object' && value && !Array.isArray(value));
  if (nested) {
    throw invalid(
      `rope settings for "${nested[0].slice(0, 60)}" are not understood`,
      'Choose a model whose blocks all turn positions alike.',
    );
  }
  if (full && sliding && JSON.stringify(full) !== JSON.stringify(sliding)) {
    throw invalid(
      'rope_parameters differ between full_attention and sliding_attention, which is not supported',
      'Choose a model whose blocks all turn positions alike.',
    );
  }
  return { ...own, ...(full ?? sliding) };
}

function scalingOf(rope: Own): Llama3Scaling | undefined {
  const type = rope.rope_type ?? rope.type;
  if (!type && rope.factor) {
    throw invalid(
      `rope_scaling has a factor of ${rope.factor} and no type: how positions are stretched is not said`,
      'Add its "rope_type", as the model was trained, or take rope_scaling out.',
    );
  }
  if (!type || type === 'default') return undefined;
  const unsupported = 'Use a model of the same family without stretched positions.';
  if (type !== 'llama3')
    throw invalid(`rope type ${shown(type)} is not supported (only "default" and "llama3")`, unsupported);
  const need = (key: 'factor' | 'low_freq_factor' | 'high_freq_factor' | 'original_max_position_embeddings') => {
    const value = rope[key];
    if (value === undefined || value === null) throw invalid(`the rope type "llama3" needs ${key}, which is missing`);
    return value;
  };
  const scaling = {
    factor: need('factor'),
    lowFreqFactor: need('low_freq_factor'),
    highFreqFactor: need('high_freq_factor'),
    originalContext: need('original_max_position_embeddings'),
  };
  if (scaling.highFreqFactor <= scaling.lowFreqFactor) {
    throw invalid(`high_freq_factor ${scaling.highFreqFactor} is not above low_freq_factor ${scaling.lowFreqFactor}`);
  }
  return scaling;
}

/** `theta^(-2i/dim)`, stretched as Llama 3 does where the config says so (transformers, `_compute_llama3_parameters`). */
export function rotaryFrequencies(facts: {
  readonly rotaryDim: number;
  readonly ropeTheta: number;
  readonly ropeScaling?: Llama3Scaling;
}): number[] {
  const { rotaryDim, ropeTheta, ropeScaling } = facts;
  const plain = Array.from({ length: rotaryDim / 2 }, (_, i) => ropeTheta ** ((-2 * i) / rotaryDim));
  return ropeScaling ? plain.map((f) => stretched(f, ropeScaling)) : plain;
}

function stretched(frequency: number, s: Llama3Scaling): number {
  const turns = (s.originalContext * frequency) / (2 * Math.PI); // over the original context
  if (turns > s.highFreqFactor) return frequency;
  if (turns < s.lowFreqFactor) return frequency / s.factor;
  const smooth = (turns - s.lowFreqFactor) / (s.highFreqFactor - s.lowFreqFactor);
  return (1 - smooth) * (frequency / s.factor) + smooth * frequency;
}
