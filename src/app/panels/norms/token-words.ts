/** Influence token by token, as charts and tables take it. Pure. */
import type { TokenInfluenceReport } from '../../../lab/contract';
import type { PlainUnit } from '../../../model/units';
import type { ChartTable } from '../../charts/table';
import { short, upperFirst } from '../../words/format';
import { unitName } from '../../words/units';

/** A token that can be seen: a space as ␣, a line's end as ↵. */
export const visible = (token: string): string => token.replaceAll(' ', '␣').replaceAll('\n', '↵') || '∅';

/** A row for each token, a column for each unit. */
export function tokensTable(report: TokenInfluenceReport): ChartTable {
  const units = (['attn', 'ffn', 'block'] as const).flatMap((kind) =>
    report[kind].map((values, b) => ({ kind, b, values })),
  );
  return {
    columns: ['position', 'token', ...units.map(({ kind, b }) => unitName(kind, b))],
    rows: report.tokens.map((token, t) => [t, visible(token), ...units.map(({ values }) => values[t])]),
  };
}

/** A unit's largest value after the first position, which is large of itself in many models. */
interface Peak {
  readonly block: number;
  readonly position: number;
  readonly value: number;
  /** How many times the unit's average it is. */
  readonly ratio: number;
}

function peakOf(values: readonly number[], block: number): Peak | undefined {
  let [sum, count, position] = [0, 0, 0];
  for (let t = 1; t < values.length; t++) {
    const value = values[t]!;
    if (!Number.isFinite(value)) continue;
    sum += value;
    count++;
    if (position === 0 || value > values[position]!) position = t;
  }
  if (position === 0) return undefined;
  const value = values[position]!;
  return { block, position, value, ratio: sum > 0 ? value / (sum / count) : 0 };
}

/** Where the largest value is, and the unit that depends most on single tokens. */
export function tokensSummary(report: TokenInfluenceReport, kind: PlainUnit): string {
  const peaks = report[kind].flatMap((values, block) => peakOf(values, block) ?? []);
  if (peaks.length === 0) return 'There is one token: nothing to compare it with.';
  const most = (by: (p: Peak) => number) => peaks.reduce((a, b) => (by(b) > by(a) ? b : a));
  const [top, peaked] = [most((p) => p.value), most((p) => p.ratio)];
  const quote = ({ position }: Peak) => `“${visible(report.tokens[position]!)}” (position ${position})`;
  return (
    `After the first position ${unitName(kind, top.block)} changes the stream most, at ${quote(top)}: ${short(top.value)}. ` +
    `${upperFirst(unitName(kind, peaked.block))} hangs most on single tokens: ${quote(peaked)} has ${short(peaked.ratio)} times its average.`
  );
}
