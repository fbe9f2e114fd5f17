import { LopperError } from '../errors';
import { type BenchmarkFile, type Row, RowError, readRows } from './rows';
import { needOneSplit } from './splits';
import type { Item, Task } from './task';

/** A row that could not be used, and why. */
export interface Problem {
  readonly file: string;
  /** From 1. */
  readonly line: number;
  readonly message: string;
}

/** What files held, in their order, the rows that were passed over, and how files were read where that may be wrong. */
export interface Items<I extends Item = Item> {
  readonly items: readonly I[];
  readonly problems: readonly Problem[];
  readonly notes: readonly string[];
}

/**
 * The items of a task's files, read as one set. A row that is no item is passed over and listed in `problems`. Throws
 * `benchmark-invalid`, with the first line at fault, for a file without rows and for one none of whose rows is an item.
 */
export async function readItems<I extends Item>(task: Task<I>, files: readonly BenchmarkFile[]): Promise<Items<I>> {
  needOneSplit(files);
  const read: (readonly Row[])[] = [];
  const notes = files.flatMap((file) => ('note' in file && file.note ? [file.note] : []));
  for (const file of files) {
    const rows = await readRows(file, task.columns);
    if (rows.length === 0) throw invalid(task, `${file.name} has no rows.`);
    const fromOne = countsFromOne(task, rows);
    if (fromOne) notes.push(`${file.name} counts answers from 1: 0 never occurs in it, and ${fromOne} does.`);
    read.push(fromOne ? rows.map((row) => ({ ...row, fromOne: true as const })) : rows);
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
  if (items.length > 0) return { items, problems, notes };
  throw invalid(task, `${files.map((f) => f.name).join(', ')} has no items of ${task.name}.`);
}

/** The highest answer, where the answers of a file can only count from 1: none is 0, and one is the number of choices. */
function countsFromOne(task: Pick<Task, 'counted'>, rows: readonly Row[]): number | undefined {
  const told = rows.flatMap((row) => {
    const { at, of } = task.counted?.(row) ?? { of: 0 };
    return at === undefined ? [] : [{ at, of }];
  });
  return told.every(({ at, of }) => at >= 1 && at <= of) ? told.find(({ at, of }) => at === of)?.at : undefined;
}

const invalid = (task: { readonly name: string }, message: string) =>
  new LopperError('benchmark-invalid', message, `Give a file in the format of ${task.name}: one item a line.`);
