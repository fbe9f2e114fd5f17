import type { ReactNode } from 'react';
import { useApp } from '../../widgets/use-app';
import css from './comparison.module.css';

/** The columns that every comparison of the two models has. */
export function ComparisonTable({ children }: { children: ReactNode }) {
  const hasModel = useApp((s) => s.open.model !== undefined);
  if (!hasModel) return <p className="soft">Losses, accuracies and savings appear here once a model is open.</p>;
  return (
    <table className={css.table}>
      <thead>
        <tr className={css.headRow}>
          <td />
          <th scope="col">Full</th>
          <th scope="col" className={css.prunedHead}>
            Pruned
          </th>
          <th scope="col">Change</th>
        </tr>
      </thead>
      {children}
    </table>
  );
}
