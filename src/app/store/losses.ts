import type { Failure } from '../../lab/contract';
import type { Mask } from '../../pruning/mask';
import type { LossParts } from '../../pruning/paired-loss';
import type { Origin } from './measured';

export interface Scored {
  readonly loss: number;
  readonly perplexity: number;
  /** Tokens of the text; the first of each window is read and not predicted. */
  readonly tokens: number;
  /** For its difference from another mask's on the same text; absent where only the loss is known. */
  readonly parts?: LossParts;
  readonly mask: Mask;
  readonly origin: Origin;
}

/** The open model's losses on the calibration text. */
export interface Losses {
  readonly full?: Scored;
  readonly pruned?: Scored;
  /** Why the last attempt at a loss failed. */
  readonly scoreFailure?: Failure;
}

export const noLosses: Losses = { full: undefined, pruned: undefined, scoreFailure: undefined };
