/** A pruned GGUF of a GGUF: whole blocks are gone and the rest is numbered anew; what is stored stays in its type, to the bit. */
import { LopperError, throwIfCancelled } from '../errors';
import type { ByteSource } from '../formats/byte-source';
import type { ModelFiles } from '../formats/bytes';
import { isDtype } from '../formats/dtypes';
import { readContainer } from '../formats/gguf/container';
import { Bytes, CutShort } from '../formats/gguf/reader';
import type { ModelSpec } from '../model/spec';
import { isBlockDropped, isDropped, type Mask } from '../pruning/mask';
import { ahead, piecesOf, Turns, zeros } from './checkpoint/bytes';
import type { ExportTarget } from './checkpoint/target';
import { keptBlocks } from './format';

const BLOCK = /^blk\.(\d+)\.(.*)$/;
const ARRAY = 9;
const STRING = 8;
const SIZES: Readonly<Record<number, number>> = { 0: 1, 1: 1, 2: 2, 3: 2, 4: 4, 5: 4, 6: 4, 7: 1, 10: 8, 11: 8, 12: 8 };

type Raw = Uint8Array<ArrayBuffer>;

/**
 * Writes `NAME` without what the mask drops. A sublayer that goes alone is zeroed: a block of any type whose bytes are all zero is of
 * zeros. Throws `mask-invalid` where nothing would be left, and where stock code finds by a block's number what it is, which
 * would then be another; nothing is left in the folder where it fails or is cancelled.
 */
export async function writeGguf(
  { files, spec }: { readonly files: ModelFiles; readonly spec: ModelSpec },
  mask: Mask,
  name: string,
  target: ExportTarget,
  { signal, onBytes }: { signal?: AbortSignal; onBytes?: (done: number, total: number) => void } = {},
): Promise<{ readonly kept: readonly number[]; readonly bytes: number }> {
  const kept = keptBlocks(mask);
  checkPattern(spec, kept);
  const parts = await Promise.all((files.gguf ?? []).map((part) => files.open(part, signal)));
  const containers = await Promise.all(parts.map((part) => readContainer(part, signal)));
  const { metadata, version } = containers[0]!;
  const alignment = Number(metadata.get('general.alignment') ?? 32);
  const tensors = containers
    .flatMap((container) => container.tensors)
    .filter((tensor) => !isBlockDropped(mask, blockOf(tensor.name) ?? -1));
  const unknown = tensors.find(({ dtype }) => !isDtype(dtype));
  if (unknown) {
    throw new LopperError(
      'dtype-unsupported',
      `${unknown.name} is stored as ${unknown.dtype}, whose size Lopper does not know.`,
      'Choose a file of another quantisation.',
    );
  }
  const raw = await rawHeaders(parts, signal);
  const pairs = raw[0]!.pairs.flatMap((pair) =>
    patched(pair, String(metadata.get('general.architecture')), spec.blocks, kept),
  );
  const infos = new Map(raw.flatMap((header) => header.infos.map((info) => [info.name, info])));
  const header = new Writer();
  header.put(new TextEncoder().encode('GGUF'));
  header.u32(version);
  header.u64(tensors.length);
  header.u64(pairs.length);
  for (const pair of pairs) header.put(pair);
  let offset = 0;
  for (const tensor of tensors) {
    header.string(renumbered(tensor.name, kept));
    header.put(infos.get(tensor.name)!.shape);
    header.u64(offset);
    offset += padded(tensor.end - tensor.start, alignment);
  }
  const head = header.bytes();
  const total = padded(head.length, alignment) + offset;
  let done = 0;
  const turns = new Turns();
  const file = await target.create(name);
  const put = async (bytes: Raw) => {
    throwIfCancelled(signal);
    await file.write(bytes);
    done += bytes.length;
    onBytes?.(done, total);
  };
  try {
    try {
      await put(head);
      await put(new Uint8Array(padded(head.length, alignment) - head.length));
      for (const tensor of tensors) {
        const { source, start, end } = tensor;
        const size = end - start;
        const pieces = isZeroed(tensor.name, mask) ? zeros(size) : piecesOf(source, [start, end], turns, signal);
        for await (const piece of ahead(pieces)) await put(piece);
        if (size % alignment > 0) await put(new Uint8Array(padded(size, alignment) - size));
      }
    } finally {
      await file.close();
    }
    await target.finish();
  } catch (error) {
    await target.abandon();
    throw error;
  }
  return { kept, bytes: total };
}

const padded = (size: number, alignment: number) => Math.ceil(size / alignment) * alignment;

const blockOf = (name: string): number | undefined => {
  const found = BLOCK.exec(name);
  return found ? Number(found[1]) : undefined;
};

const renumbered = (name: string, kept: readonly number[]): string => {
  const block = blockOf(name);
  return block === undefined ? name : name.replace(BLOCK, `blk.${kept.indexOf(block)}.$2`);
};

/** What a sublayer that is dropped alone writes to the stream by. */
function isZeroed(name: string, mask: Mask): boolean {
  const found = /^blk\.(\d+)\.(attn_output|ffn_down)\.(?:weight|bias)$/.exec(name);
  return found !== null && isDropped(mask, { block: Number(found[1]), kind: found[2] === 'ffn_down' ? 'ffn' : 'attn' });
}

