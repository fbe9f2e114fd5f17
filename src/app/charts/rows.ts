import { PLAIN_UNITS, type PlainUnit } from '../../model/units';
import type { InfluenceMetric } from '../../pruning/metrics';
import { type Influence, shownValues } from '../store/influence';
import { METRIC_WORDS } from '../words/metrics';
import { UNIT_WORDS } from '../words/units';
import type { ChartTable } from './table';

/** What has been measured of one metric; of a sampled one perhaps only some kinds of unit. */
export type ByUnit = Partial<Readonly<Record<PlainUnit, Influence>>>;

export type Interval = readonly [low: number, high: number];

/** 95% intervals of sampled values that are not exact. */
export const intervalsOf = ({ report: { sampling } }: Influence): readonly Interval[] | undefined =>
  sampling && sampling.method !== 'exact' ? sampling.intervals : undefined;

/** A row for each block: the whole block's value and its two sublayers', with intervals where they were sampled; of several metrics side by side. */
export function influenceTable(
  ...shown: readonly { readonly metric: InfluenceMetric; readonly measured: ByUnit }[]
): ChartTable {
  const columns = ['block'];
  const lists: (readonly number[])[] = [];
  for (const { metric, measured } of shown) {
    for (const unit of PLAIN_UNITS) {
      const one = measured[unit];
      if (!one) continue;
      const name =
        shown.length > 1 ? `${METRIC_WORDS[metric].short}: ${UNIT_WORDS[unit].column}` : UNIT_WORDS[unit].column;
      columns.push(name);
      lists.push(shownValues(one));
      const intervals = intervalsOf(one);
      if (!intervals) continue;
      columns.push(`${name}, low`, `${name}, high`);
      lists.push(
        intervals.map(([low]) => low),
        intervals.map(([, high]) => high),
      );
    }
  }
  const rows = (lists[0] ?? []).map((_, block) => [block, ...lists.map((list) => list[block])]);
  return { columns, rows };
}
