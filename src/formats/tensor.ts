import { LopperError } from '../errors';
import type { ByteSource } from './bytes';

/** Element types the engine computes with. Others are read from a header and refused when used. */
export type Dtype = 'F32' | 'F16' | 'BF16';

/** Where one tensor's bytes lie: `[start, end)` of `source`, little-endian, row-major. */
export interface TensorInfo {
  readonly name: string;
  /** As published in the header, e.g. `BF16`; not necessarily one the engine computes with. */
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly source: ByteSource;
  readonly start: number;
  readonly end: number;
}

export type TensorMap = ReadonlyMap<string, TensorInfo>;

/** The tensor's dtype as one the engine computes with; throws `dtype-unsupported` naming the tensor and its dtype. */
export function computeDtype(tensor: TensorInfo): Dtype {
  const { dtype } = tensor;
  if (dtype === 'F32' || dtype === 'F16' || dtype === 'BF16') return dtype;
  throw new LopperError(
    'dtype-unsupported',
    `Tensor ${tensor.name} is stored as ${dtype}.`,
    'Use a version of the model published as F32, F16 or BF16 (not quantised).',
  );
}
