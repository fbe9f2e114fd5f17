import type { ReactNode } from 'react';
import { thirdOf } from '../../store/third';
import { useApp } from '../../widgets/use-app';
import css from './comparison.module.css';

/** Columns of a comparison: the third model has one of its own where there is one. */
export const useColumns = (): number => (useApp(thirdOf) ? 5 : 4);

/** The columns that every comparison of the models has. */
export function ComparisonTable({ children }: { children: ReactNode }) {
  const hasModel = useApp((s) => s.open.model !== undefined);
  const third = useApp(thirdOf);
  if (!hasModel) return <p className="soft">Losses, accuracies and savings appear here once a model is open.</p>;
  return (
    <table className={third ? `${css.table} ${css.third}` : css.table}>
      <thead>
        <tr className={css.headRow}>
          <td />
          <th scope="col">Full</th>
          <th scope="col" className={css.prunedHead}>
            Pruned
          </th>
          <th scope="col">Change</th>
          {third && (
            <th scope="col" className={css.recoveredHead} title={`With a ${third.name} in the gap`}>
              Recovered
            </th>
          )}
        </tr>
      </thead>
      {children}
    </table>
  );
}
