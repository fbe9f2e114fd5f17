import type { Sublayer } from '../../model/units';
import { dropSublayers, isDropped, type Mask, restoreSublayers } from '../../pruning/mask';
import { setMask } from '../store/masks';
import { notifyLocked, notifyMoment } from '../store/notify';
import { maskOf, momentOf } from '../store/select';
import { changeOpen, store } from '../store/store';

const same = (a: Sublayer) => (b: Sublayer) => a.block === b.block && a.kind === b.kind;

export const isLocked = (locked: readonly Sublayer[], s: Sublayer): boolean => locked.some(same(s));

/** Locks sublayers, or unlocks them where all are locked. The mask stays as it is. */
export function toggleLock(targets: readonly Sublayer[]): void {
  const { locked } = store.getState().open;
  const others = locked.filter((l) => !targets.some(same(l)));
  changeOpen({ locked: targets.every((t) => isLocked(locked, t)) ? others : [...others, ...targets] });
}

/** The mask with its sublayers dropped by hand: all but locked ones, which are said once where `tell` is set. */
export function dropByHand(mask: Mask, targets: readonly Sublayer[], tell: boolean): Mask {
  const { locked } = store.getState().open;
  const kept = targets.filter((t) => isLocked(locked, t) && !isDropped(mask, t));
  if (tell && kept.length > 0) notifyLocked(kept);
  return dropSublayers(mask, ...targets.filter((t) => !kept.includes(t)));
}

/** Whether the tower shows a model in training, which nothing can be dropped from; says so. */
export function isLookingBack(): boolean {
  const looking = momentOf(store.getState()) !== undefined;
  if (looking) notifyMoment();
  return looking;
}

/** Puts targets back where all are dropped, else drops what is left and not locked. */
export function toggleByHand(targets: readonly Sublayer[]): void {
  if (isLookingBack()) return;
  const mask = maskOf(store.getState());
  const back = targets.every((t) => isDropped(mask, t));
  setMask(back ? restoreSublayers(mask, ...targets) : dropByHand(mask, targets, true));
}
