import { LopperError } from '../../errors';
import type { ByteProgress, ModelFiles } from '../../formats/bytes';
import { fingerprint } from '../../formats/fingerprint';
import { whatElse } from '../../formats/not-a-model';
import { openWeights } from '../../formats/safetensors';
import type { TensorInfo, TensorMap } from '../../formats/tensor';
import { type ModelConfig, parseConfig } from '../../model/config';
import type { ModelSpec } from '../../model/spec';
import { describeStored, neededOf, type StoredModel } from '../../model/stored';
import type { Sublayer } from '../../model/units';
import { countParameters, kvBytesPerTokenPerBlock } from '../../pruning/savings';
import type { ModelFacts } from '../contract';

/** What a model is, from its config and its weights' headers: as fast for a large one as for a small one. */
export async function describeModel(files: ModelFiles, signal?: AbortSignal): Promise<ModelFacts> {
  const config = await readConfig(files, signal);
  const read = await readHeaders(config, { ...files, open: files.peek ?? files.open }, signal);
  return factsOf({ ...read, files, hasTokenizer: await files.has('tokenizer.json', signal) });
}

/** Opens a model's weights, downloading what is not here yet, and reads their headers. Throws what they throw. */
export async function readHeaders(
  config: ModelConfig,
  files: ModelFiles,
  signal?: AbortSignal,
  onBytes?: (progress: ByteProgress) => void,
): Promise<StoredModel & { readonly fingerprint: string }> {
  let spare: readonly string[] = [];
  const stored = await openWeights(files, signal, onBytes, {
    needs: (listed) => neededOf(config, listed),
    onSpare: (names) => {
      spare = names;
    },
  });
  const read = await describeStored(config, stored, signal);
  return {
    ...read,
    notes: spare.length > 0 ? [...read.notes, listedInVain(spare)] : read.notes,
    fingerprint: await fingerprint(stored, signal),
  };
}

const listedInVain = ([first, ...others]: readonly string[]): string =>
  `The index lists ${first}${others.length > 0 ? ` and ${others.length} more tensors` : ''}, which ${
    others.length > 0 ? 'are' : 'is'
  } not there; this model computes without.`;

/** Reads a model's config; a folder without one may be something else that can be named. */
export async function readConfig(files: ModelFiles, signal?: AbortSignal): Promise<ModelConfig> {
  try {
    return parseConfig(await files.text('config.json', signal));
  } catch (error) {
    if (!(error instanceof LopperError) || error.code !== 'file-missing') throw error;
    throw (await whatElse(files, signal)) ?? error;
  }
}

function bytesByType(tensors: readonly TensorInfo[]): Record<string, number> {
  const bytes: Record<string, number> = {};
  for (const { dtype, start, end } of tensors) bytes[dtype] = (bytes[dtype] ?? 0) + end - start;
  return bytes;
}

/** A model's facts, once its files are read. */
export function factsOf(read: {
  readonly files: ModelFiles;
  readonly spec: ModelSpec;
  readonly tensors: TensorMap;
  readonly fingerprint: string;
  readonly hasTokenizer: boolean;
  readonly notes: readonly string[];
  readonly listedAsDropped: readonly Sublayer[];
}): ModelFacts {
  const { files, spec, tensors, fingerprint, hasTokenizer, notes, listedAsDropped } = read;
  const { architecture, modelType, blocks, width, heads, kvHeads, vocabulary, context, dtype } = spec;
  const used = [...spec.shapes.keys()].map((name) => tensors.get(name)!);
  return {
    id: files.id,
    revision: files.revision,
    ...{ architecture, modelType, blocks, width, heads, kvHeads, vocabulary, context, dtype },
    ...countParameters(spec),
    kvBytesPerTokenPerBlock: kvBytesPerTokenPerBlock(spec, Float32Array.BYTES_PER_ELEMENT),
    fingerprint,
    hasTokenizer,
    weightBytes: used.reduce((sum, { start, end }) => sum + end - start, 0),
    storedBytes: bytesByType(used),
    ...(notes.length > 0 && { notes }),
    ...(listedAsDropped.length > 0 && { listedAsDropped }),
  };
}

/** With what else a person should know of how the files were had. */
export function withNotes<F extends ModelFacts>(facts: F, more: readonly string[]): F {
  const notes = [...(facts.notes ?? []), ...more];
  return notes.length > 0 ? { ...facts, notes } : facts;
}
