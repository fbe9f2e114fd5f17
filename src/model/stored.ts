import type { TensorInfo, TensorMap } from '../formats/tensor';
import type { ModelConfig } from './config';
import { describe, layoutOf } from './describe';
import { formatList } from './drop-lists';
import { unusedTensors } from './missing-tensors';
import { atPrecision, type Precision } from './precision';
import type { ModelSpec } from './spec';
import { headOf, settleHead } from './stored-head';
import { underTheirNames } from './stored-names';
import type { Sublayer } from './units';
import { widenStored } from './widen-stored';

/** A model as its files have it, and what a person should know of how they were read. */
export interface StoredModel {
  readonly spec: ModelSpec;
  /** Under the names that `spec` gives them. */
  readonly tensors: TensorMap;
  readonly notes: readonly string[];
  /** Sublayers that the config lists as dropped. */
  readonly listedAsDropped: readonly Sublayer[];
  /** The same as it is published, where its weights are made smaller while loading. */
  readonly published?: Pick<StoredModel, 'spec' | 'tensors'>;
}

/**
 * The model that a config and the tensors of its files make, also where the two do not quite agree: names under a prefix, a
 * head that is stored or not, tensors that nothing reads. `precision`: what its matrices are made of. Throws what `describe` throws.
 */
export async function describeStored(
  config: ModelConfig,
  stored: TensorMap,
  signal?: AbortSignal,
  precision: Precision = 'published',
): Promise<StoredModel> {
  const renamed = underTheirNames(stored, (tensors) => layoutOf(config, tensors).shapes.keys());
  const named = widenStored(withHead(config, renamed), renamed, config.fp8Block);
  const { config: settled, tensors, note } = await settleHead(config, named.tensors, signal);
  const spec = describe(settled, tensors);
  const made = atPrecision(spec, tensors, precision);
  const listed =
    config.listedAsDropped.length > 0 &&
    `config.json lists layers as dropped, as LLM-Drop does: ${formatList(config.listedAsDropped)}. They are not dropped until you drop them.`;
  return {
    ...(made === tensors
      ? { spec, tensors }
      : { spec: describe({ ...settled, ffnWidth: spec.ffnWidth }, made), tensors: made, published: { spec, tensors } }),
    listedAsDropped: config.listedAsDropped,
    notes: [...config.notes, ...named.notes, note, unusedTensors(spec.shapes, tensors, config), listed].filter(
      (n) => typeof n === 'string',
    ),
  };
}

/** The shapes of a layout, and of the output head that may be stored though the config ties it. */
function withHead(config: ModelConfig, tensors: TensorMap): ReadonlyMap<string, readonly number[]> {
  const { shapes, vocabulary, width } = layoutOf(config, tensors);
  return new Map([...shapes, [headOf(config, tensors), [vocabulary, width]]]);
}

/** Of tensors that are told of by their names alone, those that the model of a config cannot do without. */
export function neededOf(config: ModelConfig, listed: Iterable<string>): ReadonlySet<string> {
  const known = new Map<string, TensorInfo>();
  for (const name of listed) known.set(name, { name, dtype: '', shape: [], source: NOWHERE, start: 0, end: 0 });
  const named = underTheirNames(known, (tensors) => layoutOf(config, tensors).shapes.keys());
  const wanted = [...layoutOf(config, named).shapes.keys(), headOf(config, named)];
  return new Set(wanted.flatMap((name) => named.get(name)?.name ?? []));
}

const NOWHERE = { name: '', size: 0, read: async () => new Uint8Array() };
