import type { EvalItem } from '../../../lab/contract';

/** `lost`: right in full, wrong when pruned; `won`: the other way round; `wrong`: the measured model errs. */
export type Filter = 'lost' | 'won' | 'wrong' | 'all';

const PASSES: Readonly<Record<Filter, (full: boolean, pruned: boolean) => boolean>> = {
  lost: (full, pruned) => full && !pruned,
  won: (full, pruned) => !full && pruned,
  wrong: (_, pruned) => !pruned,
  all: () => true,
};

/** The items a filter lets through; where one model was asked it counts as both. */
export const itemsOf = (items: readonly EvalItem[], filter: Filter): EvalItem[] =>
  items.filter(({ answers: [full, pruned = full] }) => full && pruned && PASSES[filter](full.correct, pruned.correct));