/** llama.cpp finds by a block's number whether it slides and whether its positions turn. */
function checkPattern({ sublayers }: ModelSpec, kept: readonly number[]): void {
  const attns = sublayers.filter((s) => s.kind === 'attn');
  const kind = (block: number) => `${attns[block]!.window !== undefined} ${attns[block]!.rotary}`;
  const other = kept.find((block, i) => kind(block) !== kind(i));
  if (other === undefined) return;
  throw new LopperError(
    'mask-invalid',
    `Block ${other} would come to be block ${kept.indexOf(other)}, and llama.cpp tells by its number how far it sees or whether its positions turn.`,
    'Drop sublayers alone, or as many blocks in a row as the pattern repeats after; or export a checkpoint.',
  );
}

/** A value of the metadata as its bytes: key, type and all. */
interface RawPair {
  readonly key: string;
  readonly bytes: Raw;
  readonly type: number;
  /** Where its value begins in these bytes. */
  readonly value: number;
}

interface RawHeader {
  readonly pairs: readonly RawPair[];
  /** Of each tensor its rank, its dimensions and its type, as bytes. */
  readonly infos: readonly { readonly name: string; readonly shape: Raw }[];
}

const rawHeaders = (parts: readonly ByteSource[], signal?: AbortSignal): Promise<RawHeader[]> =>
  Promise.all(
    parts.map(async (part) => {
      for (let length = 2 ** 20; ; length *= 2) {
        const bytes = await part.read(0, Math.min(part.size, length), signal);
        try {
          return rawHeader(bytes, part.size);
        } catch (error) {
          // It was read through before: all of it is there.
          if (!(error instanceof CutShort) || length > part.size) throw error;
        }
      }
    }),
  );

function rawHeader(whole: Raw, size: number): RawHeader {
  const bytes = new Bytes(whole, size);
  const from = (start: number) => {
    if (bytes.at > whole.length) throw new CutShort(bytes.at, 'more of the header');
    return whole.slice(start, bytes.at);
  };
  bytes.at = 8;
  const [tensors, count] = [bytes.u64(), bytes.u64()];
  const pairs = Array.from({ length: count }, (): RawPair => {
    const start = bytes.at;
    const key = bytes.string();
    const type = bytes.u32();
    const value = bytes.at - start;
    skip(bytes, type);
    return { key, type, value, bytes: from(start) };
  });
  const infos = Array.from({ length: tensors }, () => {
    const name = bytes.string();
    const start = bytes.at;
    const rank = bytes.u32();
    bytes.at += 8 * rank + 4;
    const shape = from(start);
    bytes.u64();
    return { name, shape };
  });
  return { pairs, infos };
}

function skip(bytes: Bytes, type: number): void {
  if (type === STRING) {
    const length = bytes.u64();
    bytes.at += length;
  } else if (type === ARRAY) {
    const inner = bytes.u32();
    const count = bytes.u64();
    const each = SIZES[inner];
    if (each) bytes.at += count * each;
    else for (let i = 0; i < count; i++) skip(bytes, inner);
  } else bytes.at += SIZES[type]!;
}

/** The pair for fewer blocks: their number, and lists with an entry for each. What says how a file was split is left out. */
function patched(pair: RawPair, architecture: string, blocks: number, kept: readonly number[]): Raw[] {
  const { key, type, value, bytes } = pair;
  if (key.startsWith('split.')) return [];
  if (!key.startsWith(`${architecture}.`)) return [bytes];
  if (key === `${architecture}.block_count`) {
    const changed = bytes.slice();
    // The lowest bytes of whatever whole number it is.
    new DataView(changed.buffer).setUint16(value, kept.length, true);
    return [changed];
  }
  if (type !== ARRAY) return [bytes];
  const view = new DataView(bytes.buffer);
  const each = SIZES[view.getUint32(value, true)];
  if (!each || Number(view.getBigUint64(value + 4, true)) !== blocks) return [bytes];
  const writer = new Writer();
  writer.put(bytes.slice(0, value + 4));
  writer.u64(kept.length);
  for (const block of kept) writer.put(bytes.slice(value + 12 + block * each, value + 12 + (block + 1) * each));
  return [writer.bytes()];
}

/** Bytes put one after the other, little-endian. */
class Writer {
  readonly #parts: Raw[] = [];
  put = (bytes: Raw): void => void this.#parts.push(bytes);
  u32(value: number): void {
    const bytes = new Uint8Array(4);
    new DataView(bytes.buffer).setUint32(0, value, true);
    this.put(bytes);
  }
  u64(value: number): void {
    const bytes = new Uint8Array(8);
    new DataView(bytes.buffer).setBigUint64(0, BigInt(value), true);
    this.put(bytes);
  }
  string(text: string): void {
    const bytes = new TextEncoder().encode(text);
    this.u64(bytes.length);
    this.put(bytes);
  }
  bytes(): Raw {
    const all = new Uint8Array(this.#parts.reduce((sum, part) => sum + part.length, 0));
    let at = 0;
    for (const part of this.#parts) {
      all.set(part, at);
      at += part.length;
    }
    return all;
  }
}
