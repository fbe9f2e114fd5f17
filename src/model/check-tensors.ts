import { LopperError } from '../errors';
import type { TensorMap } from '../formats/tensor';
import { missingTensors } from './missing-tensors';

/**
 * Whether a file has the tensors of a description, in their shapes and in types that Lopper computes with. Throws
 * `tensor-missing`, `tensor-shape` or `dtype-unsupported` naming the tensor; reads no weights.
 */
export function checkTensors(shapes: ReadonlyMap<string, readonly number[]>, tensors: TensorMap): void {
  const missing = [...shapes.keys()].filter((name) => !tensors.has(name));
  if (missing.length > 0) throw missingTensors(missing, shapes.keys(), tensors);
  for (const [name, shape] of shapes) {
    const tensor = tensors.get(name)!;
    if (tensor.shape.length !== shape.length || tensor.shape.some((n, i) => n !== shape[i])) {
      throw new LopperError(
        'tensor-shape',
        `${name} has the shape [${tensor.shape}], but config.json makes it [${shape}].`,
        'config.json and the weights are of different models: get both from the same place.',
      );
    }
    if (!['F32', 'F16', 'BF16'].includes(tensor.dtype)) {
      throw new LopperError(
        'dtype-unsupported',
        `${name} is stored as ${tensor.dtype}; Lopper reads F32, F16 and BF16.`,
        'Choose a version of the model that is not quantised.',
      );
    }
  }
  // Kernels are compiled for one type of matrix. Vectors (norms, biases) are widened as they are read.
  const matrices = [...shapes].filter(([, shape]) => shape.length === 2).map(([name]) => name);
  const other = matrices.find((name) => tensors.get(name)!.dtype !== tensors.get(matrices[0])!.dtype);
  if (other) {
    throw new LopperError(
      'dtype-unsupported',
      `${matrices[0]} is stored as ${tensors.get(matrices[0])!.dtype}, but ${other} as ${tensors.get(other)!.dtype}.`,
      'Choose a version of the model whose weight matrices are all of one type.',
    );
  }
}
