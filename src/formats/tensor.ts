import type { ByteSource } from './bytes';

/** Where one tensor's bytes lie: `[start, end)` of `source`, little-endian, row-major. */
export interface TensorInfo {
  readonly name: string;
  /** As published in the header, e.g. `BF16`; not necessarily one the engine computes with: see dtypes.ts. */
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly source: ByteSource;
  readonly start: number;
  readonly end: number;
}

export type TensorMap = ReadonlyMap<string, TensorInfo>;
