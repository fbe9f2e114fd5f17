import type { ComponentProps } from 'react';
import css from './text-button.module.css';

/** A button that stands in a line of text and looks like a link. */
export function TextButton(props: Omit<ComponentProps<'button'>, 'className'>) {
  return <button type="button" {...props} className={css.button} />;
}
