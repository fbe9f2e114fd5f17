/** Weights in FP8 (E4M3) beside their scales, as published by DeepSeek, Qwen and vLLM's makers. */
import { type Dtype, widen } from './dtypes';
import type { TensorInfo } from './tensor';
import { widenedSource } from './widened-source';

/** E4M3 as PyTorch has it ("fn"): four bits of exponent, three of fraction, no infinity, one NaN of each sign. */
const VALUES = Float32Array.from({ length: 256 }, (_, bits) => {
  const [sign, exponent, fraction] = [bits & 0x80 ? -1 : 1, (bits >> 3) & 15, bits & 7];
  if (exponent === 15 && fraction === 7) return Number.NaN;
  return exponent === 0 ? sign * 2 ** -6 * (fraction / 8) : sign * 2 ** (exponent - 7) * (1 + fraction / 8);
});

/**
 * A matrix q s in F32: q in E4M3 [outputs, inputs]; s one number, one for each row [outputs] or [outputs, 1], or one for each
 * block of `block` by `block`, [ceil(outputs / block), ceil(inputs / block)]. Undefined where the scales fit none of these.
 */
export function widenFp8(weight: TensorInfo, scale: TensorInfo, block = 128): TensorInfo | undefined {
  const [outputs, inputs] = weight.shape;
  if (weight.shape.length !== 2 || outputs === undefined || inputs === undefined) return undefined;
  const layout = scalesOf(scale.shape, outputs, inputs, block);
  if (!layout) return undefined;
  const { rows, columns } = layout;
  const across = Math.ceil(inputs / columns);
  const each = (scale.end - scale.start) / scale.shape.reduce((product, n) => product * n, 1);
  const source = widenedSource(weight.source.name, outputs * inputs, async (first, count, signal) => {
    const start = weight.start + first;
    const bits = await weight.source.read(start, start + count, signal);
    // The rows of scales that these rows of the matrix have.
    const top = Math.floor(Math.floor(first / inputs) / rows);
    const bottom = Math.floor(Math.floor((first + count - 1) / inputs) / rows) + 1;
    const held = await scale.source.read(
      scale.start + top * across * each,
      scale.start + bottom * across * each,
      signal,
    );
    const scales = widen(held, scale.dtype as Dtype);
    const values = Float32Array.from(bits, (q, i) => {
      const element = first + i;
      const row = Math.floor(element / inputs);
      const at = (Math.floor(row / rows) - top) * across + Math.floor((element - row * inputs) / columns);
      return VALUES[q]! * scales[at]!;
    });
    return { values, start: first };
  });
  return { name: weight.name, dtype: 'F32', shape: weight.shape, source, start: 0, end: source.size };
}

/** How many rows and columns of the matrix have one scale. */
function scalesOf(shape: readonly number[], outputs: number, inputs: number, block: number) {
  const count = shape.reduce((product, n) => product * n, 1);
  if (count === 1) return { rows: outputs, columns: inputs };
  if (count === outputs && shape[0] === outputs) return { rows: 1, columns: inputs };
  const [down, across] = shape;
  const fits = down === Math.ceil(outputs / block) && across === Math.ceil(inputs / block);
  return shape.length === 2 && fits ? { rows: block, columns: block } : undefined;
}
