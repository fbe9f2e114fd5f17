import { useSyncExternalStore } from 'react';

export type Theme = 'light' | 'dark';

const KEY = 'lopper-theme';
const dark = matchMedia('(prefers-color-scheme: dark)');
const listeners = new Set<() => void>();

function stored(): Theme | undefined {
  try {
    const value = localStorage.getItem(KEY);
    return value === 'light' || value === 'dark' ? value : undefined;
  } catch {
    return undefined;
  }
}

let chosen = stored();
let pinned: Theme | undefined;
const theme = (): Theme => pinned ?? chosen ?? (dark.matches ? 'dark' : 'light');
const apply = () => {
  document.documentElement.dataset.theme = theme();
  for (const listener of listeners) listener();
};
dark.addEventListener('change', apply);
apply();

const subscribe = (listener: () => void) => {
  listeners.add(listener);
  return () => listeners.delete(listener);
};

/** The theme in force: the visitor's choice, else the system's. */
export const useTheme = (): Theme => useSyncExternalStore(subscribe, theme);

export function switchTheme(): void {
  chosen = theme() === 'dark' ? 'light' : 'dark';
  try {
    localStorage.setItem(KEY, chosen);
  } catch {
    // A browser that keeps nothing: the choice lasts as long as the page.
  }
  apply();
}

/** One theme for as long as a board is shown, whatever was chosen; undefined to let go of it. */
export function pinTheme(to: Theme | undefined): void {
  pinned = to;
  apply();
}
