/** Reading the keys of a config.json: their checks, those that every architecture has, and what is said of wrong ones. */

import * as v from 'valibot';
import { LopperError } from '../errors';
import { shown } from '../json';
import { fp8BlockOf, QUANTISED_KEYS, refuseQuantised } from './quantised';

/** Python writes None as null: the same as leaving the key out. */
export const maybe = <T extends v.GenericSchema>(schema: T) => v.nullish(schema);

const size = (max: number) => v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(max));
const id = v.pipe(v.number(), v.integer(), v.minValue(0));
const MAX_WIDTH = 1_000_000;

export const positive = v.pipe(v.number(), v.gtValue(0), v.finite());
export const fraction = v.pipe(v.number(), v.minValue(0), v.maxValue(1));
export const width = size(MAX_WIDTH);
export const innerWidth = size(10 * MAX_WIDTH);
export const layers = size(10_000);
export const tokens = size(1e9);

const COMMON_KEYS = {
  model_type: v.string(),
  architectures: maybe(v.array(v.string())),
  vocab_size: size(100_000_000),
  tie_word_embeddings: maybe(v.boolean()),
  bos_token_id: maybe(id),
  eos_token_id: maybe(v.union([id, v.array(id)])),
  torch_dtype: maybe(v.string()),
  dtype: maybe(v.string()),
  ...QUANTISED_KEYS,
};

/** The sizes of a model, under the names that nearly all go by. */
export const SIZE_KEYS = {
  num_hidden_layers: maybe(layers),
  hidden_size: maybe(width),
  num_attention_heads: maybe(width),
  intermediate_size: maybe(innerWidth),
  max_position_embeddings: maybe(tokens),
};

type Checked<E extends v.ObjectEntries> = v.InferOutput<v.ObjectSchema<E, undefined>>;
type CommonKeys = Checked<typeof COMMON_KEYS>;
/** An architecture's own keys and those that all have, checked. */
export type Keys<E extends v.ObjectEntries> = CommonKeys & Checked<E>;

/**
 * Checks an architecture's own keys and those that all have. Throws `config-invalid`, with the key and its value, and
 * `dtype-unsupported` where the weights are quantised in a way that is not read.
 */
export function readKeys<E extends v.ObjectEntries>(own: E, config: Readonly<Record<string, unknown>>): Keys<E> {
  const parsed = v.safeParse(v.object({ ...own, ...COMMON_KEYS }), config);
  if (!parsed.success) {
    const issue = parsed.issues[0];
    const key = v.getDotPath(issue);
    if (issue.input === undefined) throw invalid(`${key} is missing`);
    throw invalid(`${key} is ${shown(issue.input, 100)}; expected ${expectation(issue)}`);
  }
  refuseQuantised(parsed.output as CommonKeys);
  return parsed.output as Keys<E>;
}

/** What would have been right, in words of our own. */
function expectation({ type, requirement }: v.BaseIssue<unknown> & { readonly requirement?: unknown }): string {
  switch (type) {
    case 'number':
    case 'finite':
      return 'a number';
    case 'integer':
      return 'a whole number';
    case 'string':
      return 'a text';
    case 'boolean':
      return 'true or false';
    case 'array':
      return 'a list';
    case 'object':
    case 'loose_object':
      return 'an object';
    case 'min_value':
      return `${requirement} or more`;
    case 'max_value':
      return `${requirement} at most`;
    case 'gt_value':
      return `more than ${requirement}`;
    default:
      return 'something else';
  }
}

/** What the keys that all have say. */
export function commonFacts(raw: CommonKeys, { tied = false } = {}) {
  const eos = raw.eos_token_id ?? [];
  return {
    vocabulary: raw.vocab_size,
    tied: raw.tie_word_embeddings ?? tied,
    bosId: raw.bos_token_id ?? undefined,
    eosIds: Array.isArray(eos) ? eos : [eos],
    dtype: raw.dtype ?? raw.torch_dtype ?? undefined,
    ...(raw.quantization_config?.weight_block_size && { fp8Block: fp8BlockOf(raw) }),
  };
}

/** A value that must be there; `key`: what the file would call it. */
export function required(value: number | null | undefined, key: string): number {
  if (value === undefined || value === null) throw invalid(`${key} is missing`);
  return value;
}

/** Channels of a head, where heads share the width evenly. */
export function split(width: number, heads: number, key: string): number {
  if (width % heads !== 0) throw invalid(`${key} ${width} does not divide into ${heads} heads`);
  return width / heads;
}

/** What is wrong with a config.json. */
export const invalid = (what: string, remedy = 'Get config.json again from where the model is published.') =>
  new LopperError('config-invalid', `config.json: ${what}.`, remedy);
