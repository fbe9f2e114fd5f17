import { fixed, short, whole } from '../words/format';
import css from './chart-frame.module.css';
import type { ChartTable, Datum } from './table';

/** Rows shown; a longer table is whole in its CSV. */
const MOST_ROWS = 500;

function write(value: Datum): string {
  if (typeof value !== 'number') return value ?? '–';
  if (!Number.isFinite(value)) return 'not finite';
  if (Number.isInteger(value)) return whole(value);
  return Math.abs(value) >= 0.001 ? fixed(value, 5) : short(value);
}

/** What is behind a chart, to be read. */
export function DataTable({ label, table: { columns, rows } }: { label: string; table: ChartTable }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls has to be reachable by keyboard.
    <section className={css.tableBox} tabIndex={0} aria-label={`${label}, as a table`}>
      <table className={css.table}>
        <thead>
          <tr>
            {columns.map((name) => (
              <th key={name} scope="col">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.slice(0, MOST_ROWS).map(([first, ...rest], i) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: rows have no name of their own, and do not move.
            <tr key={i}>
              <th scope="row">{write(first)}</th>
              {rest.map((value, k) => (
                <td key={columns[k + 1]} data-text={typeof value === 'string' || undefined}>
                  {write(value)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      {rows.length > MOST_ROWS && (
        <p className="small soft">
          The first {whole(MOST_ROWS)} of {whole(rows.length)} rows; the CSV has them all.
        </p>
      )}
    </section>
  );
}
