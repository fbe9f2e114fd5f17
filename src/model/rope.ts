/** Rotary positions: which channels turn, how fast, and how that is stretched for longer texts. */

import * as v from 'valibot';
import { shown } from '../json';
import type { ConfigFacts } from './architectures/architecture';
import { fraction, invalid, maybe, positive, tokens } from './config-keys';
import type { RopeScaling } from './rope-scaling';
import type { Rotary } from './spec';

const factors = v.array(positive);

const SETTINGS = {
  type: maybe(v.string()),
  rope_type: maybe(v.string()),
  rope_theta: maybe(positive),
  partial_rotary_factor: maybe(fraction),
  factor: maybe(positive),
  low_freq_factor: maybe(positive),
  high_freq_factor: maybe(positive),
  original_max_position_embeddings: maybe(tokens),
  attention_factor: maybe(positive),
  beta_fast: maybe(positive),
  beta_slow: maybe(positive),
  mscale: maybe(v.number()),
  mscale_all_dim: maybe(v.number()),
  truncate: maybe(v.boolean()),
  short_factor: maybe(factors),
  long_factor: maybe(factors),
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
  original_max_position_embeddings: maybe(tokens),
};

type RopeKeys = v.InferOutput<v.ObjectSchema<typeof ROPE_KEYS, undefined>>;

/** What the keys say of heads of `headDim` channels, in a model of `context` tokens. */
export interface RopeOptions {
  readonly context: number;
  /** Of the channels that turn, where the config names none. */
  readonly share?: number;
  readonly theta?: number;
}

export type RopeFacts = Pick<
  ConfigFacts,
  'rotaryDim' | 'ropeTheta' | 'ropeScaling' | 'localRope' | 'context' | 'notes'
>;

export function ropeFacts(raw: RopeKeys, headDim: number, options: RopeOptions): RopeFacts {
  const { share = 1, theta = 10_000 } = options;
  const [full, sliding] = settingsOf(raw);
  const rotaryDim = Math.floor(headDim * (full.partial_rotary_factor ?? raw.partial_rotary_factor ?? share));
  if (rotaryDim % 2 !== 0)
    throw invalid(`${rotaryDim} rotary channels of ${headDim} cannot be paired: the number is odd`);
  const original = full.original_max_position_embeddings ?? raw.original_max_position_embeddings ?? undefined;
  const stretched = (own: Own) => scalingOf(own, { rotaryDim, original, context: options.context });
  const facts = {
    rotaryDim,
    ropeTheta: full.rope_theta ?? raw.rope_theta ?? theta,
    ropeScaling: stretched(full),
    localRope: sliding && { theta: sliding.rope_theta ?? raw.rope_theta ?? theta, scaling: stretched(sliding) },
  };
  const { ropeScaling } = facts;
  if (typeOf(full) === 'dynamic') {
    const context = Math.min(options.context, original ?? options.context);
    const note = `Rope type "dynamic": beyond ${context} tokens positions would depend on each text's length. Up to there they do not, and no further are they run.`;
    return { ...facts, context, notes: [note] };
  }
  if (ropeScaling?.type === 'longrope' && options.context > ropeScaling.originalContext) {
    const note = `Rope type "longrope": texts of more than ${ropeScaling.originalContext} tokens turn their positions otherwise than shorter ones, so that losses at different lengths are of two settings.`;
    return { ...facts, context: options.context, notes: [note] };
  }
  return { ...facts, context: options.context };
}

/** The settings of full blocks, and those of blocks that slide where they differ. Throws `config-invalid`. */
function settingsOf(raw: RopeKeys): [full: Own, sliding: Own | undefined] {
  const own: Own = {};
  const nested: { full?: Own; sliding?: Own } = {};
  for (const given of [raw.rope_scaling, raw.rope_parameters]) {
    const { full_attention: full, sliding_attention: sliding, ...rest } = given ?? {};
    const other = Object.entries(rest).find(([, value]) => typeof value === 'object' && value && !Array.isArray(value));
    if (other) {
      throw invalid(
        `rope settings for "${other[0].slice(0, 60)}" are not understood`,
        'Choose a model whose blocks all turn positions alike, or by whether their attention slides.',
      );
    }
    Object.assign(own, rest);
    if (full) nested.full = full;
    if (sliding) nested.sliding = sliding;
  }
  const { full, sliding } = nested;
  const differ = full && sliding && JSON.stringify(full) !== JSON.stringify(sliding);
  return [{ ...own, ...(full ?? sliding) }, differ ? { ...own, ...sliding } : undefined];
}

const typeOf = (rope: Own): string | undefined => rope.rope_type ?? rope.type ?? undefined;

interface Sizes {
  readonly rotaryDim: number;
  readonly original: number | undefined;
  readonly context: number;
}

