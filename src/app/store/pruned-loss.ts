import { sameMask } from '../../pruning/mask';
import { knownScored } from './beforehand';
import type { Scored } from './losses';
import { canMeasure } from './measuring';
import { maskOf } from './select';
import type { AppState } from './state';

/** The pruned model's loss as it may be shown: never an older mask's number as if it were this one's. */
export type PrunedLoss =
  | { readonly status: 'current'; readonly scored: Scored }
  | { readonly status: 'computing' | 'failed' | 'unavailable'; readonly before?: Scored };

const cache = new WeakMap<AppState, PrunedLoss>();

export function prunedLoss(s: AppState): PrunedLoss {
  const found = cache.get(s) ?? findPrunedLoss(s);
  cache.set(s, found);
  return found;
}

function findPrunedLoss(s: AppState): PrunedLoss {
  const mask = maskOf(s);
  const { full, pruned, scoreFailure } = s.open;
  if (mask.dropped.length === 0 && full) return { status: 'current', scored: full };
  if (pruned && sameMask(pruned.mask, mask)) return { status: 'current', scored: pruned };
  const known = knownScored(s, mask);
  if (known) return { status: 'current', scored: known };
  if (!canMeasure(s)) return { status: 'unavailable' };
  return { status: scoreFailure ? 'failed' : 'computing', before: pruned };
}
