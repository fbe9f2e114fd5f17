import type { Failure } from '../../lab/contract';
import type { Mask } from '../../pruning/mask';
import type { LossDifference, LossParts } from '../../pruning/paired-loss';
import type { Origin } from './measured';

export interface Scored {
  readonly loss: number;
  readonly perplexity: number;
  /** Tokens of the text; the first of each window is read and not predicted. */
  readonly tokens: number;
  /** For its difference from another mask's on the same text; absent where only the loss is known. */
  readonly parts?: LossParts;
  /** How much more it is than the full model's, where that was measured beforehand. */
  readonly added?: Pick<LossDifference, 'difference' | 'interval'>;
  readonly mask: Mask;
  readonly origin: Origin;
  /** What it was measured on, in words, where that need not be the text in use. */
  readonly text?: string;
}

/** How much larger a mask's loss is than the full model's on the first windows, while the text is being gone through. */
export interface SoFar {
  readonly mask: Mask;
  readonly change: LossDifference;
  /** Windows of the text. */
  readonly of: number;
}

/** The open model's losses on the calibration text. */
export interface Losses {
  readonly full?: Scored;
  readonly pruned?: Scored;
  readonly soFar?: SoFar;
  /** Why the last attempt at a loss failed. */
  readonly scoreFailure?: Failure;
}

export const noLosses: Losses = {
  full: undefined,
  pruned: undefined,
  soFar: undefined,
  scoreFailure: undefined,
};
