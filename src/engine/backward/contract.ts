/** What may be asked of the walk in reverse: the gradient of a loss on its way down one branch. See gradients.ts. */
import type { Buffer } from '../../gpu/gpu';
import type { Step } from '../branch';
import type { RunOptions } from '../contract';

/**
 * What is differentiated, over all scored pairs of the tree, each as often as the sequences have it; the sum is divided by
 * `GradientOptions.tokens`. `sft`: the negative log-likelihood of what comes next. `kl`: the branch's distance from the
 * full model, tau² Σ p (log p - log q), both logits divided by the temperature tau. `stream`: behind each of the sublayers
 * (`sublayerIndex`; of a block its second) the squared distance of the branch's stream from the full model's, its mean over
 * channels summed over rows.
 */
export type Objective =
  | { readonly kind: 'sft' }
  | { readonly kind: 'kl'; readonly temperature: number }
  | { readonly kind: 'stream'; readonly sublayers: readonly number[] };

/** What is at hand behind a sublayer on the way down. All buffers are [rows, padded width], f32, and not to be changed. */
export interface Passing {
  readonly index: number;
  /** What the branch makes of the sublayer. */
  readonly step: Step;
  readonly rows: number;
  /** dLoss/d(after). Of a module in the sublayer's place it is dLoss/d(what the module adds). */
  readonly gradient: Buffer;
  /** The stream that the sublayer, or the module in its place, reads: raw; in a parallel block, what the block reads. */
  readonly input: Buffer;
  /** What its update is added to, and the two together. */
  readonly before: Buffer;
  readonly after: Buffer;
  /** What its block reads. */
  readonly block: Buffer;
}

/** Told of every sublayer from the top down, whatever the branch makes of it. */
export interface Sink {
  /** Working buffers of the machine's scratch that it takes, bytes by name. They are there before it is first told. */
  readonly buffers?: Readonly<Record<string, number>>;
  /** Records what it does with what is at hand; the buffers hold something else by the next call. */
  at(passing: Passing): void;
}

/** A stream [rows, padded width] before a sublayer, the first of a block and none above that of `lowest`. */
export interface StreamAt {
  readonly index: number;
  readonly stream: Buffer;
}

export interface GradientOptions extends RunOptions {
  /**
   * The lowest sublayer (`sublayerIndex`) that the sink is told of; default 0. Nothing below it is gone through in reverse;
   * their number: only the loss is wanted.
   */
  readonly lowest?: number;
  /** What the sum over scored pairs (with `stream`, over rows) is divided by; default: their number. A batch of several trees gives its own. */
  readonly tokens?: number;
  /** The branch's stream where it was kept, from `streamBefore`: what is below is not walked again. */
  readonly from?: StreamAt;
  /** With `kl`, the full model's stream behind its last sublayer, likewise. */
  readonly teacher?: Buffer;
  /**
   * Bytes that the streams that are kept and all working buffers may take. Default `memory().budget`, or what the text takes
   * where that is more; a budget given is never exceeded: throws `out-of-memory` with the window that fits.
   */
  readonly memoryBudget?: number;
}

/** The loss, divided as its gradient is. Not finite where the model gives no numbers. */
export interface Gradients {
  readonly loss: number;
}
