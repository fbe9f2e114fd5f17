/** What the layers above may ask of the engine. `Engine` implements it; see engine.ts. */
import type { ModelSpec } from '../model/spec';
import type { Capacity } from './sequences';
import type { TokenTree } from './tree';

/** Indices (`sublayerIndex`) of the sublayers a branch leaves out. */
export type DropSet = ReadonlySet<number>;

export interface RunOptions {
  readonly signal?: AbortSignal;
  /** Fraction of the job done, 0 to 1. */
  readonly onProgress?: (fraction: number) => void;
}

export interface BranchResult {
  /** log p(target) for each of the tree's scored pairs, nats. */
  readonly logprob: Float32Array;
  /** 1 where the target is the likeliest token. */
  readonly greedy: Uint8Array;
  /** Raw logits [vocabulary] of each row asked for. */
  readonly logits: Float32Array[];
}

/** Static influence of one unit, means over every row of the tree. Depth-pruning metrics by name. */
export interface UnitStatistics {
  readonly cosine: number;
  readonly angular: number;
  readonly 'relative-l1': number;
  readonly 'relative-l2': number;
  readonly l1: number;
  readonly l2: number;
}

export interface WalkResult {
  readonly branches: BranchResult[];
  /** Of the first branch, which must drop nothing; only where `statistics` was asked. */
  readonly statistics?: {
    readonly attn: UnitStatistics[];
    readonly ffn: UnitStatistics[];
    readonly block: UnitStatistics[];
  };
}

export interface EngineContract {
  readonly model: ModelSpec;
  /** Bytes on the device. */
  memory(): { weights: number; activations: number; cache: number };
  /** Largest number of rows one walk should carry; longer work is cut into several trees by the caller. */
  readonly maxRows: number;
  /** The one forward pass: every branch in lock step, what they share computed once. */
  walk(
    tree: TokenTree,
    branches: readonly DropSet[],
    options?: RunOptions & { statistics?: boolean; logitRows?: readonly number[] },
  ): Promise<WalkResult>;
  /** A decoder with a KV cache for several sequences at once; only the kept attention sublayers have one. */
  decoder(
    dropped: DropSet,
    prompts: readonly (readonly number[])[],
    maxNewTokens: number,
    options?: DecoderOptions,
  ): Promise<DecoderContract>;
  dispose(): void;
}

export interface DecoderOptions extends RunOptions {
  /** Room for prompts that come later, all of it taken at once. Default: the first prompts and their new tokens. */
  readonly capacity?: Capacity;
  /** Bring back the likeliest token of each sequence in place of its logits. */
  readonly likeliest?: boolean;
}

export interface DecoderContract {
  /** Logits [vocabulary] after each sequence's last token, by its number; reused between calls. */
  readonly logits: readonly Float32Array[];
  /** Where that was asked for: the likeliest token after each sequence; undefined where a logit is not finite. */
  readonly likeliest: readonly (number | undefined)[];
  /** Appends one token to each sequence named and computes what follows. */
  step(tokens: readonly { readonly sequence: number; readonly id: number }[], signal?: AbortSignal): Promise<void>;
  /**
   * Reads in as many of the prompts, in order, as there is room for, and returns their numbers. What they share with
   * sequences that are here is not computed again.
   */
  add(prompts: readonly (readonly number[])[], maxNewTokens: number, options?: RunOptions): Promise<readonly number[]>;
  /** Ends a sequence: its number and its part of the cache go to those added later. */
  remove(sequence: number): void;
  dispose(): void;
}
