import { fixed, short } from '../format';
import type { Influence } from '../store/state';
import css from './influence.module.css';
import { influenceRows } from './rows';

/** The charts' values as a table, the last block at the top as in the tower. */
export function InfluenceTable({ block, attn, ffn }: { block: Influence; attn: Influence; ffn: Influence }) {
  const write = (v: number) => (Math.abs(v) >= 0.001 ? fixed(v, 5) : short(v));
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls has to be reachable by keyboard.
    <section className={css.tableBox} tabIndex={0} aria-label="Influence values">
      <table className={css.table}>
        <thead>
          <tr>
            <th scope="col">Block</th>
            <th scope="col">whole block</th>
            <th scope="col">attn</th>
            <th scope="col">ffn</th>
          </tr>
        </thead>
        <tbody>
          {influenceRows(block, attn, ffn)
            .reverse()
            .map((r) => (
              <tr key={r.block}>
                <th scope="row">{r.block}</th>
                <td>{write(r.whole)}</td>
                <td>{write(r.attn)}</td>
                <td>{write(r.ffn)}</td>
              </tr>
            ))}
        </tbody>
      </table>
    </section>
  );
}
