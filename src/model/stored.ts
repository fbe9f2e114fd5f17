import type { TensorInfo, TensorMap } from '../formats/tensor';
import type { ModelConfig } from './config';
import { describe, layoutOf } from './describe';
import { formatList } from './drop-lists';
import { unusedTensors } from './missing-tensors';
import type { ModelSpec } from './spec';
import { headOf, settleHead } from './stored-head';
import { underTheirNames } from './stored-names';
import type { Sublayer } from './units';

/** A model as its files have it, and what a person should know of how they were read. */
export interface StoredModel {
  readonly spec: ModelSpec;
  /** Under the names that `spec` gives them. */
  readonly tensors: TensorMap;
  readonly notes: readonly string[];
  /** Sublayers that the config lists as dropped. */
  readonly listedAsDropped: readonly Sublayer[];
}

/**
 * The model that a config and the tensors of its files make, also where the two do not quite agree: names under a prefix, a
 * head that is stored or not, tensors that nothing reads. Throws what `describe` throws.
 */
export async function describeStored(
  config: ModelConfig,
  stored: TensorMap,
  signal?: AbortSignal,
): Promise<StoredModel> {
  const named = underTheirNames(stored, (tensors) => layoutOf(config, tensors).shapes.keys());
  const { config: settled, tensors, note } = await settleHead(config, named, signal);
  const spec = describe(settled, tensors);
  const listed =
    config.listedAsDropped.length > 0 &&
    `config.json lists layers as dropped, as LLM-Drop does: ${formatList(config.listedAsDropped)}. They are not dropped until you drop them.`;
  return {
    spec,
    tensors,
    listedAsDropped: config.listedAsDropped,
    notes: [...config.notes, note, unusedTensors(spec.shapes, tensors, config), listed].filter(
      (n) => typeof n === 'string',
    ),
  };
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
