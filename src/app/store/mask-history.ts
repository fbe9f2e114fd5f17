import { type Mask, sameMask } from '../../pruning/mask';

/** The mask now, and the masks on either side of it that undo and redo go to. Plain data, never changed in place. */
export interface MaskHistory {
  readonly past: readonly Mask[];
  readonly present: Mask;
  readonly future: readonly Mask[];
}

/** Steps that can be undone; masks are small, so this is only a bound. */
const MOST_STEPS = 500;

export const startHistory = (present: Mask): MaskHistory => ({ past: [], present, future: [] });

/** A new step, which forgets what had been undone. The same history where the mask stays the same. */
export function record(history: MaskHistory, mask: Mask): MaskHistory {
  if (sameMask(history.present, mask)) return history;
  return { past: [...history.past, history.present].slice(-MOST_STEPS), present: mask, future: [] };
}

/** Changes the last step instead of adding one: what a drag paints is undone at once. */
export function amend(history: MaskHistory, mask: Mask): MaskHistory {
  const before = history.past.at(-1);
  if (before && sameMask(before, mask)) return { past: history.past.slice(0, -1), present: before, future: [] };
  return { ...history, present: mask };
}

export function undo({ past, present, future }: MaskHistory): MaskHistory {
  const before = past.at(-1);
  return before
    ? { past: past.slice(0, -1), present: before, future: [present, ...future] }
    : { past, present, future };
}

export function redo({ past, present, future }: MaskHistory): MaskHistory {
  const [after, ...rest] = future;
  return after ? { past: [...past, present], present: after, future: rest } : { past, present, future };
}
