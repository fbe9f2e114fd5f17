import { LopperError, throwIfCancelled } from '../errors';
import { shown } from '../json';
import type { ByteProgress, ByteSource, ModelFiles } from './bytes';
import { isDtype } from './dtypes';
import { parseObject, repeatedKey } from './json';
import { whatElse } from './not-a-model';
import { readStateDict } from './pytorch/state-dict';
import { corrupt as corruptPyTorch } from './pytorch/trouble';
import { refuseImpostor, SNIFF_BYTES } from './sniff';
import type { TensorInfo, TensorMap } from './tensor';

/** A 7B model's header takes about 100 KB; one this long is a mistake or an attack. */
const MAX_HEADER_BYTES = 25_000_000;
const MAX_RANK = 8;
const PREFIX_BYTES = 8;

/** Bits of one element, for the dtypes the format defines. */
const DTYPE_BITS: ReadonlyMap<string, number> = new Map([
  ...['BOOL', 'U8', 'I8', 'F8_E4M3', 'F8_E5M2', 'F8_E8M0', 'F8_E4M3FNUZ', 'F8_E5M2FNUZ'].map((d) => [d, 8] as const),
  ...['U16', 'I16', 'F16', 'BF16'].map((d) => [d, 16] as const),
  ...['U32', 'I32', 'F32'].map((d) => [d, 32] as const),
  ...['U64', 'I64', 'F64', 'C64'].map((d) => [d, 64] as const),
  ['F4', 4],
  ['F6_E2M3', 6],
  ['F6_E3M2', 6],
]);

const corrupt = (file: string, what: string): LopperError =>
  new LopperError(
    'safetensors-corrupt',
    `${file} is not a sound safetensors file: ${what}.`,
    'Download or copy the file again; if that does not help, the published file itself is broken.',
  );

/**
 * Reads the header of one safetensors file (https://github.com/huggingface/safetensors#format) and checks that its
 * tensors cover the rest of the file exactly once. Throws `safetensors-corrupt`, or `not-a-model-file` for a web page
 * or a git-LFS pointer. Tensors of an unknown dtype are listed: a model that needs one is refused.
 */
export async function parseHeader(source: ByteSource, signal?: AbortSignal): Promise<TensorInfo[]> {
  return (await readHeader(source, signal)).tensors;
}

/** What `parseHeader` reads, and the file's `__metadata__`, of which what is no text is left out. */
export async function readHeader(
  source: ByteSource,
  signal?: AbortSignal,
): Promise<{ tensors: TensorInfo[]; metadata: ReadonlyMap<string, string> }> {
  const { name, size } = source;
  const head = await source.read(0, Math.min(size, SNIFF_BYTES), signal);
  refuseImpostor(name, head);
  if (size < PREFIX_BYTES) throw corrupt(name, `it has ${size} bytes, fewer than the ${PREFIX_BYTES} of its prefix`);
  const length = new DataView(head.buffer, head.byteOffset).getBigUint64(0, true);
  if (length > MAX_HEADER_BYTES) {
    throw corrupt(name, `its header claims ${length} bytes, more than the ${MAX_HEADER_BYTES} allowed`);
  }
  const dataStart = PREFIX_BYTES + Number(length);
  if (dataStart > size) {
    throw corrupt(name, `its header claims ${length} bytes, but the file has only ${size}: it is cut short`);
  }
  const bytes = await source.read(PREFIX_BYTES, dataStart, signal);
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw corrupt(name, 'its header is not UTF-8 text');
  }
  const header = parseObject(text, `The header of ${name}`, 'safetensors-corrupt');
  const twice = repeatedKey(text);
  if (twice !== undefined) throw corrupt(name, `its header names ${twice.slice(0, 200)} twice`);
  const { __metadata__: told } = header;
  delete header.__metadata__;

  const tensors = Object.entries(header).map(([tensor, entry]) => readEntry(source, dataStart, tensor, entry));
  checkCoverage(source, dataStart, tensors);
  const texts = Object.entries(told ?? {}).filter((entry): entry is [string, string] => typeof entry[1] === 'string');
  return { tensors, metadata: new Map(texts) };
}

