import { go } from '../store/go';
import { redoMask, undoMask } from '../store/masks';
import { TABS } from '../store/route';
import { store } from '../store/store';

const writes = (target: EventTarget | null) =>
  target instanceof HTMLElement &&
  (target.isContentEditable || /^(TEXTAREA|SELECT)$/.test(target.tagName) || isField(target));

/** A field that takes letters or numbers; a box to tick takes neither. */
const isField = (target: HTMLElement) =>
  target instanceof HTMLInputElement && !/^(checkbox|radio|button|file|range)$/.test(target.type);

/** What keys do from anywhere but a field, which has an undo and uses for letters of its own. `keys-dialog.tsx` lists them. */
export function watchShortcuts(): void {
  window.addEventListener('keydown', (e) => {
    if (e.altKey || writes(e.target) || document.querySelector('dialog[open]')) return;
    if (answer(e)) e.preventDefault();
  });
}

function answer(e: KeyboardEvent): boolean {
  const key = e.key.toLowerCase();
  if (e.ctrlKey || e.metaKey) {
    if (key === 'z') (e.shiftKey ? redoMask : undoMask)();
    else if (key === 'y' && e.ctrlKey) redoMask();
    else return false;
    return true;
  }
  const tab = TABS[Number(key) - 1];
  // A lesson has a figure in the place of the tabs.
  if (tab && !store.getState().route.lesson) go({ tab });
  else if (key === '?') store.setState({ dialog: 'keys' });
  else return false;
  return true;
}
