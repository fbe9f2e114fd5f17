import { createStore } from 'zustand/vanilla';
import type { Failure } from '../../lab/contract';
import type { Sublayer } from '../../model/units';
import type { Mask } from '../../pruning/mask';
import { sublayerName } from '../words/units';
import { amend, record, redo, startHistory, undo } from './mask-history';
import { type AppState, initialState } from './state';

/** The one store of the page, which knows no React: `widgets/use-app.ts` does. What is changed here needs no lab. */
export const store = createStore<AppState>(() => initialState);

const set = store.setState;

export const setMask = (mask: Mask): void => set((s) => ({ masks: record(s.masks, mask) }));
/** Several masks as steps of their own, each undone by itself. */
export const setMasks = (masks: readonly Mask[]): void => set((s) => ({ masks: masks.reduce(record, s.masks) }));
export const startMask = (mask: Mask): void => set({ masks: startHistory(mask) });
export const undoMask = (): void => set((s) => ({ masks: undo(s.masks) }));
export const redoMask = (): void => set((s) => ({ masks: redo(s.masks) }));

/** A drag: the first change makes a step, what follows belongs to it. */
export function paintMask(mask: Mask): void {
  set((s) => ({ masks: s.painting ? amend(s.masks, mask) : record(s.masks, mask), painting: true }));
}
export const endPainting = (): void => set((s) => (s.painting ? { painting: false } : s));

/** Marks sublayers in the tower, or none. */
export const highlight = (highlighted?: readonly Sublayer[]): void =>
  set((s) => (s.highlighted === highlighted ? s : { highlighted }));

let notices = 0;

/** Says what went wrong; cancelling is no mishap. */
export function notifyFailure(title: string, failure: Failure): void {
  if (failure.code === 'cancelled') return;
  const notice = { id: ++notices, kind: 'error' as const, title, failure };
  set((s) => ({ notices: [...s.notices.filter((n) => n.failure?.message !== failure.message), notice].slice(-4) }));
}

/** Says something that passes by itself. */
export function notify(title: string, text?: string): void {
  set((s) => ({ notices: [...s.notices, { id: ++notices, kind: 'note' as const, title, text }].slice(-4) }));
}

/** A click on locked layers: says so, with a way to unlock them. */
export function notifyLocked(unlock: readonly Sublayer[]): void {
  const names = unlock.map(({ block, kind }) => sublayerName(block, kind)).join(' and ');
  const title = `${names[0]!.toUpperCase()}${names.slice(1)} ${unlock.length === 1 ? 'is' : 'are'} locked`;
  const notice = {
    id: ++notices,
    kind: 'note' as const,
    title,
    text: 'No click and no strategy drops what is locked.',
    unlock,
  };
  set((s) => ({ notices: [...s.notices.filter((n) => !n.unlock), notice].slice(-4) }));
}

export const dismissNotice = (id: number): void => set((s) => ({ notices: s.notices.filter((n) => n.id !== id) }));
