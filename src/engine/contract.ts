/** What the layers above may ask of the engine. `Engine` implements it; see engine.ts. */
import type { ModelSpec } from '../model/spec';
import type { Branch } from './branch';
import type { TokenTree } from './tree';

export interface RunOptions {
  readonly signal?: AbortSignal;
  /** Fraction of the job done, 0 to 1. */
  readonly onProgress?: (fraction: number) => void;
}

export interface WalkOptions extends RunOptions {
  /** Rows whose raw logits are brought back. */
  readonly logitRows?: readonly number[];
  /** How far each branch's logits are from those of the full model, which is added where it is not among the branches. */
  readonly logitDistance?: true;
  /** What every unit of the first branch does to the stream: sums alone, with every row's values, or with histograms. */
  readonly statistics?: 'sums' | 'rows' | 'histograms';
  /** Of the first branch too: the angle between the ends of every span of blocks. Comes with `statistics`. */
  readonly angles?: true;
  /**
   * Bytes that the walk's streams and working buffers may take; more branches than fit go in waves. Default
   * `memory().budget`, or what one branch takes where that is more; a budget given is never exceeded: throws
   * `out-of-memory` with the rows that fit.
   */
  readonly memoryBudget?: number;
}

export interface BranchResult {
  /** log p(target) for each of the tree's scored pairs, nats. */
  readonly logprob: Float32Array;
  /** 1 where the target is the likeliest token. */
  readonly greedy: Uint8Array;
  /** Raw logits [vocabulary] of each row asked for. */
  readonly logits: Float32Array[];
  /** False where some log-probability is NaN or infinite; the numbers are as they came. */
  readonly finite: boolean;
  /** Over the tree's scored rows: the sum of the L2 distance to the full model's raw logits, and how many rows. */
  readonly logitDistance?: { readonly sum: number; readonly rows: number };
}

/** Static influence of one unit, means over rows. Depth-pruning metrics by name; `-output`: divided by the output's norm. */
export interface UnitStatistics {
  readonly cosine: number;
  readonly angular: number;
  readonly 'relative-l1': number;
  readonly 'relative-l2': number;
  readonly 'relative-l1-output': number;
  readonly 'relative-l2-output': number;
  readonly l1: number;
  readonly l2: number;
}

/** Of which a distribution can be had: |u|, |h|, |u| / |h| and the cosine of u with h, h being what the unit reads. */
export type Spread = 'update' | 'stream' | 'ratio' | 'cosine';

/** Sums over some rows of one unit's numbers. */
export interface RowSums {
  readonly rows: number;
  readonly sums: Readonly<UnitStatistics & { stream: number; alignment: number }>;
  /** Rows in each bin, see `BINS` in statistics.ts. */
  readonly histograms?: Readonly<Record<Spread, Uint32Array>>;
}

/** Every row of one unit, in the tree's order: 1 - cos between what the unit reads and leaves; |u|; |h|; cos(u, h). */
export interface UnitRows {
  readonly turn: Float32Array;
  readonly update: Float32Array;
  readonly stream: Float32Array;
  readonly alignment: Float32Array;
}

/** What a unit did; first positions apart from the rest, since they carry huge activations in some models. */
export interface UnitMeasures {
  readonly first: RowSums;
  readonly rest: RowSums;
  readonly rows?: UnitRows;
}

/**
 * Of every unit, by block; a dropped one does nothing. NaN stays in the numbers of the units it reached. Walks of several
 * trees are put together by `mergeStatistics`, and read by `meansOf`, `normsOf` and `anglesOf`; see statistics.ts.
 */
export interface WalkStatistics {
  readonly attn: readonly UnitMeasures[];
  readonly ffn: readonly UnitMeasures[];
  readonly block: readonly UnitMeasures[];
  /** Position of each row, where rows were asked for. */
  readonly positions?: Uint32Array;
  /** [a][n - 1]: sum over rows of the angle, 0 to 1, between the input of block a and the output of block a + n - 1. */
  readonly angles?: readonly (readonly number[])[];
}

export interface WalkResult {
  readonly branches: BranchResult[];
  /** Of the first branch; only where `statistics` or `angles` was asked. */
  readonly statistics?: WalkStatistics;
}

export interface EngineContract {
  readonly model: ModelSpec;
  /**
   * Bytes on the device, without the small buffers that carry parameters and results. `peak`: the most of all three
   * together since the model was opened or the peak restarted. `budget`: what a walk's branches may take by default.
   */
  memory(): { weights: number; activations: number; cache: number; peak: number; budget: number };
  /** Counts `peak` anew from what is allocated now. */
  restartPeak(): void;
  /** Largest number of rows one walk should carry; longer work is cut into several trees by the caller. */
  readonly maxRows: number;
  /** The same within a memory budget; at least 1. With `angles`, rows that one pass can take them of. */
  rowsWithin(memoryBudget: number, options?: { angles?: boolean }): number;
  /**
   * The one forward pass: every branch in lock step, what they share computed once. What is not a number is reported,
   * not thrown.
   */
  walk(tree: TokenTree, branches: readonly Branch[], options?: WalkOptions): Promise<WalkResult>;
  /** A decoder with a KV cache for several sequences at once; only the kept attention sublayers have one. */
  decoder(
    branch: Branch,
    prompts: readonly (readonly number[])[],
    maxNewTokens: number,
    options?: DecoderOptions,
  ): Promise<DecoderContract>;
  dispose(): void;
}

/** How many sequences and how much of them a decoder holds at once. */
export interface Capacity {
  readonly sequences: number;
  /** Cache rows, one for each token that is not shared. */
  readonly rows: number;
  /** Tokens of the longest sequence, those it will be continued by counted in. */
  readonly length: number;
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
