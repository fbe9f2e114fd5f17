import type { ReactNode } from 'react';
import css from './verdict.module.css';

interface Props {
  readonly value: ReactNode;
  readonly name: ReactNode;
  /** How sure it is, or what it was measured on. */
  readonly children?: ReactNode;
  readonly large?: boolean;
  /** A fact beside the others, not a finding. */
  readonly quiet?: boolean;
  /** Of an older mask. */
  readonly stale?: boolean;
  readonly beforehand?: boolean;
  /** Left out where it may be chance: grey is no verdict. */
  readonly judged?: 'worse' | 'better';
}

/** One of the verdict's numbers, with what it is of. */
export function Figure({ value, name, children, large, quiet, stale, beforehand, judged }: Props) {
  const looks = [css.value, large && css.large, quiet && css.quiet, stale && css.stale, beforehand && css.beforehand];
  return (
    <div className={css.figure}>
      <span className={`${looks.filter(Boolean).join(' ')} ${judged ?? ''}`}>{value}</span>
      <span className={css.name}>{name}</span>
      <span className={css.name}>{children}</span>
    </div>
  );
}
