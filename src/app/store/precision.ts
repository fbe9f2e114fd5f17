import type { LossDifference } from '../../pruning/paired-loss';

/** What smaller weights cost: the full model's loss with its weights as published, how much more it is, and on which text. */
export interface PrecisionCost {
  readonly published: number;
  readonly cost: LossDifference;
  readonly text: string;
}
