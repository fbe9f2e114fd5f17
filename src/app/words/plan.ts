import type { PlanWay, Saved } from '../../lab/contract';
import type { Budget } from '../../pruning/budgets';
import { lowerFirst, percent } from './format';
import { METRIC_WORDS } from './metrics';
import { and } from './units';

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
  metric ? `${WAYS[by]}, by ${lowerFirst(METRIC_WORDS[metric].short)}` : WAYS[by];

/** The first three of the ways that came to a mask; the same way may have come there with several stand-ins. */
export function fewWays(ways: readonly PlanWay[]): string {
  const words = [...new Set(ways.map(wayWords))];
  return [...words.slice(0, 3), ...(words.length > 3 ? [`and ${words.length - 3} more`] : [])].join('; ');
}

/** "that saves 10% of the parameters and 33% of the KV cache, with at most 0.1 nats more". */
export function budgetWords(budgets: readonly Budget[]): string {
  const saved = budgets.flatMap(({ of, by }) =>
    of === 'loss' ? [] : [`${percent(by).replace('.0%', '%')} of the ${SAVED_WORDS[of].name}`],
  );
  const loss = budgets.find(({ of }) => of === 'loss');
  const parts = [saved.length > 0 && `that saves ${and(saved)}`, loss && `with at most ${loss.by} nats more`];
  return parts.filter(Boolean).join(', ');
}
