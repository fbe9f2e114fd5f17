import type { TensorMap } from '../../formats/tensor';
import type { RopeScaling } from '../rope-scaling';
import type { ModelSpec } from '../spec';

/** What a config.json says, in one way for every architecture. Sizes are counts; `context` is tokens. */
export interface ConfigFacts {
  readonly blocks: number;
  readonly width: number;
  readonly heads: number;
  readonly kvHeads: number;
  readonly headDim: number;
  /** Absent where the config leaves it to the weights (GPT-2 without `n_inner`). */
  readonly ffnWidth?: number;
  readonly vocabulary: number;
  readonly context: number;
  readonly normEps: number;
  readonly ropeTheta: number;
  /** Channels of each head that are rotated; 0 for learned positions (GPT-2). */
  readonly rotaryDim: number;
  readonly ropeScaling?: RopeScaling;
  /** Of the blocks that slide, where positions turn otherwise there. */
  readonly localRope?: { readonly theta: number; readonly scaling?: RopeScaling };
  /** Blocks whose positions do not turn; default none. */
  readonly unrotated?: readonly number[];
  /** A row sees its own position and the `slidingWindow - 1` before it; absent where attention is full. */
  readonly slidingWindow?: number;
  /** Which blocks slide; absent where all do. */
  readonly slides?: readonly boolean[];
  /** What query times key is multiplied by; default 1 / sqrt(headDim). */
  readonly attentionScale?: number;
  /** c of c tanh(s / c), for scores and for logits; absent where there is none. */
  readonly scoreCap?: number;
  readonly logitCap?: number;
  /** What embeddings, the updates of sublayers and logits are multiplied by; default 1. */
  readonly embeddingScale?: number;
  readonly updateScale?: number;
  readonly logitScale?: number;
  /** As published: `silu`, `gelu`, `gelu_new`, ... */
  readonly activation: string;
  readonly parallelResidual: boolean;
  readonly tied: boolean;
  /** Biases on q, k and v (for Llama and Mistral layouts with `attention_bias`, and GPT-NeoX, on the output too). */
  readonly attentionBias: boolean;
  readonly mlpBias: boolean;
  readonly bosId?: number;
  readonly eosIds: readonly number[];
  /** As published, e.g. `bfloat16`; the weights themselves decide. */
  readonly dtype?: string;
  /** Rows and columns of a block of an FP8 matrix that shares a scale. */
  readonly fp8Block?: number;
  /** What a person should know of how it is run: sentences. */
  readonly notes?: readonly string[];
}

/** A config whose feed-forward width is known. */
export type Sized = ConfigFacts & { readonly ffnWidth: number };

/** The part of a description in which architectures differ: how their tensors are called and put together. */
export type Parts = Pick<
  ModelSpec,
  | 'embedding'
  | 'positions'
  | 'positionOffset'
  | 'sublayers'
  | 'finalNorm'
  | 'head'
  | 'qkvInterleaved'
  | 'qkNorm'
  | 'activation'
>;

/** One way of building and publishing a language model. */
export interface Architecture {
  /** Of the keys that others are refused for (`refused-keys.ts`), those it computes. */
  readonly reads?: readonly string[];
  /** Reads the keys of a config.json; what is left out is as transformers assumes. Throws as `readKeys` does. */
  read(config: Readonly<Record<string, unknown>>): ConfigFacts;
  /** The feed-forward width, where the config leaves it to the weights. */
  ffnWidth?(tensors: TensorMap): number | undefined;
  /** The sublayers and the rest. `has`: which tensors there are, where names differ from one publisher to another. */
  parts(config: Sized, has: (tensor: string) => boolean): Parts;
}