function readEntry(source: ByteSource, dataStart: number, name: string, entry: unknown): TensorInfo {
  const fail = (what: string) => corrupt(source.name, `tensor ${name} ${what}`);
  if (entry === null || typeof entry !== 'object') throw fail('is not described by an object');
  const { dtype, shape, data_offsets: offsets } = entry as Record<string, unknown>;
  if (typeof dtype !== 'string') throw fail('has no dtype');
  if (!isCounts(shape) || shape.length > MAX_RANK) throw fail(`has an impossible shape, ${shown(shape)}`);
  if (!isCounts(offsets) || offsets.length !== 2 || offsets[0]! > offsets[1]!) {
    throw fail(`has impossible data_offsets, ${shown(offsets)}`);
  }
  const elements = shape.reduce((product, n) => product * n, 1);
  if (!Number.isSafeInteger(elements)) throw fail(`has an impossible shape, ${shown(shape)}`);
  const [start, end] = offsets as [number, number];
  const bits = DTYPE_BITS.get(dtype);
  if (bits !== undefined && elements * bits !== (end - start) * 8) {
    throw fail(`of shape [${shape}] and dtype ${dtype} takes ${(elements * bits) / 8} bytes, not ${end - start}`);
  }
  // A name that only GGUF knows would be believed further on, with a length that nobody has checked.
  if (bits === undefined && isDtype(dtype)) throw fail(`is of dtype ${dtype}, which safetensors does not have`);
  return { name, dtype, shape, source, start: dataStart + start, end: dataStart + end };
}

const isCounts = (value: unknown): value is number[] =>
  Array.isArray(value) && value.every((n) => Number.isSafeInteger(n) && n >= 0);

/** The format allows neither holes nor overlaps, so that a file cannot hide bytes or read one tensor as another. */
function checkCoverage(source: ByteSource, dataStart: number, tensors: readonly TensorInfo[]): void {
  let position = dataStart;
  let previous = 'the header';
  for (const tensor of [...tensors].sort((a, b) => a.start - b.start || a.end - b.end)) {
    const { name, start, end } = tensor;
    if (start < position) throw corrupt(source.name, `tensors ${previous} and ${name} overlap`);
    if (start > position) {
      throw corrupt(source.name, `there is a hole of ${start - position} bytes between ${previous} and ${name}`);
    }
    if (end > source.size) {
      throw corrupt(
        source.name,
        `tensor ${name} ends at byte ${end}, but the file has ${source.size}: it is cut short`,
      );
    }
    position = end;
    previous = name;
  }
  if (position !== source.size) {
    throw corrupt(source.name, `${source.size - position} bytes follow the last tensor`);
  }
}

