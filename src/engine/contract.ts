/** What the layers above may ask of the engine. `Engine` implements it; see engine.ts. */
import type { ModelSpec } from '../model/spec';
import type { AdamState } from '../recovery/training';
import type { Branch } from './branch';
import type { Observation, Observed, Observer } from './observers/observer';
import type { Stream } from './observers/stream';
import type { TokenTree } from './tree';

export interface RunOptions {
  readonly signal?: AbortSignal;
  /** Fraction of the job done, 0 to 1. */
  readonly onProgress?: (fraction: number) => void;
}

export interface WalkOptions<O extends readonly Observation[] = readonly Observation[]> extends RunOptions {
  /** Rows whose raw logits are brought back. */
  readonly logitRows?: readonly number[];
  /** How far each branch's logits are from those of the full model, which is added where it is not among the branches. */
  readonly logitDistance?: true;
  /** The walk ends before this sublayer (`sublayerIndex`), and nothing is scored: for what is learned on the way there. */
  readonly until?: number;
  /**
   * Where the walk begins: before this sublayer (the first of its block where the residual is parallel), on the stream that
   * each branch has there, as `streamBefore` saw it. All of the branches go together.
   */
  readonly from?: { readonly index: number; readonly streams: readonly Stream[] };
  /** What is to be learned of some of the branches on the way. */
  readonly observe?: O;
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

export interface WalkResult<O extends readonly Observation[] = readonly Observation[]> {
  readonly branches: BranchResult[];
  /** What each observation came to, in the order of the list. */
  readonly observed: Observed<O>;
}

/** What to first order each unit does to the loss: sums over rows, nats; larger is more important. */
export interface GradientInfluence {
  /** By `sublayerIndex`, and of each block. */
  readonly sublayers: readonly number[];
  readonly blocks: readonly number[];
  /** The branch's summed negative log-likelihood, and of how many tokens. Not finite where the model gives no numbers. */
  readonly loss: number;
  readonly tokens: number;
}

/** What is read of weights that do not stay on the GPU. */
export interface Reading {
  /** Bytes of one pass over the model. */
  readonly bytesPerPass: number;
  /** Of these, bytes at most that are read and wait for the GPU at once, in the memory of the program or its driver. */
  readonly ahead: number;
  /** Bytes read so far, and the seconds that this took, most of them beside the work. */
  readonly bytes: number;
  readonly seconds: number;
  /** Of these, the seconds in which the work waited for them. */
  readonly waited: number;
}

export interface EngineContract {
  readonly model: ModelSpec;
  /**
   * Bytes on the device, without the small buffers that carry parameters and results. `peak`: the most of all three
   * together since the model was opened or the peak restarted. `budget`: what a walk's branches may take by default.
   */
  memory(): {
    weights: number;
    activations: number;
    cache: number;
    peak: number;
    budget: number;
    /** Absent where all weights stay in GPU memory. */
    reading?: Reading;
  };
  /** Counts `peak` anew from what is allocated now. */
  restartPeak(): void;
  /** Largest number of rows one walk should carry; longer work is cut into several trees by the caller. */
  readonly maxRows: number;
  /** The same within a memory budget; at least 1. With observers: rows of one branch that they can watch in one pass. */
  rowsWithin(memoryBudget: number, observers?: readonly Observer<unknown>[]): number;
  /**
   * The one forward pass: every branch in lock step, what they share computed once. What is not a number is reported,
   * not thrown.
   */
  walk<const O extends readonly Observation[] = readonly []>(
    tree: TokenTree,
    branches: readonly Branch[],
    options?: WalkOptions<O>,
  ): Promise<WalkResult<O>>;
  /** Rows of one long text for which `gradientInfluence` has room; at least 1. Default: within `memory().budget`. */
  gradientRows(memoryBudget?: number): number;
  /**
   * What to first order every unit of a branch does to the loss, from one forward and one backward pass. Windows must
   * share no rows. Throws `out-of-memory` with the window that fits.
   */
  gradientInfluence(
    tree: TokenTree,
    branch: Branch,
    options?: RunOptions & { readonly memoryBudget?: number },
  ): Promise<GradientInfluence>;
  /** A decoder with a KV cache for several sequences at once; only the kept attention sublayers have one. */
  decoder(
    branch: Branch,
    prompts: readonly (readonly number[])[],
    maxNewTokens: number,
    options?: DecoderOptions,
  ): Promise<DecoderContract>;
  /**
   * Brings modules to the GPU to be trained, each in the place of its unit. Throws `mask-mismatch` for modules of another
   * width, `out-of-memory`.
   */
  trainer(state: AdamState, aim: Aim, options?: { readonly memoryBudget?: number }): Promise<TrainerContract>;
  /** Brings a matrix [width, width], row by row, to the GPU. Throws `out-of-memory`. */
  square(width: number, values: Float32Array): Promise<SquareContract>;
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
  /** Texts go on with their likeliest tokens, as a rule. Default: where those alone are brought back. */
  readonly greedy?: boolean;
  /**
   * The step after each is begun before that has come back, as though every text went on with its likeliest token, so that
   * a card is never idle. Default: where texts are `greedy` and a card computes.
   */
  readonly ahead?: boolean;
}

/** A step that was begun. */
export interface Begun {
  /** Resolves once what follows is here. */
  readonly come: Promise<void>;
}

export interface DecoderContract {
  /** Logits [vocabulary] after each sequence's last token, by its number; others in their place after each step. */
  readonly logits: readonly Float32Array[];
  /** Where that was asked for: the likeliest token after each sequence; undefined where a logit is not finite. */
  readonly likeliest: readonly (number | undefined)[];
  /**
   * Begins to append one token to each sequence named. Resolves once the adapter has been asked for all of it: until it has
   * come there is time for other things, and another decoder may begin a step too.
   */
  begin(tokens: readonly { readonly sequence: number; readonly id: number }[], signal?: AbortSignal): Promise<Begun>;
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

/**
 * What is trained towards. `sft`: the next token; `kl`: what the full model predicts; both their mean over predicted tokens.
 * `match`: the full model's stream behind each unit, the mean over tokens and channels of the squared distance, summed over
 * units; on the pruned model's `own` stream, which counts as given, or on the `full` model's.
 */
export type Aim =
  | { readonly kind: 'sft' }
  | { readonly kind: 'kl'; readonly temperature: number }
  | { readonly kind: 'match'; readonly on: 'own' | 'full' };

/**
 * Modules on the GPU whose numbers are being trained; the same trees in the same order come to the same numbers. The texts
 * of a tree share no rows: each token counts once.
 */
export interface TrainerContract {
  /** The loss on some texts together; the numbers stay as they are. Not finite where the model gives no numbers. */
  loss(trees: readonly TokenTree[], options?: RunOptions): Promise<number>;
  /**
   * A step of AdamW on some texts together: their loss before it, and where it leads; without a state where the loss is not
   * finite, and then no step is taken.
   */
  step(trees: readonly TokenTree[], rate: number, options?: RunOptions): Promise<TrainingStep>;
  dispose(): void;
}

export interface TrainingStep {
  readonly loss: number;
  readonly state?: AdamState;
}

/** A square matrix M on the GPU, in single precision; rows are [count, width], one after the other. */
export interface SquareContract {
  /** Each row r becomes M r. */
  times(rows: Float32Array, signal?: AbortSignal): Promise<Float32Array>;
  /** Each row r becomes M' r. */
  timesTransposed(rows: Float32Array, signal?: AbortSignal): Promise<Float32Array>;
  /**
   * Prepares a symmetric M of positive eigenvalues for `solve`, after which it is not multiplied by any more. False where it
   * has others, as far as single precision can tell.
   */
  factor(signal?: AbortSignal): Promise<boolean>;
  /** Each row r becomes the x of M x = r. */
  solve(rows: Float32Array, signal?: AbortSignal): Promise<Float32Array>;
  dispose(): void;
}
