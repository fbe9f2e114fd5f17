import type { PlanWay, Saved } from '../../lab/contract';
import { METRIC_WORDS } from './metrics';

/** What may be saved, as the page speaks of it. */
export const SAVED_WORDS: Readonly<Record<Saved, { readonly name: string; readonly how: string }>> = {
  params: { name: 'parameters', how: 'Numbers that the model is made of' },
  kv: { name: 'KV cache', how: 'Each attention layer keeps a cache for every token of context' },
  time: { name: 'time', how: 'For a token, counted: a multiplication for each parameter that it meets' },
  memory: { name: 'memory', how: 'The weights as they are stored, and the cache of a whole context' },
};

const WAYS: Readonly<Record<PlanWay['by'], string>> = {
  programme: 'the integer programme',
  'one-shot': 'lowest first',
  iterative: 'measured anew',
  span: 'blocks in a row',
  greedy: 'greedy by loss',
  every: 'trying every mask',
  swaps: 'swaps',
  refit: 'swaps, fitted anew',
};

/** "lowest first, by cosine", "the integer programme". */
export const wayWords = ({ by, metric }: PlanWay): string =>
  metric ? `${WAYS[by]}, by ${METRIC_WORDS[metric].short.toLowerCase()}` : WAYS[by];
