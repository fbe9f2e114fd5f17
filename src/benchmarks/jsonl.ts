import * as v from 'valibot';
import { LopperError } from '../errors';

/** A text file and the name people know it by. */
export interface TextFile {
  readonly name: string;
  readonly text: string;
}

/** A row that could not be used, and why. */
export interface Problem {
  /** From 1. */
  readonly line: number;
  readonly message: string;
}

/** One row of a file: a JSON value, or the cells of a CSV row. */
export interface Row {
  readonly line: number;
  readonly value: unknown;
}

/** What a file held, and the rows that were passed over. */
export interface Parsed<T> {
  readonly items: readonly T[];
  readonly problems: readonly Problem[];
}

/** What is wrong with one row. Thrown by a task's row reader, it ends that row only. */
export class RowError extends Error {}

/**
 * Reads a benchmark file: JSON lines, or CSV where the name ends in `.csv`. A row that is no item is passed over and
 * listed in `problems`; one for which `toItem` gives nothing (a header) is just passed over. Throws
 * `benchmark-invalid`, with the first line at fault, when no row is an item.
 */
export function readItems<T>(file: TextFile, task: string, toItem: (row: Row) => T | undefined): Parsed<T> {
  const items: T[] = [];
  const problems: Problem[] = [];
  for (const row of rowsOf(file)) {
    try {
      if (row.value instanceof RowError) throw row.value;
      const item = toItem(row);
      if (item !== undefined) items.push(item);
    } catch (error) {
      if (!(error instanceof RowError)) throw error;
      problems.push({ line: row.line, message: error.message });
    }
  }
  if (items.length > 0) return { items, problems };
  const first = problems[0];
  throw new LopperError(
    'benchmark-invalid',
    first
      ? `None of the ${problems.length} rows of ${file.name} is an item of ${task}; line ${first.line}: ${first.message}.`
      : `${file.name} has no rows.`,
    `Give a file in the format of ${task}: one item a line.`,
  );
}

/** Checks a row's value against a schema. Throws `RowError` with the first thing that is wrong. */
export function checkRow<S extends v.GenericSchema>(schema: S, value: unknown): v.InferOutput<S> {
  const result = v.safeParse(schema, value);
  if (result.success) return result.output;
  const issue = result.issues[0];
  const path = v.getDotPath(issue);
  throw new RowError(path ? `${path} ${said(issue)}` : said(issue));
}

const said = ({ kind, expected, received, message }: v.BaseIssue<unknown>) =>
  kind !== 'schema'
    ? message
    : received === 'undefined'
      ? 'is missing'
      : `is ${received.slice(0, 60)}, expected ${expected}`;

function* rowsOf({ name, text }: TextFile): Generator<Row> {
  const plain = text.replace(/^\uFEFF/, '');
  if (/\.csv$/i.test(name)) {
    for (const { line, cells } of parseCsv(plain)) yield { line, value: cells };
    return;
  }
  const lines = plain.split('\n');
  for (const [i, line] of lines.entries()) {
    if (line.trim() === '') continue;
    let value: unknown;
    try {
      value = JSON.parse(line);
    } catch (error) {
      value = new RowError(`not JSON (${(error as Error).message})`);
    }
    yield { line: i + 1, value };
  }
}

/**
 * RFC 4180: cells in quotes may hold commas, new lines and doubled quotes. `line` is where a row begins. Empty rows are
 * passed over; a quote that never closes takes the rest of the file, as in other readers.
 */
export function* parseCsv(text: string): Generator<{ line: number; cells: string[] }> {
  let line = 1;
  for (let at = 0; at < text.length; ) {
    const start = at;
    const cells: string[] = [];
    for (;;) {
      const cell = parseCell(text, at);
      cells.push(cell.text);
      at = cell.end;
      if (text[at] !== ',') break;
      at++;
    }
    if (text[at] === '\r') at++;
    if (text[at] === '\n') at++;
    if (cells.length > 1 || cells[0] !== '') yield { line, cells };
    line += text.slice(start, at).split('\n').length - 1;
  }
}

function parseCell(text: string, start: number): { text: string; end: number } {
  let at = start;
  let quoted = '';
  if (text[at] === '"') {
    do {
      const close = text.indexOf('"', at + 1);
      const end = close < 0 ? text.length : close;
      // The second of two quotes is a quote of the cell's own.
      quoted += (at === start ? '' : '"') + text.slice(at + 1, end);
      at = end + 1;
    } while (text[at] === '"');
  }
  const from = Math.min(at, text.length);
  while (at < text.length && text[at] !== ',' && text[at] !== '\n' && text[at] !== '\r') at++;
  return { text: quoted + text.slice(from, at), end: Math.min(at, text.length) };
}
