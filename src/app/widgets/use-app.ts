import { useStore } from 'zustand';
import type { AppState } from '../store/state';
import { store } from '../store/store';

/** What a component shows of the state; it is drawn anew where that has changed. */
export const useApp = <T>(select: (state: AppState) => T): T => useStore(store, select);