function scalingOf(rope: Own, { rotaryDim, original, context }: Sizes): RopeScaling | undefined {
  const type = typeOf(rope);
  if (!type && rope.factor) {
    throw invalid(
      `rope_scaling has a factor of ${rope.factor} and no type: how positions are stretched is not said`,
      'Add its "rope_type", as the model was trained, or take rope_scaling out.',
    );
  }
  const need = <K extends keyof typeof SETTINGS>(key: K): NonNullable<Own[K]> => {
    const value = rope[key];
    if (value === undefined || value === null) throw invalid(`the rope type "${type}" needs ${key}, which is missing`);
    return value as NonNullable<Own[K]>;
  };
  switch (type) {
    case undefined:
    case 'default':
    case 'dynamic': // within the context that it is run to
      return undefined;
    case 'linear':
      return { type, factor: need('factor') };
    case 'llama3': {
      const scaling = {
        type,
        factor: need('factor'),
        lowFreqFactor: need('low_freq_factor'),
        highFreqFactor: need('high_freq_factor'),
        originalContext: need('original_max_position_embeddings'),
      } as const;
      const { lowFreqFactor: low, highFreqFactor: high } = scaling;
      if (high <= low) throw invalid(`high_freq_factor ${high} is not above low_freq_factor ${low}`);
      return scaling;
    }
    case 'yarn': {
      const originalContext = original ?? context;
      const factor = rope.factor ?? context / originalContext;
      const [betaFast, betaSlow] = [rope.beta_fast ?? 32, rope.beta_slow ?? 1];
      if (betaFast <= betaSlow) throw invalid(`beta_fast ${betaFast} is not above beta_slow ${betaSlow}`);
      const scale = rope.attention_factor ?? yarnScale(factor, rope.mscale, rope.mscale_all_dim);
      return { type, factor, originalContext, betaFast, betaSlow, truncate: rope.truncate ?? true, scale };
    }
    case 'longrope':
    case 'su': {
      const [short, long] = [need('short_factor'), need('long_factor')];
      const wrong = [short, long].find((list) => list.length !== rotaryDim / 2);
      if (wrong) throw invalid(`longrope has ${wrong.length} factors for ${rotaryDim / 2} pairs of channels`);
      const originalContext = original ?? context;
      const factor = rope.factor ?? context / originalContext;
      const scale = factor <= 1 ? 1 : Math.sqrt(1 + Math.log(factor) / Math.log(originalContext));
      return { type: 'longrope', short, long, originalContext, scale: rope.attention_factor ?? scale };
    }
    default:
      throw invalid(
        `rope type ${shown(type)} is not supported (only "default", "linear", "dynamic", "llama3", "yarn" and "longrope")`,
        'Use a model of the same family without stretched positions.',
      );
  }
}

/** What YaRN sharpens attention by (Peng et al. 2023, equation 22), or DeepSeek's two of them, one over the other. */
function yarnScale(factor: number, mscale: Own['mscale'], all: Own['mscale_all_dim']): number {
  const of = (by: number) => (factor <= 1 ? 1 : 0.1 * by * Math.log(factor) + 1);
  return mscale && all ? of(mscale) / of(all) : of(1);
}

/** The ways in which a model turns positions: that of its blocks, and another of those that slide, where it has one. */
export function rotariesOf(
  facts: Pick<ConfigFacts, 'rotaryDim' | 'ropeTheta' | 'ropeScaling' | 'localRope' | 'context'>,
): Rotary[] {
  const { rotaryDim: dim, ropeTheta: theta, ropeScaling: scaling, localRope: local } = facts;
  if (dim === 0) return [];
  return [{ theta, scaling }, ...(local ? [local] : [])].map((rope) => rotaryOf(dim, rope, facts.context));
}

/** `theta^(-2i/dim)`, stretched where the config says so. */
function rotaryOf(
  dim: number,
  { theta, scaling }: { readonly theta: number; readonly scaling?: RopeScaling },
  context: number,
): Rotary {
  const plain = Array.from({ length: dim / 2 }, (_, i) => theta ** ((-2 * i) / dim));
  switch (scaling?.type) {
    case undefined:
      return { dim, frequencies: plain };
    case 'linear':
      return { dim, frequencies: plain.map((f) => f / scaling.factor) };
    case 'llama3':
      return { dim, frequencies: plain.map((f) => asLlama3(f, scaling)) };
    case 'yarn':
      return { dim, frequencies: asYarn(plain, theta, scaling), scale: scaling.scale };
    case 'longrope': {
      const { short, long, originalContext: beyond, scale } = scaling;
      const by = (factors: readonly number[]) => plain.map((f, i) => f / factors[i]!);
      return {
        ...{ dim, frequencies: by(short), scale },
        ...(context > beyond && { long: { beyond, frequencies: by(long) } }),
      };
    }
  }
}

type Of<T extends RopeScaling['type']> = Extract<RopeScaling, { readonly type: T }>;

/** transformers, `_compute_llama3_parameters`. */
function asLlama3(frequency: number, s: Of<'llama3'>): number {
  const turns = (s.originalContext * frequency) / (2 * Math.PI); // over the original context
  if (turns > s.highFreqFactor) return frequency;
  if (turns < s.lowFreqFactor) return frequency / s.factor;
  const smooth = (turns - s.lowFreqFactor) / (s.highFreqFactor - s.lowFreqFactor);
  return (1 - smooth) * (frequency / s.factor) + smooth * frequency;
}

/** transformers, `_compute_yarn_parameters`: pairs that turn often are kept, those that hardly do are stretched. */
function asYarn(plain: readonly number[], theta: number, s: Of<'yarn'>): number[] {
  const pairs = plain.length;
  /** The pair that turns so often over the original context. */
  const pairOf = (turns: number) => (pairs * Math.log(s.originalContext / (turns * 2 * Math.PI))) / Math.log(theta);
  const rounded = s.truncate ? [Math.floor, Math.ceil] : [(n: number) => n, (n: number) => n];
  const low = Math.max(rounded[0]!(pairOf(s.betaFast)), 0);
  const top = Math.min(rounded[1]!(pairOf(s.betaSlow)), 2 * pairs - 1);
  const high = top === low ? top + 0.001 : top;
  return plain.map((f, i) => {
    const stretched = Math.min(1, Math.max(0, (i - low) / (high - low)));
    return (f / s.factor) * stretched + f * (1 - stretched);
  });
}
