/** Weights as MLX quantises them: whole numbers of 2, 4 or 8 bits in words, a scale and an offset for each group of inputs. */
import { type Dtype, widen } from './dtypes';
import type { TensorInfo } from './tensor';
import { widenedSource } from './widened-source';

export interface MlxParts {
  /** U32 [outputs, inputs * bits / 32], the lowest bits first. */
  readonly weight: TensorInfo;
  /** [outputs, inputs / group]. */
  readonly scales: TensorInfo;
  readonly biases: TensorInfo;
}

/** A matrix q s + b in F32 [outputs, inputs]; undefined where the parts do not fit together so. */
export function widenMlx({ weight, scales, biases }: MlxParts, inputs: number): TensorInfo | undefined {
  const [outputs, words] = weight.shape;
  const [rows, groups] = scales.shape;
  if (weight.shape.length !== 2 || outputs === undefined || words === undefined || !groups) return undefined;
  const bits = (32 * words) / inputs;
  const group = inputs / groups;
  const sound =
    [2, 4, 8].includes(bits) &&
    Number.isInteger(group) &&
    rows === outputs &&
    biases.shape.join() === scales.shape.join() &&
    biases.dtype === scales.dtype;
  if (!sound) return undefined;
  const each = (scales.end - scales.start) / (outputs * groups);
  const perWord = 32 / bits;
  const mask = 2 ** bits - 1;
  const source = widenedSource(weight.source.name, outputs * inputs, async (first, count, signal) => {
    const top = Math.floor(first / inputs);
    const bottom = Math.ceil((first + count) / inputs);
    const rowsOf = ({ source, start }: TensorInfo, bytes: number) =>
      source.read(start + top * bytes, start + bottom * bytes, signal);
    const [packed, s, b] = await Promise.all([
      rowsOf(weight, 4 * words),
      rowsOf(scales, each * groups),
      rowsOf(biases, each * groups),
    ]);
    const view = new DataView(packed.buffer, packed.byteOffset, packed.byteLength);
    const [scale, offset] = [widen(s, scales.dtype as Dtype), widen(b, biases.dtype as Dtype)];
    const values = Float32Array.from({ length: (bottom - top) * inputs }, (_, i) => {
      const word = view.getUint32(4 * Math.floor(i / perWord), true);
      const q = (word >>> ((i % perWord) * bits)) & mask;
      const at = Math.floor(i / group);
      return q * scale[at]! + offset[at]!;
    });
    return { values, start: top * inputs };
  });
  return { name: weight.name, dtype: 'F32', shape: [outputs, inputs], source, start: 0, end: source.size };
}
