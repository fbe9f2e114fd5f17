import { shownValues } from '../store/select';
import type { Influence, ShownUnit } from '../store/state';
import type { ChartTable } from './table';

/** What has been measured of one metric; of a sampled one perhaps only some kinds of unit. */
export type Measured = Partial<Readonly<Record<ShownUnit, Influence>>>;

export const SHOWN_UNITS: readonly ShownUnit[] = ['block', 'attn', 'ffn'];
const COLUMNS: Readonly<Record<ShownUnit, string>> = { block: 'whole block', attn: 'attn', ffn: 'ffn' };

export type Interval = readonly [low: number, high: number];

/** 95% intervals of sampled values that are not exact. */
export const intervalsOf = ({ report: { sampling } }: Influence): readonly Interval[] | undefined =>
  sampling && sampling.method !== 'exact' ? sampling.intervals : undefined;

/** A row for each block: the whole block's value and its two sublayers', with intervals where they were sampled. */
export function influenceTable(measured: Measured): ChartTable {
  const columns = ['block'];
  const lists: (readonly number[])[] = [];
  for (const unit of SHOWN_UNITS) {
    const one = measured[unit];
    if (!one) continue;
    columns.push(COLUMNS[unit]);
    lists.push(shownValues(one));
    const intervals = intervalsOf(one);
    if (!intervals) continue;
    columns.push(`${COLUMNS[unit]}, low`, `${COLUMNS[unit]}, high`);
    lists.push(
      intervals.map(([low]) => low),
      intervals.map(([, high]) => high),
    );
  }
  const rows = (lists[0] ?? []).map((_, block) => [block, ...lists.map((list) => list[block])]);
  return { columns, rows };
}
