import type { Saving } from '../../pruning/goal';

interface SavingWords {
  /** After "of the". */
  readonly name: string;
  /** What goes to save it. */
  readonly how: string;
}

export const SAVING_WORDS: Readonly<Record<Saving, SavingWords>> = {
  cache: { name: 'KV cache', how: 'Attention layers go: each keeps a cache for every token of context' },
  parameters: { name: 'parameters', how: 'Attention and feed-forward layers go, whichever cost less' },
  blocks: { name: 'blocks', how: 'Whole blocks go, attention and feed-forward together' },
};
