import { isDtype } from '../formats/dtypes';
import { widenFp8 } from '../formats/fp8';
import { widenMlx } from '../formats/mlx';
import type { TensorInfo, TensorMap } from '../formats/tensor';

/** What stands beside a quantised matrix, by what its name ends in. */
const BESIDE = ['weight_scale_inv', 'weight_scale', 'input_scale', 'scales', 'biases'];

/**
 * Matrices in FP8 (E4M3) and in MLX's 2, 4 and 8 bits as F32, worked out while they are read; what cannot be is left as it
 * is. `shapes`: of the model, by the names it gives. `fp8Block`: rows and columns of a block that shares a scale.
 */
export function widenStored(
  shapes: ReadonlyMap<string, readonly number[]>,
  tensors: TensorMap,
  fp8Block?: number,
): { readonly tensors: TensorMap; readonly notes: readonly string[] } {
  const all = new Map(tensors);
  const kinds = new Set<string>();
  for (const [name, shape] of shapes) {
    const weight = tensors.get(name);
    if (!weight || !name.endsWith('weight') || shape.length !== 2) continue;
    const beside = (end: string) => tensors.get(`${name.slice(0, -'weight'.length)}${end}`);
    const found = widened(weight, beside, shape[1]!, fp8Block);
    if (!found) continue;
    all.set(name, found.tensor);
    kinds.add(found.kind);
    for (const end of BESIDE) all.delete(`${name.slice(0, -'weight'.length)}${end}`);
  }
  if (kinds.size === 0) return { tensors, notes: [] };
  const note = `Weights stored in ${[...kinds].join(' and ')} are widened to F32 while they load, and take the memory of that.`;
  return { tensors: all, notes: [note] };
}

function widened(
  weight: TensorInfo,
  beside: (end: string) => TensorInfo | undefined,
  inputs: number,
  fp8Block?: number,
): { readonly tensor: TensorInfo; readonly kind: string } | undefined {
  const scale = beside('weight_scale_inv') ?? beside('weight_scale');
  if (weight.dtype === 'F8_E4M3' && scale && isDtype(scale.dtype)) {
    const tensor = widenFp8(weight, scale, fp8Block);
    return tensor && { tensor, kind: 'FP8 (E4M3)' };
  }
  const [scales, biases] = [beside('scales'), beside('biases')];
  if (weight.dtype === 'U32' && scales && biases && isDtype(scales.dtype)) {
    const tensor = widenMlx({ weight, scales, biases }, inputs);
    return tensor && { tensor, kind: `MLX's ${(32 * weight.shape[1]!) / inputs} bits` };
  }
  return undefined;
}
