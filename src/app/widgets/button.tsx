import type { ComponentProps, ReactNode } from 'react';
import css from './button.module.css';
import { Icon } from './icons';

interface Props extends Omit<ComponentProps<'button'>, 'className'> {
  /** 'primary' for the one thing a panel is for; 'quiet' has no frame. */
  readonly look?: 'primary' | 'plain' | 'quiet';
  readonly icon?: Parameters<typeof Icon>[0]['name'];
  readonly children?: ReactNode;
}

export function Button({ look = 'plain', icon, children, ...rest }: Props) {
  return (
    <button type="button" {...rest} className={`${css.button} ${css[look]} ${children ? '' : css.bare}`}>
      {icon && <Icon name={icon} />}
      {children}
    </button>
  );
}
