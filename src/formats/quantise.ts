import { HALF_UNITS, halfToFloat } from './blocks';
import type { ByteSource } from './byte-source';
import { bytesOf, DTYPES, isDtype, isInBlocks, widen } from './dtypes';
import type { TensorInfo } from './tensor';

/** Types that weights are made of while loading: llama.cpp's simplest, 8.5 and 4.5 bits a number. */
export type Quantised = 'Q8_0' | 'Q4_0';

/** What a number of each block of 32 is a multiple of, and how it is stored: from -127 to 127, or -8 to 7 and 8 more. */
const STEPS = { Q8_0: 127, Q4_0: -8 } as const;

/** The bits of an infinite number; those of what is no number are more. */
const INFINITE = 0x7f800000;

/**
 * Numbers as blocks: each block of 32 is so many steps of a scale of its own, which its largest number decides. In Q8_0 a
 * number is off by at most half a step (a 254th of the largest) and what the scale is rounded by; in Q4_0 by half a
 * step (a 16th), and by a whole one where it is as large as the largest, of the other sign.
 */
export function quantise(values: Float32Array, type: Quantised): Uint8Array<ArrayBuffer> {
  const { elements, bytes } = DTYPES[type];
  const out = new Uint8Array(bytesOf(type, values.length));
  const signed = new Int8Array(out.buffer);
  const bits = new Uint32Array(values.buffer, values.byteOffset, values.length);
  for (let first = 0, at = 0; first < values.length; first += elements, at += bytes) {
    let extreme = 0;
    let largest = 0; // as bits without the sign, which are in the order of the sizes
    for (let i = first; i < first + elements; i++) {
      const size = bits[i]! & 0x7fffffff;
      if (size > largest && size <= INFINITE) {
        largest = size;
        extreme = values[i]!;
      }
    }
    const half = nearestHalf((type === 'Q8_0' ? Math.abs(extreme) : extreme) / STEPS[type]);
    out[at] = half & 255;
    out[at + 1] = half >> 8;
    const scale = halfToFloat(half);
    const inverse = scale === 0 ? 0 : 1 / scale;
    if (type === 'Q8_0') {
      for (let i = 0; i < elements; i++) {
        signed[at + 2 + i] = eight(values[first + i]! * inverse);
      }
      continue;
    }
    for (let i = 0; i < 16; i++) {
      out[at + 2 + i] = four(values[first + i]! * inverse) | (four(values[first + i + 16]! * inverse) << 4);
    }
  }
  return out;
}

/** So many steps as eight bits with a sign. */
function eight(steps: number): number {
  const place = Math.floor(steps + 0.5);
  return place > 127 ? 127 : Math.max(place, -127);
}

/** So many steps as four bits, of which 8 stands for none. */
function four(steps: number): number {
  const place = steps + 8.5;
  return place >= 15 ? 15 : place > 0 ? Math.trunc(place) : 0;
}

const DOUBLE = new Float64Array(1);
const WORDS = new Uint32Array(DOUBLE.buffer);

/** The half next to a number, as its bits; the largest where the number is larger. */
function nearestHalf(number: number): number {
  const size = Math.min(Math.abs(number), 65504);
  DOUBLE[0] = size;
  const exponent = Math.max(1, (WORDS[1]! >>> 20) - 1023 + 15); // a half's, of a double's
  const count = Math.round(size / HALF_UNITS[exponent]!); // 1024 .. 2048, or less where it is subnormal
  return (number < 0 ? 0x8000 : 0) | ((exponent - 1) * 1024 + count);
}

/** Whether a matrix can be made of blocks: rows of whole blocks, of numbers that are stored one by one. */
export const canQuantise = ({ dtype }: TensorInfo, inputs: number): boolean =>
  isDtype(dtype) && !isInBlocks(dtype) && inputs % 32 === 0;

/** Numbers that are widened at once: little memory, and others get their turn between. */
const AT_ONCE = 2 ** 20;

/**
 * A matrix [outputs, inputs] in blocks that are made as it is read.
 * @param transposed it is published [inputs, outputs]; it is turned, for which it is read whole
 */
export function quantised(tensor: TensorInfo, type: Quantised, transposed = false): TensorInfo {
  const { name, source, start, end } = tensor;
  const dtype = tensor.dtype as keyof typeof DTYPES;
  const shape = transposed ? tensor.shape.toReversed() : tensor.shape;
  const [outputs, inputs] = shape as [number, number];
  const [stored, rowBytes] = [bytesOf(dtype, inputs), bytesOf(type, inputs)];
  const size = outputs * rowBytes;
  const rowsOf = async (first: number, last: number, signal?: AbortSignal): Promise<Float32Array> => {
    if (!transposed) return widen(await source.read(start + first * stored, start + last * stored, signal), dtype);
    const whole = widen(await source.read(start, end, signal), dtype);
    const rows = new Float32Array((last - first) * inputs);
    for (let row = first, to = 0; row < last; row++) {
      for (let i = 0; i < inputs; i++) rows[to++] = whole[i * outputs + row]!;
    }
    return rows;
  };
  const read: ByteSource['read'] = async (from, to, signal) => {
    const [first, last] = [Math.floor(from / rowBytes), Math.ceil(to / rowBytes)];
    const bytes = new Uint8Array((last - first) * rowBytes);
    const atOnce = transposed ? last - first : Math.max(1, Math.floor(AT_ONCE / inputs));
    for (let row = first; row < last; row += atOnce) {
      const numbers = await rowsOf(row, Math.min(row + atOnce, last), signal);
      bytes.set(quantise(numbers, type), (row - first) * rowBytes);
    }
    return bytes.slice(from - first * rowBytes, to - first * rowBytes);
  };
  return {
    ...{ name, dtype: type, shape, start: 0, end: size },
    source: { name: `${name} of ${source.name}, as ${type}`, size, read },
    ...(transposed && { turned: true }),
  };
}
