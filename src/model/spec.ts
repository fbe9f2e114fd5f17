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
  /** What the product is multiplied by, its bias with it (Granite's updates); default 1. */
  readonly scale?: number;
}

/** A norm over the width of the stream (or of a head, for QK norm). */
export interface NormSpec {
  readonly kind: 'rms' | 'layer';
  readonly weight: string;
  readonly bias?: string;
  readonly eps: number;
  /** What the weights stand above what is stored: 1 in Gemma's files, which hold the difference from it. */
  readonly offset?: number;
  /** What the normed row is multiplied by: where logits are scaled, the final norm brings it. Default 1. */
  readonly scale?: number;
}

/** Which channels of a head turn with the position, and how far. */
export interface Rotary {
  /** Rotary channels of each head, the first ones. */
  readonly dim: number;
  /** The angle each pair of them turns a position, radians [dim / 2]. */
  readonly frequencies: readonly number[];
  /** Of sequences of more than `beyond` tokens, in place of the others (longrope). */
  readonly long?: { readonly beyond: number; readonly frequencies: readonly number[] };
  /** What cosine and sine are multiplied by (yarn, longrope); default 1. */
  readonly scale?: number;
}

export interface AttnSpec {
  readonly kind: 'attn';
  readonly block: number;
  /** Absent where the stream is read as it is. */
  readonly norm?: NormSpec;
  /** Of what the sublayer comes to, before it is added to the stream. */
  readonly normAfter?: NormSpec;
  readonly qkv: LinearSpec;
  readonly out: LinearSpec;
  /** Of each head, or of all heads at once: `qkNorm` of the model. */
  readonly qNorm?: NormSpec;
  readonly kNorm?: NormSpec;
  /** A row sees the keys of its own and the `window - 1` positions before it; absent where it sees all. */
  readonly window?: number;
  /** Which of the model's `rotaries` turns its queries and keys; absent where none does. */
  readonly rotary?: number;
}

export interface FfnSpec {
  readonly kind: 'ffn';
  readonly block: number;
  readonly norm?: NormSpec;
  readonly normAfter?: NormSpec;
  /** Gate stacked on up, of one tensor or of two, where the activation is gated; else the one input projection. */
  readonly up: LinearSpec;
  readonly gated: boolean;
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
  readonly activation: 'silu-gated' | 'gelu-tanh-gated' | 'gelu-tanh' | 'gelu-erf' | 'silu' | 'relu';
  /** Both sublayers of a block read the block's input (GPT-NeoX). */
  readonly parallel: boolean;
  /** The ways in which positions turn, that of most blocks first; empty where positions are learned. */
  readonly rotaries: readonly Rotary[];
  /** q, k and v interleaved per head in the fused projection (GPT-NeoX), else one after the other. */
  readonly qkvInterleaved: boolean;
  /** What query times key is multiplied by. */
  readonly attentionScale: number;
  /** Scores s become c tanh(s / c) before the softmax (Gemma 2). */
  readonly scoreCap?: number;
  /** And logits z become c tanh(z / c). */
  readonly logitCap?: number;
  /** Where there are norms of queries and keys: over each head, or over all heads at once (OLMo 2). */
  readonly qkNorm?: 'head' | 'whole';
  readonly embedding: string;
  /** What a token's embedding is multiplied by; default 1. */
  readonly embeddingScale?: number;
  /** Learned positions [context + positionOffset, width] (GPT-2, OPT). */
  readonly positions?: string;
  /** Rows of that table before position 0; default 0. */
  readonly positionOffset?: number;
  readonly sublayers: readonly SublayerSpec[];
  readonly finalNorm: NormSpec;
  /** Output head [vocabulary, width]; the embedding where tied. */
  readonly head: string;
  /** Shapes that every tensor named above must have, checked before loading. */
  readonly shapes: ReadonlyMap<string, readonly number[]>;
}
