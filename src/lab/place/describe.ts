import { LopperError } from '../../errors';
import type { ByteProgress, ModelFiles } from '../../formats/bytes';
import { fingerprint } from '../../formats/fingerprint';
import { whatElse } from '../../formats/not-a-model';
import { openWeights } from '../../formats/safetensors';
import { sha256Of } from '../../formats/sha256';
import type { TensorInfo, TensorMap } from '../../formats/tensor';
import { type ModelConfig, parseConfig } from '../../model/config';
import { atPrecision, MADE_OF, type Precision } from '../../model/precision';
import type { ModelSpec } from '../../model/spec';
import { describeStored, neededOf, type StoredModel } from '../../model/stored';
import type { Sublayer } from '../../model/units';
import { countParameters, kvBytesPerTokenPerBlock } from '../../pruning/savings';
import type { ModelFacts } from '../contract';

/** What a model is, from its config and its weights' headers: as fast for a large one as for a small one. */
export async function describeModel(
  files: ModelFiles,
  signal?: AbortSignal,
  precision?: Precision,
): Promise<ModelFacts> {
  const config = await readConfig(files, signal);
  const read = await readHeaders(config, { ...files, open: files.peek ?? files.open }, { signal, precision });
  return factsOf({ ...read, files, hasTokenizer: await files.has('tokenizer.json', signal) });
}

/** Opens a model's weights, downloading what is not here yet, and reads their headers. Throws what they throw. */
export async function readHeaders(
  config: ModelConfig,
  files: ModelFiles,
  { signal, onBytes, precision }: ReadOptions,
): Promise<StoredModel & { readonly fingerprint: string }> {
  let spare: readonly string[] = [];
  const stored = await openWeights(files, signal, onBytes, {
    needs: (listed) => neededOf(config, listed),
    onSpare: (names) => {
      spare = names;
    },
  });
  const read = await describeStored(config, stored, signal, precision);
  const own = await fingerprint(stored, signal);
  return {
    ...read,
    notes: [
      ...read.notes,
      ...(spare.length > 0 ? [listedInVain(spare)] : []),
      ...(precision && precision !== 'published' && !read.published ? [ALREADY_SMALL] : []),
    ],
    // Numbers of one precision are not those of another: nothing takes one for the other.
    fingerprint: read.published ? await sha256Of(new TextEncoder().encode(`${own} ${precision}`)) : own,
  };
}

/** How a model's files are read. */
export interface ReadOptions {
  readonly signal?: AbortSignal;
  readonly onBytes?: (progress: ByteProgress) => void;
  /** What matrices are made of; default as published. */
  readonly precision?: Precision;
}

const ALREADY_SMALL = 'Its matrices are stored in blocks already, or cannot be: they stay as they are published.';

const listedInVain = ([first, ...others]: readonly string[]): string =>
  `The index lists ${first}${others.length > 0 ? ` and ${others.length} more tensors` : ''}, which ${
    others.length > 0 ? 'are' : 'is'
  } not there; this model computes without.`;

/** Reads a model's config; a folder without one may be something else that can be named. A GGUF says itself what it lacks. */
export async function readConfig(files: ModelFiles, signal?: AbortSignal): Promise<ModelConfig> {
  try {
    return parseConfig(await files.text('config.json', signal));
  } catch (error) {
    if (!(error instanceof LopperError) || error.code !== 'file-missing' || files.gguf) throw error;
    throw (await whatElse(files, signal)) ?? error;
  }
}

const usedOf = ({ spec, tensors }: Pick<StoredModel, 'spec' | 'tensors'>): TensorInfo[] =>
  [...spec.shapes.keys()].map((name) => tensors.get(name)!);

const bytesOf = (tensors: readonly TensorInfo[]): number =>
  tensors.reduce((sum, { start, end }) => sum + end - start, 0);

/** Bytes at every precision; undefined where weights stay as they are. */
function bytesAt({ spec, tensors }: Pick<StoredModel, 'spec' | 'tensors'>): ModelFacts['bytesAt'] {
  const at = (precision: Precision) => bytesOf(usedOf({ spec, tensors: atPrecision(spec, tensors, precision) }));
  const [published, q8, q4] = [at('published'), at('q8'), at('q4')];
  return q8 < published ? { published, q8, q4 } : undefined;
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
  readonly published?: Pick<StoredModel, 'spec' | 'tensors'>;
}): ModelFacts {
  const { files, spec, tensors, fingerprint, hasTokenizer, notes, listedAsDropped } = read;
  const { architecture, modelType, blocks, width, heads, kvHeads, vocabulary, context, dtype } = spec;
  const used = usedOf({ spec, tensors });
  const at = bytesAt(read.published ?? { spec, tensors });
  return {
    id: files.id,
    revision: files.revision,
    ...{ architecture, modelType, blocks, width, heads, kvHeads, vocabulary, context, dtype },
    ...countParameters(spec),
    kvBytesPerTokenPerBlock: kvBytesPerTokenPerBlock(spec, Float32Array.BYTES_PER_ELEMENT),
    fingerprint,
    hasTokenizer,
    weightBytes: bytesOf(used),
    storedBytes: bytesByType(used),
    ...(at && { bytesAt: at }),
    ...(read.published !== undefined && { precision: spec.dtype.startsWith(MADE_OF.q8) ? 'q8' : 'q4' }),
    ...(notes.length > 0 && { notes }),
    ...(listedAsDropped.length > 0 && { listedAsDropped }),
  };
}

/** With what else a person should know of how the files were had. */
export function withNotes<F extends ModelFacts>(facts: F, more: readonly string[]): F {
  const notes = [...(facts.notes ?? []), ...more];
  return notes.length > 0 ? { ...facts, notes } : facts;
}
