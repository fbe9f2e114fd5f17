/** What the lab answers about a loss. Plain data. */
import type { Sublayer } from '../../model/units';
import type { Calibration } from './calibration';

export interface ScoreRequest {
  readonly calibration: Calibration;
  /** Each is scored; they share what they have in common. */
  readonly masks: readonly (readonly Sublayer[])[];
  /** With the raw logits of each window's last token. */
  readonly logits?: boolean;
}

export interface ScoreReport {
  /** Mean token NLL over all predicted tokens of all windows, nats. */
  readonly loss: number;
  /** exp(loss). */
  readonly perplexity: number;
  /** Predicted tokens. */
  readonly tokens: number;
  readonly windows: readonly { readonly nll: readonly number[]; readonly logits?: readonly number[] }[];
  readonly milliseconds: number;
}
