import type { Dtype } from '../../formats/dtypes';
import type { TensorInfo, TensorMap } from '../../formats/tensor';
import { parseConfig } from '../../model/config';
import { describe, layoutOf } from '../../model/describe';
import type { ModelSpec } from '../../model/spec';
import { numbers, tensorOf } from './gpu';
import { bitsOf } from './kernels';

/**
 * A model by its config.json, whose tensors are each stored in a type that `typeOf` chooses; numbers that every type holds
 * exactly.
 */
export function madeUpModel(config: object, typeOf: (tensor: string) => Dtype): [ModelSpec, TensorMap] {
  const parsed = parseConfig(JSON.stringify(config));
  const next = numbers(7);
  const tensors = new Map<string, TensorInfo>();
  for (const [tensor, shape] of layoutOf(parsed).shapes) {
    const isNorm = shape.length === 1 && tensor.endsWith('weight');
    const count = shape.reduce((product, n) => product * n, 1);
    const values = Float32Array.from({ length: count }, () => (isNorm ? 1 + next() : next() / 4));
    const bits = bitsOf(values, typeOf(tensor));
    tensors.set(tensor, tensorOf(tensor, typeOf(tensor), shape, new Uint8Array(bits.buffer)));
  }
  return [describe(parsed, tensors), tensors];
}
