import type { ChartTable, Datum } from './table';

const QUOTED = /[",\r\n]/;

function field(value: Datum): string {
  const text = value === undefined ? '' : String(value);
  return QUOTED.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** A table as CSV (RFC 4180, with plain line ends): numbers as they are, empty where there is none. */
export const toCsv = ({ columns, rows }: ChartTable): string =>
  `${[columns, ...rows].map((row) => row.map(field).join(',')).join('\n')}\n`;
