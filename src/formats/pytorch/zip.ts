/** The outside of a file that PyTorch saved since 1.6: a zip whose entries are stored as they are, each storage one of them. */
import { throwIfCancelled } from '../../errors';
import type { ByteSource } from '../bytes';
import { corrupt, refused } from './trouble';

/** One entry, by its name: where its bytes begin and how many there are. */
export interface Entry {
  readonly name: string;
  readonly start: number;
  readonly size: number;
  /** Not stored as it is, as PyTorch stores everything but the code of programs. */
  readonly packed: boolean;
}

const END_BYTES = 22;
const END_64_BYTES = 56;
const LOCATOR_BYTES = 20;
const LOCAL_BYTES = 30;
const CENTRAL_BYTES = 46;
/** After the end there may be a comment of so many bytes. */
const MOST_COMMENT = 0xffff;
const MOST_ENTRIES = 1_000_000;
const MOST_DIRECTORY = 200_000_000;
/** Local headers that are asked for together: each is a request where the file is not here yet. */
const AT_ONCE = 16;

/**
 * The entries of a zip, read from its end. Throws `pytorch-corrupt`, and `pytorch-refused` for what is encrypted.
 */
export async function readZip(source: ByteSource, signal?: AbortSignal): Promise<Map<string, Entry>> {
  const { start, size, count } = await findDirectory(source, signal);
  const bytes = await source.read(start, start + size, signal);
  const found = parseDirectory(source, bytes, count);
  const entries = new Map<string, Entry>();
  for (let first = 0; first < found.length; first += AT_ONCE) {
    throwIfCancelled(signal);
    const some = found.slice(first, first + AT_ONCE);
    const starts = await Promise.all(some.map((entry) => dataStart(source, entry, signal)));
    for (const [i, { name, size, packed }] of some.entries()) {
      if (entries.has(name)) throw corrupt(source.name, `it has ${name} twice`);
      if (!packed && starts[i]! + size > start)
        throw corrupt(source.name, `${name} reaches beyond the end of what is stored`);
      entries.set(name, { name, start: starts[i]!, size, packed });
    }
  }
  return entries;
}

async function findDirectory(source: ByteSource, signal?: AbortSignal) {
  const { name, size: total } = source;
  const from = Math.max(0, total - END_BYTES - MOST_COMMENT);
  const tail = await source.read(from, total, signal);
  const view = new DataView(tail.buffer, tail.byteOffset, tail.byteLength);
  let at = tail.length - END_BYTES;
  while (at >= 0 && view.getUint32(at, true) !== 0x06054b50) at--;
  if (at < 0) throw corrupt(name, 'it has no end of a zip: it is cut short, or none');
  let [count, size, start] = [
    view.getUint16(at + 10, true),
    view.getUint32(at + 12, true),
    view.getUint32(at + 16, true),
  ];
  if (count === 0xffff || size === 0xffffffff || start === 0xffffffff) {
    const locator = from + at - LOCATOR_BYTES;
    if (locator < 0) throw corrupt(name, 'the end of its zip is cut short');
    const pointer = viewOf(await source.read(locator, locator + LOCATOR_BYTES, signal));
    if (pointer.getUint32(0, true) !== 0x07064b50) throw corrupt(name, 'the end of its zip leads nowhere');
    const end = whole(name, pointer, 8);
    if (end + END_64_BYTES > locator) throw corrupt(name, 'the end of its zip leads nowhere');
    const record = viewOf(await source.read(end, end + END_64_BYTES, signal));
    if (record.getUint32(0, true) !== 0x06064b50) throw corrupt(name, 'the end of its zip leads nowhere');
    [count, size, start] = [whole(name, record, 32), whole(name, record, 40), whole(name, record, 48)];
  }
  if (count > MOST_ENTRIES || size > MOST_DIRECTORY || count * CENTRAL_BYTES > size) {
    throw corrupt(name, `its directory claims ${count} entries in ${size} bytes`);
  }
  if (start + size > total) throw corrupt(name, `its directory is said to lie at byte ${start} of ${total}`);
  return { start, size, count };
}

interface Listed {
  readonly name: string;
  readonly size: number;
  readonly packed: boolean;
  /** Of its own header, before its bytes. */
  readonly header: number;
}

function parseDirectory(source: ByteSource, bytes: Uint8Array, count: number): Listed[] {
  const view = viewOf(bytes);
  const cut = () => corrupt(source.name, 'its directory is cut short');
  const listed: Listed[] = [];
  let at = 0;
  for (let i = 0; i < count; i++) {
    if (at + CENTRAL_BYTES > bytes.length || view.getUint32(at, true) !== 0x02014b50) throw cut();
    const [flags, method] = [view.getUint16(at + 8, true), view.getUint16(at + 10, true)];
    const [nameBytes, extraBytes] = [view.getUint16(at + 28, true), view.getUint16(at + 30, true)];
    const next = at + CENTRAL_BYTES + nameBytes + extraBytes + view.getUint16(at + 32, true);
    if (next > bytes.length) throw cut();
    const extra = at + CENTRAL_BYTES + nameBytes;
    const name = new TextDecoder().decode(bytes.subarray(at + CENTRAL_BYTES, extra));
    if (flags & 1) throw refused(source.name, `${name} in it is encrypted`);
    const wide = new Wide(source.name, view, extra, extra + extraBytes);
    // In this order, each there only where its field is full.
    const size = wide.read(view.getUint32(at + 24, true));
    wide.read(view.getUint32(at + 20, true));
    const header = wide.read(view.getUint32(at + 42, true));
    if (header + LOCAL_BYTES > source.size) throw corrupt(source.name, `${name} is said to lie beyond its end`);
    listed.push({ name, size, packed: method !== 0, header });
    at = next;
  }
  return listed;
}

/** Sizes of eight bytes, which an entry keeps apart where those of four are too small. */
class Wide {
  #at: number;
  readonly #end: number;

  constructor(
    readonly file: string,
    readonly view: DataView,
    start: number,
    end: number,
  ) {
    let at = start;
    while (at + 4 <= end && view.getUint16(at, true) !== 1) at += 4 + view.getUint16(at + 2, true);
    const isThere = at + 4 <= end;
    this.#at = isThere ? at + 4 : end;
    this.#end = isThere ? Math.min(end, at + 4 + view.getUint16(at + 2, true)) : end;
  }

  read(short: number): number {
    if (short !== 0xffffffff) return short;
    if (this.#at + 8 > this.#end) throw corrupt(this.file, 'an entry of its zip says no size');
    this.#at += 8;
    return whole(this.file, this.view, this.#at - 8);
  }
}

/** Behind the entry's own header, which may be longer than the directory says: PyTorch pads it. */
async function dataStart(source: ByteSource, { name, header }: Listed, signal?: AbortSignal): Promise<number> {
  const view = viewOf(await source.read(header, header + LOCAL_BYTES, signal));
  if (view.getUint32(0, true) !== 0x04034b50) throw corrupt(source.name, `${name} does not lie where it is said to`);
  return header + LOCAL_BYTES + view.getUint16(26, true) + view.getUint16(28, true);
}

const viewOf = (bytes: Uint8Array) => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

function whole(file: string, view: DataView, at: number): number {
  const value = view.getBigUint64(at, true);
  if (value > BigInt(Number.MAX_SAFE_INTEGER)) throw corrupt(file, `it claims ${value} bytes`);
  return Number(value);
}
