import type { ByteSource } from './byte-source';
import { bytesOf, DTYPES, isDtype, isInBlocks, widen } from './dtypes';
import type { TensorInfo } from './tensor';

/** Types that weights are made of while loading: llama.cpp's simplest, 8.5 and 4.5 bits a number. */
export type Quantised = 'Q8_0' | 'Q4_0';

/** What a number of each block of 32 is a multiple of, and how it is stored: from -127 to 127, or -8 to 7 and 8 more. */
const STEPS = { Q8_0: 127, Q4_0: -8 } as const;

/**
 * Numbers as blocks: each block of 32 is so many steps of a scale of its own, which its largest number decides. In Q8_0 a
 * number is off by at most half a step (a 254th of the largest) and what the scale is rounded by; in Q4_0 by half a
 * step (a 16th), and by a whole one where it is as large as the largest, of the other sign.
 */
export function quantise(values: Float32Array, type: Quantised): Uint8Array<ArrayBuffer> {
  const { elements, bytes } = DTYPES[type];
  const out = new Uint8Array(bytesOf(type, values.length));
  const view = new DataView(out.buffer);
  for (let first = 0, at = 0; first < values.length; first += elements, at += bytes) {
    let extreme = 0;
    for (let i = first; i < first + elements; i++) if (Math.abs(values[i]!) > Math.abs(extreme)) extreme = values[i]!;
    const half = floatToHalf((type === 'Q8_0' ? Math.abs(extreme) : extreme) / STEPS[type]);
    view.setUint16(at, half.bits, true);
    const inverse = half.value === 0 ? 0 : 1 / half.value;
    if (type === 'Q8_0') {
      for (let i = 0; i < elements; i++) {
        view.setInt8(at + 2 + i, Math.max(-127, Math.min(127, Math.round(values[first + i]! * inverse))));
      }
      continue;
    }
    const four = (i: number) => Math.max(0, Math.min(15, Math.floor(values[first + i]! * inverse + 8.5)));
    for (let i = 0; i < 16; i++) out[at + 2 + i] = four(i) | (four(i + 16) << 4);
  }
  return out;
}

/** The half next to a number, and what it stands for; the largest where the number is larger. */
function floatToHalf(number: number): { bits: number; value: number } {
  const sign = number < 0 ? 0x8000 : 0;
  const size = Math.min(Math.abs(number), 65504);
  const exponent = Math.max(-14, Math.floor(Math.log2(size || 2 ** -14)));
  const unit = 2 ** (exponent - 10);
  const count = Math.round(size / unit); // 1024 .. 2048, or less where it is subnormal
  return { bits: sign | ((exponent + 14) * 1024 + count), value: (sign ? -1 : 1) * count * unit };
}

/** Whether a matrix can be made of blocks: rows of whole blocks, of numbers that are stored one by one. */
export const canQuantise = ({ dtype }: TensorInfo, inputs: number): boolean =>
  isDtype(dtype) && !isInBlocks(dtype) && inputs % 32 === 0;

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
    return Float32Array.from({ length: (last - first) * inputs }, (_, i) => {
      return whole[(i % inputs) * outputs + first + Math.floor(i / inputs)]!;
    });
  };
  const read: ByteSource['read'] = async (from, to, signal) => {
    const [first, last] = [Math.floor(from / rowBytes), Math.ceil(to / rowBytes)];
    const bytes = quantise(await rowsOf(first, last, signal), type);
    return bytes.slice(from - first * rowBytes, to - first * rowBytes);
  };
  return {
    ...{ name, dtype: type, shape, start: 0, end: size },
    source: { name: `${name} of ${source.name}, as ${type}`, size, read },
    ...(transposed && { turned: true }),
  };
}