/** The forms in which weights lie in a folder, the one that is taken where there are several first. */
const FORMS = [
  {
    file: 'model.safetensors',
    index: 'model.safetensors.index.json',
    kind: 'safetensors',
    shard: /^[^/\\:?#%\p{Cs}]+\.safetensors$/u,
    read: parseHeader,
    corrupt,
  },
  {
    file: 'pytorch_model.bin',
    index: 'pytorch_model.bin.index.json',
    kind: 'PyTorch',
    shard: /^[^/\\:?#%\p{Cs}]+\.bin$/u,
    read: readStateDict,
    corrupt: corruptPyTorch,
  },
] as const;
type Form = (typeof FORMS)[number];

/**
 * The tensors of a model: those of `model.safetensors`, else of the shards that `model.safetensors.index.json` names,
 * opened one at a time; where there is neither, of `pytorch_model.bin` or the shards of its index. What the index lists
 * and is not there counts where it is among what `needs` makes of all listed; what is not there beside that is left out,
 * and told of as `spare`. Throws `file-missing`, `safetensors-corrupt` and its like, `tensor-missing` (named in the index
 * but not in its shard) and what opening a file throws.
 */
export async function openWeights(
  files: ModelFiles,
  signal?: AbortSignal,
  onProgress?: (p: ByteProgress) => void,
  { needs = (listed) => new Set(listed), onSpare }: IndexNeeds = {},
): Promise<TensorMap> {
  if (files.tensors) return files.tensors(files.open, signal, onProgress);
  for (const form of FORMS) {
    if (await files.has(form.file, signal)) {
      const source = await files.open(form.file, signal, onProgress);
      return new Map((await form.read(source, signal)).map((t) => [t.name, t]));
    }
    if (await files.has(form.index, signal)) return openShards(form, files, signal, onProgress, { needs, onSpare });
  }
  throw await noWeights(files, signal);
}

async function openShards(
  form: Form,
  files: ModelFiles,
  signal: AbortSignal | undefined,
  onProgress: ((p: ByteProgress) => void) | undefined,
  { needs, onSpare }: Required<Pick<IndexNeeds, 'needs'>> & IndexNeeds,
): Promise<TensorMap> {
  const index = readIndex(form, await files.text(form.index, signal));
  const needed = needs([...index.keys()]);
  const shards = [...new Set(index.values())].sort();
  const tensors = new Map<string, TensorInfo>();
  const homes = new Map<string, string>();
  const spare: string[] = [];
  for (const [i, shard] of shards.entries()) {
    throwIfCancelled(signal);
    const position = { index: i, count: shards.length };
    const listed = [...index].flatMap(([name, home]) => (home === shard ? [name] : []));
    const opened = files.open(shard, signal, (p) => onProgress?.({ ...p, shard: position }));
    const source = await (listed.some((name) => needed.has(name)) ? opened : opened.catch(unlessMissing));
    if (!source) {
      spare.push(...listed);
      continue;
    }
    for (const tensor of await form.read(source, signal)) {
      const twin = tensors.get(tensor.name);
      const home = index.get(tensor.name);
      // Of two that are stored, the index says which is meant.
      if (twin && home === undefined) throw form.corrupt(shard, `tensor ${tensor.name} is in ${twin.source.name} too`);
      if (twin && home !== shard) continue;
      tensors.set(tensor.name, tensor);
      homes.set(tensor.name, shard);
    }
    for (const name of listed) {
      if (homes.get(name) === shard) continue;
      if (needed.has(name)) throw missingFromShard(form, name, shard);
      spare.push(name);
    }
  }
  if (spare.length > 0) onSpare?.(spare);
  return tensors;
}

/** What of an index counts. */
export interface IndexNeeds {
  /** The tensors a model needs, of all that its index lists; all of them where left out. */
  needs?(listed: readonly string[]): ReadonlySet<string>;
  /** Tensors that are listed, not there and not needed. */
  onSpare?(names: readonly string[]): void;
}

function unlessMissing(error: unknown): undefined {
  if (!(error instanceof LopperError) || error.code !== 'file-missing') throw error;
}

function readIndex({ index, shard: pattern, kind, corrupt }: Form, text: string): Map<string, string> {
  const map = parseObject(text, index, 'safetensors-corrupt').weight_map;
  if (map === null || typeof map !== 'object' || Object.keys(map).length === 0) {
    throw corrupt(index, 'it has no weight_map');
  }
  const entries = Object.entries(map);
  for (const entry of entries) {
    const [tensor, shard] = entry;
    if (typeof shard === 'string') entry[1] = shard.replace(/^(\.\/)+/, '');
    // A shard is a neighbour of the index: a name that leads elsewhere is not one.
    if (typeof entry[1] !== 'string' || !pattern.test(entry[1])) {
      throw corrupt(index, `it puts tensor ${tensor} in ${shown(shard)}, which is not a ${kind} file name`);
    }
  }
  return new Map(entries as [string, string][]);
}

const missingFromShard = ({ index }: Form, tensor: string, shard: string): LopperError =>
  new LopperError(
    'tensor-missing',
    `${index} puts tensor ${tensor} in ${shard}, which does not have it.`,
    'The index and the shards are of different versions: get them all again from one place.',
  );

async function noWeights(files: ModelFiles, signal?: AbortSignal): Promise<LopperError> {
  const other = await whatElse(files, signal);
  if (other) return other;
  return new LopperError(
    'file-missing',
    `${files.id} has neither model.safetensors nor model.safetensors.index.json.`,
    'Give a model in Hugging Face layout: config.json, model.safetensors (or an index with shards), tokenizer.json.',
  );
}
