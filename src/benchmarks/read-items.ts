import { LopperError } from '../errors';
import { type BenchmarkFile, type Row, RowError, readRows } from './rows';
import type { Item, Task } from './task';

/** A row that could not be used, and why. */
export interface Problem {
  readonly file: string;
  /** From 1. */
  readonly line: number;
  readonly message: string;
}

/** What files held, in their order, and the rows that were passed over. */
export interface Items<I extends Item = Item> {
  readonly items: readonly I[];
  readonly problems: readonly Problem[];
}

/**
 * The items of a task's files, read as one set. A row that is no item is passed over and listed in `problems`. Throws
 * `benchmark-invalid`, with the first line at fault, for a file without rows and for one none of whose rows is an item.
 */
export async function readItems<I extends Item>(task: Task<I>, files: readonly BenchmarkFile[]): Promise<Items<I>> {
  const read: (readonly Row[])[] = [];
  for (const file of files) {
    const rows = await readRows(file, task.columns);
    if (rows.length === 0) throw invalid(task, `${file.name} has no rows.`);
    read.push(rows);
  }
  const items: I[] = [];
  const problems: Problem[] = [];
  for (const rows of task.join?.(read) ?? read) {
    const wrong: Problem[] = [];
    for (const row of rows) {
      try {
        if (row.value instanceof RowError) throw row.value;
        const item = task.item(row);
        if (item !== undefined) items.push(item);
      } catch (error) {
        if (!(error instanceof RowError)) throw error;
        wrong.push({ file: row.file, line: row.line, message: error.message });
      }
    }
    const [first] = wrong;
    if (first && wrong.length === rows.length) {
      throw invalid(
        task,
        `None of the ${rows.length} rows of ${first.file} is an item of ${task.name}; line ${first.line}: ${first.message}.`,
      );
    }
    problems.push(...wrong);
  }
  if (items.length > 0) return { items, problems };
  throw invalid(task, `${files.map((f) => f.name).join(', ')} has no items of ${task.name}.`);
}

const invalid = (task: { readonly name: string }, message: string) =>
  new LopperError('benchmark-invalid', message, `Give a file in the format of ${task.name}: one item a line.`);
