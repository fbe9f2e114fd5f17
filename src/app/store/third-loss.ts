/** What the third model's loss is beside the full and the pruned one's, on the calibration text. */
import { undoneShare } from '../../pruning/paired-loss';
import type { Scored } from './losses';
import type { AppState } from './state';
import { thirdOf } from './third';
import { lossChange, type Verdict, verdictOf } from './verdict';

export interface ThirdLoss {
  readonly scored: Scored;
  /** How much larger it is than the full model's, nats per token. */
  readonly toFull: Pick<Verdict, 'change' | 'interval'>;
  /** How much larger it is than that of plain removal, where that is known. */
  readonly toPruned?: Pick<Verdict, 'change' | 'interval'>;
  /** The share of the damage that is undone, where there is damage, with its interval where the losses are known in parts. */
  readonly undone?: { readonly share: number; readonly interval?: readonly [low: number, high: number] };
  /** Plain removal does better. */
  readonly worse: boolean;
}

const cache = new WeakMap<AppState, { readonly found?: ThirdLoss }>();

/** Undefined where there is no third model, and while its loss at the strength that it has is not known. */
export function thirdLossOf(s: AppState): ThirdLoss | undefined {
  const known = cache.get(s) ?? { found: find(s) };
  cache.set(s, known);
  return known.found;
}

function find(s: AppState): ThirdLoss | undefined {
  const third = thirdOf(s);
  const { full, pruned } = verdictOf(s);
  const { scored, strength } = third ?? {};
  if (!scored || scored.strength !== strength || !full) return undefined;
  const damage = pruned ? pruned.loss - full.loss : 0;
  const parts = full.parts && pruned?.parts && scored.parts && undoneShare(full.parts, pruned.parts, scored.parts);
  return {
    scored,
    toFull: lossChange(full, scored),
    ...(pruned && { toPruned: lossChange(pruned, scored) }),
    ...(pruned && damage > 0 && { undone: parts || { share: (pruned.loss - scored.loss) / damage } }),
    worse: pruned !== undefined && scored.loss > pruned.loss,
  };
}
