import { LopperError } from '../../errors';
import type { ByteSource } from '../bytes';
import { bytesOf, DTYPES, isDtype } from '../dtypes';
import { refuseImpostor } from '../sniff';
import type { TensorInfo } from '../tensor';
import { Bytes, CutShort } from './reader';
import { typeName } from './types';

/** A value of a GGUF's metadata: a number, a truth, a text, or a list of such. */
export type Value = number | boolean | string | readonly Value[];
export type Metadata = ReadonlyMap<string, Value>;

/** What one .gguf says of itself, and where its tensors lie. */
export interface Container {
  readonly version: number;
  readonly metadata: Metadata;
  /** By their names in the file, in their order; a type that is not computed with is listed too. */
  readonly tensors: readonly TensorInfo[];
}

/** The first look; a header that goes on is read again, twice as far. A vocabulary of 49 k takes 1.8 MB, one of 128 k 5 to 8. */
const FIRST_BYTES = 2 ** 21;
const MAX_HEADER_BYTES = 2 ** 28;
const MAX_RANK = 4;
const MAX_DEPTH = 4;

/** The least that a pair of metadata and a tensor can take: what counts are held against. */
const LEAST_PAIR = 8 + 4 + 1;
const LEAST_TENSOR = 8 + 4 + 4 + 8;

export const corrupt = (file: string, what: string): LopperError =>
  new LopperError(
    'gguf-corrupt',
    `${file} is not a sound GGUF file: ${what}.`,
    'Download or copy the file again; if that does not help, the published file itself is broken.',
  );

/**
 * Reads the header of one .gguf, of version 2 or 3 (ggml's `docs/gguf.md`), and checks that its tensors lie apart and
 * within the file. Nothing is allocated by a count that the file has no room for. Throws `gguf-corrupt`,
 * `not-a-model-file` for a web page or a git-LFS pointer, and `dtype-unsupported` for versions that nothing writes now.
 */
export async function readContainer(source: ByteSource, signal?: AbortSignal): Promise<Container> {
  const { name, size } = source;
  for (let length = Math.min(size, FIRST_BYTES); ; length = Math.min(size, 2 * length)) {
    const bytes = await source.read(0, length, signal);
    refuseImpostor(name, bytes);
    try {
      return parse(new Bytes(bytes, size), source);
    } catch (error) {
      if (!(error instanceof CutShort)) throw error;
      if (error.needed > size) throw corrupt(name, `${error.message}, but it has only ${size}: it is cut short`);
      if (length >= MAX_HEADER_BYTES) throw corrupt(name, `its header goes on for more than ${length} bytes`);
    }
  }
}

function parse(bytes: Bytes, source: ByteSource): Container {
  const fail = (what: string) => corrupt(source.name, what);
  const magic = bytes.text(4);
  if (magic !== 'GGUF') throw fail(`it begins with ${JSON.stringify(magic)} and not with "GGUF"`);
  const version = bytes.u32();
  checkVersion(source.name, version);
  const tensors = bytes.count(LEAST_TENSOR);
  const pairs = bytes.count(LEAST_PAIR);
  const metadata = new Map<string, Value>();
  for (let i = 0; i < pairs; i++) {
    const key = bytes.string();
    if (metadata.has(key)) throw fail(`its metadata has ${shortened(key)} twice`);
    metadata.set(key, readValue(bytes, bytes.u32(), key, fail));
  }
  const infos = Array.from({ length: tensors }, () => readInfo(bytes, fail));
  const alignment = metadata.get('general.alignment') ?? 32;
  if (typeof alignment !== 'number' || !(alignment > 0) || alignment % 8 !== 0) {
    throw fail(`its alignment is ${alignment}, not a multiple of 8`);
  }
  const dataStart = Math.ceil(bytes.at / alignment) * alignment;
  return { version, metadata, tensors: place(infos, dataStart, alignment, source, fail) };
}

function checkVersion(file: string, version: number): void {
  if (version === 2 || version === 3) return;
  const bigEndian = version === 0x02000000 || version === 0x03000000;
  if (!bigEndian && version !== 1) throw corrupt(file, `its version is ${version}; 2 and 3 are known`);
  throw new LopperError(
    'dtype-unsupported',
    `${file} is a GGUF ${bigEndian ? 'for big-endian machines' : 'of version 1'}, which Lopper does not read.`,
    'Get the file in version 3, little-endian, as nearly all are published.',
  );
}

