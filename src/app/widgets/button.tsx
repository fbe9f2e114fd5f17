import type { ComponentProps, ReactNode } from 'react';
import css from './button.module.css';
import { Icon } from './icons';
import { useReason } from './use-reason';

interface Props extends Omit<ComponentProps<'button'>, 'className'> {
  /** 'primary' for the one thing a panel is for; 'quiet' has no frame. */
  readonly look?: 'primary' | 'plain' | 'quiet';
  readonly icon?: Parameters<typeof Icon>[0]['name'];
  /** It needs an adapter and a model: disabled, it says what is missing. */
  readonly computes?: boolean;
  readonly children?: ReactNode;
}

export function Button({ look = 'plain', icon, computes, children, ...rest }: Props) {
  const title = useReason(computes, rest);
  return (
    <button type="button" {...rest} title={title} className={`${css.button} ${css[look]} ${children ? '' : css.bare}`}>
      {icon && <Icon name={icon} />}
      {children}
    </button>
  );
}
