/** What is said of a recovery where something may mislead. */
import type { RecoverReport } from '../contract';
import type { FitTexts } from '../measure/recover';

/** Tokens for each channel of the stream below which a map fits what is not there; measured on two small models. */
const TOKENS_PER_CHANNEL = 20;

/** Too few tokens for a map. */
export function notesOnTokens({ on }: FitTexts, rank: number): string[] {
  const { width } = on.engine.model;
  const wanted = TOKENS_PER_CHANNEL * width;
  if (rank === 0 || on.tokens >= wanted) return [];
  return [
    `A linear map of a stream of ${width} channels is fitted on ${on.tokens} tokens; with ${wanted} and more it holds on other text.`,
  ];
}

/** Plain removal does better. */
export function notesOnLoss({ pruned, recovered }: RecoverReport['loss']): string[] {
  const [text, i] = pruned.length > 1 ? (['text that was not fitted on', 1] as const) : (['this text', 0] as const);
  const [before, after] = [pruned[i]!, recovered[i]!];
  if (after <= before) return [];
  return [
    `On ${text} this recovery is worse than plain removal: the loss is ${after.toFixed(3)} with it and ${before.toFixed(3)} without.`,
  ];
}
