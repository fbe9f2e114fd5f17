import * as blocks from './blocks';

/** How a type keeps numbers: in blocks of so many elements and so many bytes. */
export interface StoredType {
  readonly elements: number;
  readonly bytes: number;
  /** What the shaders call it: DTYPE in weights.wgsl, embed.wgsl and blocks.wgsl. */
  readonly code: number;
  /** Every number of `from`, little-endian, into `to`; exact. */
  readonly widen: (from: DataView, to: Float32Array) => void;
}

/** A type of llama.cpp's: blocks of numbers that share scales. */
const inBlocks = (
  code: number,
  elements: 32 | 256,
  bytes: number,
  read: (from: DataView, at: number, to: Float32Array, out: number) => void,
): StoredType => ({
  ...{ elements, bytes, code },
  widen: (from, to) => {
    for (let at = 0, out = 0; out < to.length; at += bytes, out += elements) read(from, at, to, out);
  },
});

const BLOCK_TYPES = {
  Q4_0: inBlocks(12, 32, 18, blocks.q4_0),
  Q4_1: inBlocks(13, 32, 20, blocks.q4_1),
  Q5_0: inBlocks(16, 32, 22, blocks.q5_0),
  Q5_1: inBlocks(17, 32, 24, blocks.q5_1),
  Q8_0: inBlocks(18, 32, 34, blocks.q8_0),
  Q2_K: inBlocks(20, 256, 84, blocks.q2_k),
  Q3_K: inBlocks(21, 256, 110, blocks.q3_k),
  Q4_K: inBlocks(22, 256, 144, blocks.q4_k),
  Q5_K: inBlocks(23, 256, 176, blocks.q5_k),
  Q6_K: inBlocks(24, 256, 210, blocks.q6_k),
  IQ4_NL: inBlocks(30, 32, 18, blocks.iq4_nl),
  IQ4_XS: inBlocks(33, 256, 136, blocks.iq4_xs),
} as const;

/**
 * Types that the engine computes with, each kept as its bits and widened where it is read: numbers by themselves, and
 * llama.cpp's blocks, whose codes are ggml's numbers for them and ten.
 */
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
      const bits = new Uint32Array(to.buffer, to.byteOffset, to.length);
      for (let i = 0; i < to.length; i++) {
        const half = from.getUint16(2 * i, true);
        const exponent = half & 0x7c00;
        // Most are moved as bits; the smallest and what is not finite are worked out.
        if (exponent !== 0 && exponent !== 0x7c00)
          bits[i] = ((half & 0x8000) << 16) | (((half & 0x7fff) << 13) + (112 << 23));
        else to[i] = blocks.halfToFloat(half);
      }
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
  ...BLOCK_TYPES,
} as const satisfies Readonly<Record<string, StoredType>>;

export type Dtype = keyof typeof DTYPES;

/** Whether a type keeps numbers in blocks, which products read only once they are widened. */
export const isInBlocks = (dtype: Dtype): boolean => DTYPES[dtype].elements > 1;

/** Whether a type named in a file is one that the engine computes with. */
export const isDtype = (name: string): name is Dtype => Object.hasOwn(DTYPES, name);

/** "F32, F16 or BF16", as sentences have it: those that safetensors have. */
export const dtypesJoined = (by: 'and' | 'or'): string =>
  Object.keys(DTYPES)
    .filter((name) => !Object.hasOwn(BLOCK_TYPES, name))
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
