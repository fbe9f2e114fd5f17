/** What the lab answers about a loss. Plain data. */
import type { LossParts } from '../../pruning/paired-loss';
import type { On } from './calibration';
import type { Part } from './part';
import type { Pruning } from './pruning';

export type ScoreRequest = On<{
  /** Each is scored; they share what they have in common. */
  readonly masks: readonly Pruning[];
  /** With every token's loss, window by window: as much again as the text itself. */
  readonly windows?: boolean;
  /** With the raw logits of each window's last token too. */
  readonly logits?: boolean;
  /** Only this part of the windows; with every token's loss. */
  readonly part?: Part;
}>;

/** Of the full model with its weights as published. */
export type ScorePublishedRequest = On<object>;

export interface ScoreReport {
  /** Mean token NLL over all predicted tokens of all windows, nats. */
  readonly loss: number;
  /** exp(loss). */
  readonly perplexity: number;
  /** Predicted tokens. */
  readonly tokens: number;
  /** The loss in parts, for `pairedLoss` with that of another mask on the same text. */
  readonly parts: LossParts;
  /** While the text is being gone through: of its first windows only. */
  readonly partial?: { readonly windows: number; readonly of: number };
  /** Where asked for: the NLL of every token, nats, and the last one's logits. */
  readonly windows?: readonly { readonly nll: readonly number[]; readonly logits?: readonly number[] }[];
  readonly milliseconds: number;
  /** Where it is of a part of the windows; the loss of none is NaN. */
  readonly part?: Part;
}
