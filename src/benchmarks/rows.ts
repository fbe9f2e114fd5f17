import { LopperError } from '../errors';
import { decodeText } from '../formats/decode-text';
import { refuseImpostor } from '../formats/sniff';
import { parseJson, said } from '../json';
import { parseCsv } from './csv';
import { readParquet } from './parquet';

/** A file as a person gives it, under the name they know it by; parquet files are bytes. */
export type BenchmarkFile =
  | {
      readonly name: string;
      readonly text: string;
      /** How it was read, where that may be wrong. */
      readonly note?: string;
    }
  | { readonly name: string; readonly bytes: Uint8Array };

/** The file of these bytes. Throws `not-a-model-file` for what stands in a file's place, `text-encoding` for what is no text. */
export function benchmarkFile(name: string, bytes: Uint8Array): BenchmarkFile {
  refuseImpostor(name, bytes);
  return isParquet(name) ? { name, bytes } : { name, ...decodeText(name, bytes) };
}

const isParquet = (name: string) => /\.parquet$/i.test(name);

/** One row of a file: a JSON value, or an object of cells by column. */
export interface Row {
  readonly file: string;
  readonly line: number;
  /** Its file counts choices from 1, and not from 0. */
  readonly fromOne?: true;
  /** A `RowError` where the row could not even be read. */
  readonly value: unknown;
}

/** What is wrong with one row. Thrown by a task's `item`, it ends that row only. */
export class RowError extends Error {}

/**
 * The rows of a file by the ending of its name: `.csv`, `.parquet`, `.txt` (one row, the whole text), else JSON: a list,
 * `{"data": [..]}`, the `{"rows": [{"row": ..}]}` of the hub's dataset viewer, or an item a line. `columns` name the cells of a CSV file without a header. Throws `benchmark-invalid` for a parquet
 * file that is damaged.
 */
export async function readRows(file: BenchmarkFile, columns?: readonly string[]): Promise<Row[]> {
  const { name } = file;
  if (isParquet(name)) return parquetRows(name, 'bytes' in file ? file.bytes : new Uint8Array());
  const text = ('text' in file ? file.text : new TextDecoder().decode(file.bytes)).replace(/^\uFEFF/, '');
  const ending = /\.([a-z]+)$/i.exec(name)?.[1]?.toLowerCase();
  if (ending === 'csv') return csvRows(name, text, columns);
  if (ending === 'txt') return text.trim() === '' ? [] : [{ file: name, line: 1, value: text }];
  return text.trimStart().startsWith('[') ? listRows(name, text) : (wrappedRows(name, text) ?? lineRows(name, text));
}

async function parquetRows(file: string, bytes: Uint8Array): Promise<Row[]> {
  try {
    const rows = await readParquet(bytes);
    return rows.map((value, i) => ({ file, line: i + 1, value: plainNumbers(value) }));
  } catch (cause) {
    throw new LopperError(
      'benchmark-invalid',
      `${file} cannot be read as parquet (${said(cause)}).`,
      'Get the file again; it is cut short, damaged, or packed in a way that is not supported.',
      { cause },
    );
  }
}

/** Whole numbers come as bigint, which JSON does not have. */
function plainNumbers(value: unknown): unknown {
  if (typeof value === 'bigint') return Number(value);
  if (Array.isArray(value)) return value.map(plainNumbers);
  if (value === null || typeof value !== 'object' || Object.getPrototypeOf(value) !== Object.prototype) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, plainNumbers(inner)]));
}

function csvRows(file: string, text: string, columns?: readonly string[]): Row[] {
  const rows = [...parseCsv(text)];
  const first = rows[0]?.cells ?? [];
  const headed = !columns || columns.filter((column) => first.includes(column)).length > 1;
  const names = headed ? first : columns;
  return rows.slice(headed ? 1 : 0).map(({ line, cells }) => ({ file, line, value: named(names, cells) }));
}

function named(names: readonly string[], cells: readonly string[]): Record<string, string> | RowError {
  if (cells.length !== names.length) {
    return new RowError(`has ${cells.length} cells, and ${names.length} are needed: ${names.join(', ')}`);
  }
  return Object.fromEntries(names.map((name, i) => [name, cells[i]!]));
}

function lineRows(file: string, text: string): Row[] {
  const rows: Row[] = [];
  for (const [i, line] of text.split('\n').entries()) {
    if (line.trim() !== '') rows.push({ file, line: i + 1, value: parse(line) });
  }
  return rows;
}

function listRows(file: string, text: string): Row[] {
  const value = parse(text);
  // Lines that each hold a list are no items, but their lines can be told.
  if (!Array.isArray(value)) return lineRows(file, text);
  return value.map((row, i) => ({ file, line: i + 1, value: row }));
}

/** The rows of an object that holds them all; undefined for any other file. */
function wrappedRows(file: string, text: string): Row[] | undefined {
  if (!/^\s*\{/.test(text)) return undefined;
  const whole = parse(text);
  const { data, rows } = Object(whole) as { data?: unknown; rows?: unknown };
  if (Array.isArray(data)) return data.map((value, i) => ({ file, line: i + 1, value }));
  if (!Array.isArray(rows)) return undefined;
  return rows.map((entry, i) => {
    const { row, truncated_cells: cut } = Object(entry) as { row?: unknown; truncated_cells?: unknown };
    const isCut = Array.isArray(cut) && cut.length > 0;
    const value = isCut
      ? new RowError(`was cut by the dataset viewer (${cut.join(', ').slice(0, 60)})`)
      : (row ?? entry);
    return { file, line: i + 1, value };
  });
}

function parse(json: string): unknown {
  try {
    return parseJson(json);
  } catch (error) {
    return new RowError(`not JSON (${said(error)})`);
  }
}
