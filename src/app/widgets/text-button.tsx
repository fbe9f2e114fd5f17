import type { ComponentProps } from 'react';
import css from './text-button.module.css';
import { useReason } from './use-reason';

interface Props extends Omit<ComponentProps<'button'>, 'className'> {
  /** It needs an adapter and a model: disabled, it says what is missing. */
  readonly computes?: boolean;
}

/** A button that stands in a line of text and looks like a link. */
export function TextButton({ computes, ...props }: Props) {
  const title = useReason(computes, props);
  return <button type="button" {...props} title={title} className={css.button} />;
}
