import type { ReactNode } from 'react';
import css from './comparison.module.css';

interface Props {
  readonly name: ReactNode;
  readonly unit?: ReactNode;
  readonly full: ReactNode;
  readonly pruned: ReactNode;
  readonly change?: ReactNode;
  /** Whether the change is for the worse, for the better, or neither. */
  readonly judged?: 'worse' | 'better';
  readonly large?: boolean;
}

export function Row({ name, unit, full, pruned, change, judged, large }: Props) {
  return (
    <tr className={large ? css.large : undefined}>
      <th scope="row">
        {name}
        {unit && <span className={css.unit}>{unit}</span>}
      </th>
      <td>{full}</td>
      <td className={css.pruned}>{pruned}</td>
      <td className={judged ?? ''}>{change}</td>
    </tr>
  );
}

/** A place where a number will be, or could be. */
export const Blank = ({ children }: { children?: ReactNode }) => <span className={css.blank}>{children ?? '–'}</span>;
