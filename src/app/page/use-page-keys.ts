import { useEffect } from 'react';

/** What a key does; those that are not named keep what they do elsewhere. */
export type PageKeys = Readonly<Record<string, () => void>>;

/**
 * Keys of a lesson or of a presenter, answered wherever the focus is: Page Down and Page Up, which are what a clicker
 * sends, have another use in the tower, and arrow keys stay the tower's own.
 */
export function usePageKeys(keys: PageKeys): void {
  useEffect(() => {
    const onKey = (e: KeyboardEvent) => {
      if (e.altKey || e.ctrlKey || e.metaKey || document.querySelector('dialog[open]')) return;
      const answer = keys[e.key.length === 1 ? e.key.toLowerCase() : e.key];
      if (!answer) return;
      answer();
      e.preventDefault();
      e.stopPropagation();
    };
    window.addEventListener('keydown', onKey, { capture: true });
    return () => window.removeEventListener('keydown', onKey, { capture: true });
  }, [keys]);
}
