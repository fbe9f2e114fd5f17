import { redoMask, undoMask } from '../store/masks';

const writes = (target: EventTarget | null) =>
  target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName));

/** Undo and redo from anywhere but a text field, which has an undo of its own. */
export function watchShortcuts(): void {
  window.addEventListener('keydown', (e) => {
    if (!(e.ctrlKey || e.metaKey) || e.altKey || writes(e.target) || document.querySelector('dialog[open]')) return;
    const key = e.key.toLowerCase();
    if (key === 'z') (e.shiftKey ? redoMask : undoMask)();
    else if (key === 'y' && e.ctrlKey) redoMask();
    else return;
    e.preventDefault();
  });
}
