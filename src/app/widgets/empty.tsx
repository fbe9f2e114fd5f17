import type { ReactNode } from 'react';
import css from './empty.module.css';

interface Props {
  /** What will be here, and how long it takes. */
  readonly children: ReactNode;
  /** What makes it. */
  readonly action?: ReactNode;
}

/** In the place of a chart that has not been measured yet. */
export function Empty({ children, action }: Props) {
  return (
    <div className={css.empty}>
      <p>{children}</p>
      {action}
    </div>
  );
}
