/** What changes the mask. */
import type { Mask } from '../../pruning/mask';
import { amend, type MaskHistory, record, redo, startHistory, undo } from './mask-history';
import { changeOpen, store } from './store';

const change = (next: (masks: MaskHistory) => MaskHistory): void => changeOpen(({ masks }) => ({ masks: next(masks) }));

export const setMask = (mask: Mask): void => change((masks) => record(masks, mask));
/** Several masks as steps of their own, each undone by itself. */
export const setMasks = (steps: readonly Mask[]): void => change((masks) => steps.reduce(record, masks));
export const startMask = (mask: Mask): void => change(() => startHistory(mask));
export const undoMask = (): void => change(undo);
export const redoMask = (): void => change(redo);

/** A drag: the first change makes a step, what follows belongs to it. */
export function paintMask(mask: Mask): void {
  store.setState(({ open, painting }) => ({
    open: { ...open, masks: painting ? amend(open.masks, mask) : record(open.masks, mask) },
    painting: true,
  }));
}
export const endPainting = (): void => store.setState((s) => (s.painting ? { painting: false } : s));
