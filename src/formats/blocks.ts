/**
 * How llama.cpp's types keep numbers: blocks of 32 or 256 that share a scale or two (ggml's `ggml-common.h`). What stands
 * here is the plain reading of each; shaders/blocks.wgsl does the same on the device.
 */

/** Numbers of the block at byte `at` of `from`, into `to` from `out` on. Halves (scales) are little-endian f16. */
type ReadBlock = (from: DataView, at: number, to: Float32Array, out: number) => void;

const half = (from: DataView, at: number): number => halfToFloat(from.getUint16(at, true));

/** Four bits of a block's nibbles: the first half of its numbers are the low ones, the other the high ones. */
const nibble = (from: DataView, at: number, i: number): number =>
  i < 16 ? from.getUint8(at + i) & 15 : from.getUint8(at + i - 16) >> 4;

/** What the four bits of the IQ4 types stand for. */
const IQ4 = [-127, -104, -83, -65, -49, -35, -22, -10, 1, 13, 25, 38, 53, 69, 89, 113];

/** A block of 32: each number from its place alone. */
const each =
  (value: (from: DataView, at: number, i: number) => number): ReadBlock =>
  (from, at, to, out) => {
    for (let i = 0; i < 32; i++) to[out + i] = value(from, at, i);
  };

const fifth = (from: DataView, at: number, i: number): number => ((from.getUint32(at, true) >>> i) & 1) << 4;

export const q8_0 = each((from, at, i) => half(from, at) * from.getInt8(at + 2 + i));
export const q4_0 = each((from, at, i) => half(from, at) * (nibble(from, at + 2, i) - 8));
export const q4_1 = each((from, at, i) => half(from, at) * nibble(from, at + 4, i) + half(from, at + 2));
export const q5_0 = each((from, at, i) => half(from, at) * ((nibble(from, at + 6, i) | fifth(from, at + 2, i)) - 16));
export const q5_1 = each(
  (from, at, i) => half(from, at) * (nibble(from, at + 8, i) | fifth(from, at + 4, i)) + half(from, at + 2),
);
export const iq4_nl = each((from, at, i) => half(from, at) * IQ4[nibble(from, at + 2, i)]!);

export const iq4_xs: ReadBlock = (from, at, to, out) => {
  const d = half(from, at);
  const high = from.getUint16(at + 2, true);
  for (let b = 0; b < 8; b++) {
    const low = (from.getUint8(at + 4 + (b >> 1)) >> (4 * (b & 1))) & 15;
    const scale = d * ((low | (((high >> (2 * b)) & 3) << 4)) - 32);
    for (let i = 0; i < 32; i++) to[out + 32 * b + i] = scale * IQ4[nibble(from, at + 8 + 16 * b, i)]!;
  }
};

/** The scale and the least of sub-block `b`, six bits each, packed in 12 bytes (Q4_K, Q5_K). */
function sixBits(from: DataView, at: number, b: number): [scale: number, least: number] {
  const s = (i: number) => from.getUint8(at + i);
  if (b < 4) return [s(b) & 63, s(b + 4) & 63];
  return [(s(b + 4) & 15) | ((s(b - 4) >> 6) << 4), (s(b + 4) >> 4) | ((s(b) >> 6) << 4)];
}

/** Q4_K, and with a fifth bit from `high` on Q5_K: 64 numbers from each 32 bytes, the low nibbles first. */
const fourOrFive =
  (quants: number, high?: number): ReadBlock =>
  (from, at, to, out) => {
    const [d, m] = [half(from, at), half(from, at + 2)];
    for (let b = 0; b < 8; b++) {
      const [scale, least] = sixBits(from, at + 4, b);
      for (let i = 0; i < 32; i++) {
        const low = (from.getUint8(at + quants + 32 * (b >> 1) + i) >> (4 * (b & 1))) & 15;
        const fifth = high === undefined ? 0 : ((from.getUint8(at + high + i) >> b) & 1) << 4;
        to[out + 32 * b + i] = d * scale * (low | fifth) - m * least;
      }
    }
  };

export const q4_k = fourOrFive(16);
export const q5_k = fourOrFive(48, 16);

export const q6_k: ReadBlock = (from, at, to, out) => {
  const d = half(from, at + 208);
  for (let i = 0; i < 256; i++) {
    const [side, j, l] = [i >> 7, (i >> 5) & 3, i & 31];
    const low = (from.getUint8(at + 64 * side + 32 * (j & 1) + l) >> (4 * (j >> 1))) & 15;
    const high = (from.getUint8(at + 128 + 32 * side + l) >> (2 * j)) & 3;
    to[out + i] = d * from.getInt8(at + 192 + (i >> 4)) * ((low | (high << 4)) - 32);
  }
};

/** Two bits of number `i`, in a block's 64 bytes from `at` on (Q2_K, Q3_K). */
const twoBits = (from: DataView, at: number, i: number): number =>
  (from.getUint8(at + 32 * (i >> 7) + (i & 31)) >> (2 * ((i >> 5) & 3))) & 3;

export const q2_k: ReadBlock = (from, at, to, out) => {
  const [d, m] = [half(from, at + 80), half(from, at + 82)];
  for (let i = 0; i < 256; i++) {
    const s = from.getUint8(at + (i >> 4));
    to[out + i] = d * (s & 15) * twoBits(from, at + 16, i) - m * (s >> 4);
  }
};

export const q3_k: ReadBlock = (from, at, to, out) => {
  const d = half(from, at + 108);
  for (let i = 0; i < 256; i++) {
    const j = i >> 4;
    const low = (from.getUint8(at + 96 + (j & 7)) >> (4 * (j >> 3))) & 15;
    const high = (from.getUint8(at + 104 + (j & 3)) >> (2 * (j >> 2))) & 3;
    const third = (from.getUint8(at + (i & 31)) >> (i >> 5)) & 1;
    to[out + i] = d * ((low | (high << 4)) - 32) * (twoBits(from, at + 32, i) + 4 * third - 4);
  }
};

/** What a half's fraction counts in, by its exponent of 0 (where it has no leading one) to 30. */
export const HALF_UNITS = Float64Array.from({ length: 31 }, (_, exponent) => 2 ** (Math.max(exponent, 1) - 25));

export function halfToFloat(bits: number): number {
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  const sign = bits & 0x8000 ? -1 : 1;
  if (exponent === 31) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY;
  return sign * HALF_UNITS[exponent]! * (exponent === 0 ? fraction : 1024 + fraction);
}
