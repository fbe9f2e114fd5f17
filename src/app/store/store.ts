import { createStore } from 'zustand/vanilla';
import type { Open } from './open';
import { type AppState, initialState } from './state';

/** The one store of the page, which knows no React: `widgets/use-app.ts` does. */
export const store = createStore<AppState>(() => initialState);

/** Changes what belongs to the open model. */
export const changeOpen = (change: Partial<Open> | ((open: Open) => Partial<Open>)): void =>
  store.setState(({ open }) => ({ open: { ...open, ...(typeof change === 'function' ? change(open) : change) } }));
