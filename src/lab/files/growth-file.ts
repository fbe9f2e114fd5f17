import * as v from 'valibot';
import type { GrowthReport } from '../contract';
import { openResultText } from './read-result';
import type { ResultOrigin } from './result-file';
import { RESULT_KINDS } from './result-kinds';

/** Whose checkpoints ship with Lopper. Their weights take 8 bits, which is said wherever their numbers are shown. */
export const BUNDLED_SERIES = 'Sapling, checkpoints in 8 bits';

const BITS = { q8: 'in 8 bits', q4: 'in 4 bits' } as const;
export type MadeOf = keyof typeof BITS;

/** What a series is called whose weights were made smaller while loading: numbers of one precision do not go on as another's. */
export const seriesAt = (series: string, precision?: MadeOf): string =>
  precision ? `${series}, ${BITS[precision]}` : series;

/** The other way. */
export function readSeries(called: string): { readonly series: string; readonly precision?: MadeOf } {
  for (const precision of ['q8', 'q4'] as const) {
    const end = `, ${BITS[precision]}`;
    if (called.endsWith(end)) return { series: called.slice(0, -end.length), precision };
  }
  return { series: called };
}

/** Where a series of measurements comes from. Every checkpoint has a dtype of its own. */
export interface GrowthOrigin {
  readonly text: ResultOrigin['text'];
  readonly madeBy: Omit<ResultOrigin['madeBy'], 'dtype'>;
}

const head = { format: 'lopper-result', version: 1, kind: 'growth' } as const;
const headSchema = v.object({
  format: v.literal(head.format),
  version: v.literal(head.version),
  kind: v.literal(head.kind),
});

/** A report as the object that its file holds: its own fields, and beside them where it comes from. */
export const growthFile = (report: GrowthReport, { text, madeBy }: GrowthOrigin): object => ({
  ...head,
  text,
  made_by: madeBy,
  ...report,
});

const originSchema = v.object({
  text: v.object({ source: v.string(), sha256: v.optional(v.string()) }),
  made_by: v.object({ lopper: v.string(), adapter: v.string() }),
});

/** Reads the report in a file. Numbers come back as they were, NaN too. Throws `result-invalid`, naming the file. */
export function readGrowthFile(text: string, name: string): GrowthReport {
  const file = openResultText('growth', text, name);
  file.check(headSchema);
  return file.check(RESULT_KINDS.growth.schema);
}

/** The same, and where it comes from. Throws `result-invalid`, naming the file. */
export function readGrowth(text: string, name: string): { readonly report: GrowthReport } & GrowthOrigin {
  const report = readGrowthFile(text, name);
  const { made_by: madeBy, ...from } = openResultText('growth', text, name).check(originSchema);
  return { report, ...from, madeBy };
}
