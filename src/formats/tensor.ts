import type { ByteSource } from './byte-source';

/** Where one tensor's bytes lie: `[start, end)` of `source`, little-endian, row-major. */
export interface TensorInfo {
  readonly name: string;
  /** As published in the header, e.g. `BF16`; not necessarily one the engine computes with: see dtypes.ts. */
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly source: ByteSource;
  readonly start: number;
  readonly end: number;
  /** Stored [outputs, inputs] where it is published the other way round: GPT-2's matrices in a GGUF. */
  readonly turned?: boolean;
}

export type TensorMap = ReadonlyMap<string, TensorInfo>;
