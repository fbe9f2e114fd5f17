/** PyTorch files made byte by byte. */

const encoder = new TextEncoder();

/** One after the other: bytes, texts as UTF-8, numbers as bytes. */
export function joined(...parts: readonly (Uint8Array | string | number)[]): Uint8Array<ArrayBuffer> {
  const all = parts.map((p) =>
    typeof p === 'number' ? Uint8Array.of(p) : typeof p === 'string' ? encoder.encode(p) : p,
  );
  const out = new Uint8Array(all.reduce((sum, p) => sum + p.length, 0));
  let at = 0;
  for (const p of all) {
    out.set(p, at);
    at += p.length;
  }
  return out;
}

const u16 = (n: number) => Uint8Array.of(n & 255, n >> 8);
const u32 = (n: number) => new Uint8Array(Uint32Array.of(n).buffer);
const u64 = (n: number) => new Uint8Array(BigUint64Array.of(BigInt(n)).buffer);

export interface ZipOptions {
  readonly method?: number;
  readonly flags?: number;
  /** Sizes and offsets in eight bytes, as of a file beyond 4 GB. */
  readonly wide?: boolean;
}

/** A zip whose entries are stored as they are, each behind padding of its own. */
export function zip(entries: Readonly<Record<string, Uint8Array>>, { method = 0, flags = 0, wide }: ZipOptions = {}) {
  let body = new Uint8Array();
  let directory = new Uint8Array();
  const full = u32(0xffffffff);
  for (const [i, [name, data]] of Object.entries(entries).entries()) {
    const at = body.length;
    const padding = new Uint8Array(4 + 3 * i);
    const [bytes, size] = [encoder.encode(name), u32(data.length)];
    const common = joined(u16(flags), u16(method), u32(0), u32(0));
    const local = joined('PK\x03\x04', u16(0), common, size, size, u16(bytes.length), u16(padding.length));
    body = joined(body, local, bytes, padding, data);
    const extra = wide ? joined(u16(1), u16(24), u64(data.length), u64(data.length), u64(at)) : new Uint8Array();
    const sizes = wide ? joined(full, full) : joined(size, size);
    const rest = joined(u16(bytes.length), u16(extra.length), u16(0), u16(0), u16(0), u32(0), wide ? full : u32(at));
    directory = joined(directory, 'PK\x01\x02', u16(0), u16(0), common, sizes, rest, bytes, extra);
  }
  const count = Object.keys(entries).length;
  const wideEnd = joined(
    'PK\x06\x06',
    u64(44),
    u16(0),
    u16(0),
    u32(0),
    u32(0),
    u64(count),
    u64(count),
    u64(directory.length),
    u64(body.length),
  );
  const locator = joined('PK\x06\x07', u32(0), u64(body.length + directory.length), u32(1));
  const end = wide
    ? joined(wideEnd, locator, 'PK\x05\x06', u16(0), u16(0), u16(0xffff), u16(0xffff), full, full, u16(0))
    : joined('PK\x05\x06', u16(0), u16(0), u16(count), u16(count), u32(directory.length), u32(body.length), u16(0));
  return joined(body, directory, end);
}

/** Pieces of a pickle. */
export const pickle = {
  global: (module: string, name: string) => joined('c', module, '\n', name, '\n'),
  text: (text: string) => joined('X', u32(encoder.encode(text).length), text),
  number: (n: number) => joined('J', u32(n)),
  tuple: (...items: readonly Uint8Array[]) => joined('(', ...items, 't'),
  call: (called: Uint8Array, ...given: readonly Uint8Array[]) => joined(called, '(', ...given, 't', 'R'),
  dictionary: (entries: Readonly<Record<string, Uint8Array>>) =>
    joined('}', '(', ...Object.entries(entries).flatMap(([key, value]) => [pickle.text(key), value]), 'u'),
  whole: (value: Uint8Array) => joined(0x80, 2, value, '.'),
};

export interface TensorOptions {
  readonly type?: string;
  readonly key?: string;
  readonly offset?: number;
  readonly strides?: readonly number[];
  readonly count?: number;
}

/** A tensor of this shape in storage `key`. */
export function tensor(shape: readonly number[], options: TensorOptions = {}): Uint8Array {
  const { type = 'FloatStorage', key = '0', offset = 0, count = 100 } = options;
  const strides = options.strides ?? shape.map((_, i) => shape.slice(i + 1).reduce((a, b) => a * b, 1));
  const { call, global, number, text, tuple } = pickle;
  const storage = joined(tuple(text('storage'), global('torch', type), text(key), text('cpu'), number(count)), 'Q');
  const sizes = (list: readonly number[]) => tuple(...list.map(number));
  const hooks = call(global('collections', 'OrderedDict'));
  const given = [storage, number(offset), sizes(shape), sizes(strides), Uint8Array.of(0x89), hooks];
  return call(global('torch._utils', '_rebuild_tensor_v2'), ...given);
}

/** A file of these tensors, whose storages are these. */
export const file = (
  tensors: Readonly<Record<string, Uint8Array>>,
  storages: Readonly<Record<string, Uint8Array>>,
  options?: ZipOptions,
) =>
  zip(
    {
      'archive/data.pkl': pickle.whole(pickle.dictionary(tensors)),
      'archive/byteorder': encoder.encode('little'),
      ...Object.fromEntries(Object.entries(storages).map(([key, bytes]) => [`archive/data/${key}`, bytes])),
    },
    options,
  );
