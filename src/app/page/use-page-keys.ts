import { useEffect } from 'react';
import { goBack, goOn } from '../actions/lessons';
import type { Lesson } from '../words/lessons/lesson';

/**
 * Page Down and Page Up, which are what a presenter's clicker sends, walk the lesson wherever the focus is: also in the
 * tower, which has uses of its own for the arrow keys.
 */
export function usePageKeys(lesson: Lesson | undefined): void {
  useEffect(() => {
    if (!lesson) return;
    const onKey = (e: KeyboardEvent) => {
      if (e.altKey || e.ctrlKey || e.metaKey || document.querySelector('dialog[open]')) return;
      if (e.key === 'PageDown') goOn(lesson);
      else if (e.key === 'PageUp') goBack(lesson);
      else return;
      e.preventDefault();
      e.stopPropagation();
    };
    window.addEventListener('keydown', onKey, { capture: true });
    return () => window.removeEventListener('keydown', onKey, { capture: true });
  }, [lesson]);
}
