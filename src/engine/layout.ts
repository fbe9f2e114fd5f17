/** How a model and its streams lie in GPU memory: what kernels and the walk have to agree on. */
import type { Dtype } from '../formats/dtypes';
import type { Buffer } from '../gpu/gpu';

/** Branches that one dispatch can carry: the slots that fit into a parameter block. */
export const MAX_SLOTS = 64;

/** Rows of a tile of attention. */
export const TILE_ROWS = 4;

/**
 * Bins of a histogram. Norms and their ratio: `PER_OCTAVE` to a doubling, from 2^LOWEST_OCTAVE to its inverse, so a bin is
 * 2.2% wide; the cosine: evenly from -1 to 1, 1/640 wide. What lies outside counts in the bin at the end.
 */
export const HISTOGRAM = { BINS: 1280, PER_OCTAVE: 32, LOWEST_OCTAVE: -20 } as const;

/** Rows of branches in the residual stream: `rows` rows for each slot. */
export interface Slots {
  readonly stream: Buffer;
  /** At most MAX_SLOTS. */
  readonly slots: readonly number[];
  readonly rows: number;
}

/** A run of outputs of a matrix in a buffer of its own: one binding cannot hold more, or the next are of another type. */
export interface Part {
  readonly buffer: Buffer;
  /** First output and how many. A gated matrix has a gate row and, `outputs` rows further, an up row for each. */
  readonly first: number;
  readonly outputs: number;
  readonly dtype: Dtype;
}

/** A matrix [outputs, inputs] on the GPU, rows padded with zeros to a multiple of 8, bits as published, or widened. */
export interface Linear {
  readonly parts: readonly Part[];
  /** f32 [outputs], or [2 outputs] where gated. */
  readonly bias?: Buffer;
  readonly outputs: number;
  /** Inner steps of 8 inputs. */
  readonly steps: number;
  readonly gated: boolean;
  /** What the product is multiplied by, its bias with it; default 1. */
  readonly scale?: number;
  /** Products y that are kept become ceiling tanh(y / cap); the ceiling is the cap where it is not given. */
  readonly cap?: number;
  readonly ceiling?: number;
}

export interface Norm {
  readonly layer: boolean;
  readonly eps: number;
  readonly width: number;
  readonly weight: Buffer;
  readonly bias?: Buffer;
}

export interface AttnWeights {
  readonly kind: 'attn';
  readonly norm?: Norm;
  readonly normAfter?: Norm;
  readonly qkv: Linear;
  readonly out: Linear;
  /** f32: QK norm weights of q, then of k: of a head each, or of all of them. */
  readonly qkNorm?: Buffer;
  readonly qkEps: number;
}

export interface FfnWeights {
  readonly kind: 'ffn';
  readonly norm?: Norm;
  readonly normAfter?: Norm;
  readonly up: Linear;
  readonly down: Linear;
}

export type SublayerWeights = AttnWeights | FfnWeights;

/** Elements in a padded row. */
export const padded = (width: number): number => Math.ceil(width / 8) * 8;
