import { LopperError } from '../errors';
import { dtypesJoined, isDtype } from '../formats/dtypes';
import type { TensorMap } from '../formats/tensor';
import { missingTensors, quantised } from './missing-tensors';

/**
 * Whether a file has the tensors of a description, in their shapes and in types that Lopper computes with. Throws
 * `tensor-missing`, `tensor-shape` or `dtype-unsupported` naming the tensor; reads no weights.
 */
export function checkTensors(shapes: ReadonlyMap<string, readonly number[]>, tensors: TensorMap): void {
  const missing = [...shapes.keys()].filter((name) => !tensors.has(name));
  if (missing.length > 0) throw missingTensors(missing, shapes.keys(), tensors);
  for (const [name, shape] of shapes) {
    const tensor = tensors.get(name)!;
    if (!isDtype(tensor.dtype)) {
      const error = new LopperError(
        'dtype-unsupported',
        `${name} is stored as ${tensor.dtype}; Lopper reads ${dtypesJoined('and')}.`,
        'Choose a version of the model that is not quantised, or a GGUF in a type that Lopper reads: Q8_0, Q6_K, Q5_K, Q4_K, Q4_0 and others.',
      );
      throw quantised(tensors) ?? error;
    }
    if (tensor.shape.length !== shape.length || tensor.shape.some((n, i) => n !== shape[i])) {
      throw new LopperError(
        'tensor-shape',
        `${name} has the shape [${tensor.shape}], but config.json makes it [${shape}].`,
        'config.json and the weights are of different models: get both from the same place.',
      );
    }
  }
}

/** The types of a model's matrices in words, that of most bytes first; vectors (norms, biases) do not count. */
export function storedAs(shapes: ReadonlyMap<string, readonly number[]>, tensors: TensorMap): string {
  const bytes = new Map<string, number>();
  for (const [name, shape] of shapes) {
    const { dtype, start, end } = tensors.get(name)!;
    if (shape.length === 2) bytes.set(dtype, (bytes.get(dtype) ?? 0) + end - start);
  }
  return [...bytes.keys()].sort((a, b) => bytes.get(b)! - bytes.get(a)!).join(' + ');
}
