import type { ChartTable, Datum } from './table';

const QUOTED = /[",\r\n]/;

/** A text that a spreadsheet would take for a formula; numbers are none, whatever their sign. */
const FORMULA = /^[=+\-@\t\r]/;

function field(value: Datum): string {
  const said = value === undefined ? '' : String(value);
  const text = typeof value === 'string' && FORMULA.test(said) && !Number.isFinite(Number(said)) ? `'${said}` : said;
  return QUOTED.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/**
 * A table as CSV (RFC 4180, with plain line ends): numbers as they are, empty where there is none. Above it `head`, each
 * line behind a #, which pandas' `comment="#"`, R's and gnuplot's readers pass over.
 */
export const toCsv = ({ columns, rows }: ChartTable, head: readonly string[] = []): string =>
  [
    ...head.map((line) => `# ${line.replaceAll(/[\r\n]+/g, ' ')}`),
    ...[columns, ...rows].map((row) => row.map(field).join(',')),
    '',
  ].join('\n');
