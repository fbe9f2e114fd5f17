/** Agreement in words and tables. Pure. */
import type { Disagreement } from '../../../pruning/agreement';
import type { ChartTable } from '../../charts/table';
import { fixed, lowerFirst, upperFirst } from '../../words/format';
import { METRIC_WORDS } from '../../words/metrics';
import type { MeasuredMetric, NamedUnit } from './measured';
import { ordinal, type Slope } from './slope-layout';

const nameOf = (m: MeasuredMetric) => METRIC_WORDS[m.metric].short;
const spoken = (m: MeasuredMetric) => lowerFirst(nameOf(m));
/** A row for each unit, a column for each measure. */
export const multiplesTable = (measured: readonly MeasuredMetric[], units: readonly NamedUnit[]): ChartTable => ({
  columns: ['unit', ...measured.map(nameOf)],
  rows: units.map(({ name }, i) => [name, ...measured.map((m) => m.values[i])]),
});

/** Which unit has the least by a measure and which the most. */
function endsOf({ values }: MeasuredMetric): { least: number; most: number } | undefined {
  const known = [...values.keys()].filter((i) => Number.isFinite(values[i]));
  if (known.length === 0) return undefined;
  const by = (better: (a: number, b: number) => boolean) =>
    known.reduce((a, b) => (better(values[b]!, values[a]!) ? b : a));
  return { least: by((a, b) => a < b), most: by((a, b) => a > b) };
}

/** "least attention 4, most feed-forward 0". */
export function endsWords(measured: MeasuredMetric, units: readonly NamedUnit[]): string {
  const ends = endsOf(measured);
  return ends ? `least ${units[ends.least]!.name}, most ${units[ends.most]!.name}` : 'nothing is known';
}

/** Whether the measures have the same unit at the bottom and at the top. */
export function multiplesSummary(measured: readonly MeasuredMetric[], units: readonly NamedUnit[]): string {
  const votes = (end: 'least' | 'most'): string => {
    const counts = new Map<number, number>();
    for (const m of measured) {
      const unit = endsOf(m)?.[end];
      if (unit !== undefined) counts.set(unit, (counts.get(unit) ?? 0) + 1);
    }
    return [...counts]
      .sort((a, b) => b[1] - a[1])
      .map(([unit, n]) => `${units[unit]!.name} by ${n}`)
      .join(', ');
  };
  return `Of ${measured.length} measures, most important: ${votes('most')}. Least: ${votes('least')}.`;
}

/** A correlation, without a minus before nothing. */
export const correlation = (value: number): string => fixed(Math.abs(value) < 0.005 ? 0 : value, 2);

/** The pair most and the pair least alike. */
export function matrixSummary(
  measured: readonly MeasuredMetric[],
  correlations: readonly (readonly number[])[],
): string {
  const pairs = correlations
    .flatMap((row, r) => row.slice(0, r).map((value, c) => ({ value, r, c })))
    .filter(({ value }) => Number.isFinite(value))
    .sort((a, b) => b.value - a.value);
  const [most, least] = [pairs[0], pairs.at(-1)];
  if (!most || !least) return 'There is no order to compare: every unit has the same value.';
  const words = ({ value, r, c }: typeof most) =>
    `${spoken(measured[r]!)} and ${spoken(measured[c]!)} (${correlation(value)})`;
  if (pairs.length === 1) return `${upperFirst(words(most))}. 1 is the same order, 0 none in common, −1 the reverse.`;
  return `Most alike: ${words(most)}. Least: ${words(least)}. 1 is the same order, 0 none in common, −1 the reverse.`;
}

export function matrixTable(
  measured: readonly MeasuredMetric[],
  correlations: readonly (readonly number[])[],
): ChartTable {
  return {
    columns: ['metric', ...measured.map(nameOf)],
    rows: measured.map((m, r) => [nameOf(m), ...correlations[r]!]),
  };
}

/** "They disagree most on attention 3: 1st to go by cosine, 11th by cost alone (loss)." */
export function slopeSummary(
  a: MeasuredMetric,
  b: MeasuredMetric,
  moved: readonly Slope[],
  units: readonly NamedUnit[],
): string {
  const [first, ...others] = moved;
  if (!first) return 'Both put all units in the same order.';
  const tell = (s: Slope) => `${units[s.unit]!.name} (${ordinal(s.left)} and ${ordinal(s.right)})`;
  const rest = others.length > 0 ? `, then on ${others.map(tell).join(', ')}` : '';
  return (
    `They disagree most on ${units[first.unit]!.name}, the ${ordinal(first.left)} to go by ${spoken(a)} and the ` +
    `${ordinal(first.right)} by ${spoken(b)}${rest}.`
  );
}

export function slopeTable(
  a: MeasuredMetric,
  b: MeasuredMetric,
  slopes: readonly Slope[],
  units: readonly NamedUnit[],
): ChartTable {
  const columns = ['unit', `place by ${nameOf(a)}`, `place by ${nameOf(b)}`, 'moves', nameOf(a), nameOf(b)];
  const rows = slopes.map((s) => {
    return [units[s.unit]!.name, s.left, s.right, s.right - s.left, a.values[s.unit], b.values[s.unit]];
  });
  return { columns, rows };
}

/** "least important by Cosine (1), most by Cost alone (loss) (11)", the ends of a unit's ranks over all metrics. */
export function rangeOfRanks({ ranks }: Disagreement, measured: readonly MeasuredMetric[]): string {
  const known = ranks.map((rank, i) => ({ rank, i })).filter(({ rank }) => !Number.isNaN(rank));
  const low = known.reduce((a, b) => (b.rank < a.rank ? b : a));
  const high = known.reduce((a, b) => (b.rank > a.rank ? b : a));
  const place = (rank: number) => (Number.isInteger(rank) ? ordinal(rank) : `${fixed(rank, 1)}th`);
  return `${place(low.rank)} to go by ${spoken(measured[low.i]!)}, ${place(high.rank)} by ${spoken(measured[high.i]!)}`;
}
