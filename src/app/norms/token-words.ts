/** Influence token by token, as charts and tables take it. Pure. */
import type { TokenInfluenceReport } from '../../lab/contract';
import type { ChartTable } from '../charts/table';
import { short } from '../format';

export type TokenUnits = 'block' | 'attn' | 'ffn';

/** A token that can be seen: a space as ␣, a line's end as ↵. */
export const visible = (token: string): string => token.replaceAll(' ', '␣').replaceAll('\n', '↵') || '∅';

/** A row for each token, a column for each unit. */
export function tokensTable(report: TokenInfluenceReport): ChartTable {
  const units = (['attn', 'ffn', 'block'] as const).flatMap((kind) =>
    report[kind].map((values, b) => ({ kind, b, values })),
  );
  return {
    columns: ['position', 'token', ...units.map(({ kind, b }) => `${kind} ${b}`)],
    rows: report.tokens.map((token, t) => [t, visible(token), ...units.map(({ values }) => values[t])]),
  };
}

/** Where the largest value is, and the unit that depends most on single tokens. The first position is passed over: it is large of itself. */
export function tokensSummary(report: TokenInfluenceReport, kind: TokenUnits): string {
  const rows = report[kind];
  const later = (values: readonly number[]) => values.slice(1).filter(Number.isFinite);
  const all = rows.flatMap((values, b) => values.map((value, t) => ({ value, b, t }))).filter((x) => x.t > 0);
  const top = all.filter((x) => Number.isFinite(x.value)).sort((a, b) => b.value - a.value)[0];
  if (!top) return 'There is one token: nothing to compare it with.';
  const peaked = rows
    .map((values, b) => {
      const own = later(values);
      const mean = own.reduce((sum, v) => sum + v, 0) / own.length;
      const peak = Math.max(...own);
      return { b, ratio: mean > 0 ? peak / mean : 0, t: values.indexOf(peak, 1) };
    })
    .sort((a, b) => b.ratio - a.ratio)[0]!;
  const quote = (t: number) => `“${visible(report.tokens[t]!)}” (position ${t})`;
  return (
    `After the first position ${kind} ${top.b} changes the stream most, at ${quote(top.t)}: ${short(top.value)}. ` +
    `${kind} ${peaked.b} hangs most on single tokens: ${quote(peaked.t)} has ${short(peaked.ratio)} times its average.`
  );
}
