import type { ReactNode } from 'react';
import { thirdOf } from '../../store/third';
import { useApp } from '../../widgets/use-app';
import css from './comparison.module.css';

interface Props {
  readonly name: ReactNode;
  readonly unit?: ReactNode;
  readonly full: ReactNode;
  readonly pruned: ReactNode;
  readonly change?: ReactNode;
  /** Whether the change is for the worse, for the better, or neither. */
  readonly judged?: 'worse' | 'better';
  /** Of the third model, shown where there is one. */
  readonly recovered?: ReactNode;
  readonly large?: boolean;
}

export function Row({ name, unit, full, pruned, change, judged, recovered, large }: Props) {
  const hasThird = useApp((s) => thirdOf(s) !== undefined);
  return (
    <tr className={large ? css.large : undefined}>
      <th scope="row">
        {name}
        {unit && <span className={css.unit}>{unit}</span>}
      </th>
      <td>{full}</td>
      <td className={css.pruned}>{pruned}</td>
      <td className={judged ?? ''}>{change}</td>
      {hasThird && <td className={css.pruned}>{recovered ?? <Blank />}</td>}
    </tr>
  );
}

/** A place where a number will be, or could be. */
export const Blank = ({ children }: { children?: ReactNode }) => <span className={css.blank}>{children ?? '–'}</span>;
