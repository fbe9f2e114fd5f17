/** What the lab answers about a loss. Plain data. */

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