type Fail = (what: string) => LopperError;

function readValue(bytes: Bytes, type: number, key: string, fail: Fail, depth = 0): Value {
  const scalar = SCALARS[type];
  if (scalar) return scalar(bytes);
  if (type !== ARRAY) throw fail(`the value of ${shortened(key)} is of type ${type}, which there is not`);
  if (depth === MAX_DEPTH) throw fail(`the lists of ${shortened(key)} are nested more than ${MAX_DEPTH} deep`);
  const inner = bytes.u32();
  const length = bytes.count(LEAST[inner] ?? 1);
  return Array.from({ length }, () => readValue(bytes, inner, key, fail, depth + 1));
}

const ARRAY = 9;
const SCALARS: Readonly<Record<number, (bytes: Bytes) => Value>> = {
  0: (b) => b.u8(),
  1: (b) => b.i8(),
  2: (b) => b.u16(),
  3: (b) => b.i16(),
  4: (b) => b.u32(),
  5: (b) => b.i32(),
  6: (b) => b.f32(),
  7: (b) => b.u8() !== 0,
  8: (b) => b.string(),
  10: (b) => b.u64(),
  11: (b) => b.i64(),
  12: (b) => b.f64(),
};
/** Bytes that an item of a list takes at least. */
const LEAST: Readonly<Record<number, number>> = { 2: 2, 3: 2, 4: 4, 5: 4, 6: 4, 8: 8, 9: 12, 10: 8, 11: 8, 12: 8 };

interface Info {
  readonly name: string;
  readonly shape: readonly number[];
  readonly dtype: string;
  readonly offset: number;
}

function readInfo(bytes: Bytes, fail: Fail): Info {
  const name = bytes.string();
  const rank = bytes.u32();
  if (rank > MAX_RANK) throw fail(`tensor ${shortened(name)} has ${rank} dimensions`);
  const shape = Array.from({ length: rank }, () => bytes.u64()).reverse(); // the fastest comes first in the file
  const elements = shape.reduce((product, n) => product * n, 1);
  if (!Number.isSafeInteger(elements)) throw fail(`tensor ${shortened(name)} has an impossible shape, [${shape}]`);
  return { name, shape, dtype: typeName(bytes.u32()), offset: bytes.u64() };
}

/** Where the tensors lie. They may have gaps between them, for their alignment; they may not overlap. */
function place(
  infos: readonly Info[],
  dataStart: number,
  alignment: number,
  source: ByteSource,
  fail: Fail,
): TensorInfo[] {
  const names = new Set<string>();
  const placed = infos.map(({ name, shape, dtype, offset }): TensorInfo => {
    if (names.has(name)) throw fail(`it has the tensor ${shortened(name)} twice`);
    names.add(name);
    if (offset % alignment !== 0) {
      throw fail(`tensor ${shortened(name)} begins at ${offset}, which is no multiple of the alignment ${alignment}`);
    }
    const start = dataStart + offset;
    const end = start + sizeOf(name, shape, dtype, fail);
    if (end > source.size) {
      throw fail(`tensor ${shortened(name)} ends at byte ${end}, but the file has ${source.size}: it is cut short`);
    }
    return { name, dtype, shape, source, start, end };
  });
  const inOrder = [...placed].sort((a, b) => a.start - b.start || a.end - b.end);
  for (const [i, tensor] of inOrder.entries()) {
    const before = inOrder[i - 1];
    if (before && tensor.start < before.end) {
      throw fail(`tensors ${shortened(before.name)} and ${shortened(tensor.name)} overlap`);
    }
  }
  return placed;
}

/** Bytes of a tensor. Of a type that is not computed with nothing is known but its name, and nothing is read. */
function sizeOf(name: string, shape: readonly number[], dtype: string, fail: Fail): number {
  if (!isDtype(dtype)) return 0;
  const elements = shape.reduce((product, n) => product * n, 1);
  const block = DTYPES[dtype].elements;
  if ((shape.at(-1) ?? 1) % block !== 0) {
    throw fail(`rows of ${shape.at(-1)} numbers of ${shortened(name)} do not fill ${dtype}'s blocks of ${block}`);
  }
  return bytesOf(dtype, elements);
}

const shortened = (name: string): string => (name.length > 80 ? `${name.slice(0, 80)}…` : name);
