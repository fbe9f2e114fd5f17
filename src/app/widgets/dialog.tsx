import { type ReactNode, useEffect, useId, useRef } from 'react';
import { store } from '../store/store';
import type { DialogName } from '../store/view';
import css from './dialog.module.css';
import { Icon } from './icons';
import { useApp } from './use-app';

export const openDialog = (dialog: DialogName): void => store.setState({ dialog });
export const closeDialog = (): void => store.setState({ dialog: undefined });

interface Props {
  readonly name: DialogName;
  readonly title: string;
  /** For a table. */
  readonly wide?: boolean;
  readonly children: ReactNode;
}

/**
 * The browser's own modal dialog: focus stays inside, Escape closes, the page behind is inert, and no style has to be
 * injected, which the page's policy forbids.
 */
export function Dialog({ name, title, wide, children }: Props) {
  const open = useApp((s) => s.dialog === name);
  const ref = useRef<HTMLDialogElement>(null);
  const id = useId();
  useEffect(() => {
    if (open) ref.current?.showModal();
    else ref.current?.close();
  }, [open]);
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: Escape does what a click beside the dialog does.
    <dialog
      ref={ref}
      className={`${css.dialog} ${wide ? css.wide : ''}`}
      aria-labelledby={id}
      onClose={() => store.setState((s) => (s.dialog === name ? { dialog: undefined } : s))}
      onClick={(e) => e.target === ref.current && closeDialog()}
    >
      {open && (
        <div className={css.inside}>
          <header className={css.head}>
            <h2 id={id}>{title}</h2>
            <button type="button" className={css.close} aria-label="Close" onClick={closeDialog}>
              <Icon name="close" />
            </button>
          </header>
          {children}
        </div>
      )}
    </dialog>
  );
}
