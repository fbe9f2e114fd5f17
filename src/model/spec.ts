/** A matrix `y = x Wᵀ + b` of the model: which tensors make it up, one above the other. */
export interface LinearSpec {
  /** Tensor names, stacked along the output dimension (q, k and v; gate and up). */
  readonly weights: readonly string[];
  /** Bias tensors, one for each weight; empty where the architecture has none. */
  readonly biases: readonly string[];
  /** Output rows of each stacked tensor. */
  readonly outputs: readonly number[];
  readonly inputs: number;
  /** True for GPT-2's Conv1D, whose tensors are published as [inputs, outputs]. */
  readonly transposed: boolean;
}

/** A norm over the width of the stream (or of a head, for QK norm). */
export interface NormSpec {
  readonly kind: 'rms' | 'layer';
  readonly weight: string;
  readonly bias?: string;
  readonly eps: number;
}

export interface AttnSpec {
  readonly kind: 'attn';
  readonly block: number;
  readonly norm: NormSpec;
  readonly qkv: LinearSpec;
  readonly out: LinearSpec;
  readonly qNorm?: NormSpec;
  readonly kNorm?: NormSpec;
}

export interface FfnSpec {
  readonly kind: 'ffn';
  readonly block: number;
  readonly norm: NormSpec;
  /** Gate stacked on up where `gated`, else the one input projection. */
  readonly up: LinearSpec;
  readonly down: LinearSpec;
}

export type SublayerSpec = AttnSpec | FfnSpec;

/** Everything the engine needs to know of an architecture: a list of sublayers and a handful of switches. */
export interface ModelSpec {
  readonly architecture: string;
  readonly modelType: string;
  readonly blocks: number;
  readonly width: number;
  readonly heads: number;
  readonly kvHeads: number;
  readonly headDim: number;
  readonly ffnWidth: number;
  readonly vocabulary: number;
  readonly context: number;
  /** The types of its matrices, that of most bytes first: for people. */
  readonly dtype: string;
  /** 'silu-gated': silu(gate) * up. */
  readonly activation: 'silu-gated' | 'gelu-tanh' | 'gelu-erf' | 'silu' | 'relu';
  /** Both sublayers of a block read the block's input (GPT-NeoX). */
  readonly parallel: boolean;
  /** Rotary channels of each head (0: none) and the angle each pair of them turns a position, radians [dim / 2]. */
  readonly rotary: { readonly dim: number; readonly frequencies: readonly number[] };
  /** q, k and v interleaved per head in the fused projection (GPT-NeoX), else one after the other. */
  readonly qkvInterleaved: boolean;
  /** A row sees the keys of its own and the `window - 1` positions before it. */
  readonly window?: number;
  readonly embedding: string;
  /** Learned positions [context, width] (GPT-2). */
  readonly positions?: string;
  readonly sublayers: readonly SublayerSpec[];
  readonly finalNorm: NormSpec;
  /** Output head [vocabulary, width]; the embedding where tied. */
  readonly head: string;
  /** Shapes that every tensor named above must have, checked before loading. */
  readonly shapes: ReadonlyMap<string, readonly number[]>;
}
