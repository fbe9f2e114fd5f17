/** How a type keeps numbers: in blocks of so many elements and so many bytes. */
export interface StoredType {
  readonly elements: number;
  readonly bytes: number;
  /** What the shaders call it: DTYPE in linear.wgsl and embed.wgsl. */
  readonly code: number;
  /** Every number of `from`, little-endian, into `to`; exact. */
  readonly widen: (from: DataView, to: Float32Array) => void;
}

/** Types that the engine computes with, each kept as its bits and widened where it is read. */
export const DTYPES = {
  F32: {
    elements: 1,
    bytes: 4,
    code: 0,
    widen: (from, to) => {
      for (let i = 0; i < to.length; i++) to[i] = from.getFloat32(4 * i, true);
    },
  },
  F16: {
    elements: 1,
    bytes: 2,
    code: 1,
    widen: (from, to) => {
      for (let i = 0; i < to.length; i++) to[i] = halfToFloat(from.getUint16(2 * i, true));
    },
  },
  BF16: {
    elements: 1,
    bytes: 2,
    code: 2,
    widen: (from, to) => {
      const bits = new Uint32Array(to.buffer, to.byteOffset, to.length);
      for (let i = 0; i < to.length; i++) bits[i] = from.getUint16(2 * i, true) << 16;
    },
  },
} as const satisfies Readonly<Record<string, StoredType>>;

export type Dtype = keyof typeof DTYPES;

/** Whether a type named in a file is one that the engine computes with. */
export const isDtype = (name: string): name is Dtype => Object.hasOwn(DTYPES, name);

/** "F32, F16 or BF16", as sentences have it. */
export const dtypesJoined = (by: 'and' | 'or'): string =>
  Object.keys(DTYPES)
    .join(', ')
    .replace(/, ([^,]*)$/, ` ${by} $1`);

/** Bytes that so many elements take, a whole number of blocks. */
export const bytesOf = (dtype: Dtype, elements: number): number =>
  (elements / DTYPES[dtype].elements) * DTYPES[dtype].bytes;

/** Little-endian bytes of a stored type as f32. */
export function widen(bytes: Uint8Array, dtype: Dtype): Float32Array<ArrayBuffer> {
  const { elements, bytes: block, widen } = DTYPES[dtype];
  const out = new Float32Array((bytes.byteLength / block) * elements);
  widen(new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength), out);
  return out;
}

function halfToFloat(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 0) return sign * 2 ** -24 * fraction;
  if (exponent === 31) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY;
  return sign * 2 ** (exponent - 15) * (1 + fraction / 1024);
}
