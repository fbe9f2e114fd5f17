import { LopperError } from '../errors';
import type { OfficialSet } from './official';
import { pythonSample } from './python-random';
import { type BenchmarkFile, type Row, RowError, readRows } from './rows';
import type { Item, Task } from './task';
import { taskNamed } from './tasks';

/**
 * The rows of an official set's files, as JSON values in the publisher's form and order; where only a file's name tells
 * the subject, it is written into the row. Throws `benchmark-invalid`, naming the row, where one is no item of the set.
 */
export async function officialRows(set: OfficialSet, files: readonly BenchmarkFile[]): Promise<unknown[]> {
  const task = taskNamed(set.tasks[0]);
  const read = await Promise.all(files.map((file) => readRows(file, task.columns)));
  const values: unknown[] = [];
  for (const row of (task.join?.(read) ?? read).flat()) {
    const item = itemOf(task, row);
    const subject = task.part?.(item)?.subject;
    values.push(subject ? { subject, ...(row.value as object) } : row.value);
  }
  if (values.length > 0) return values;
  throw new LopperError('benchmark-invalid', `${nameAll(files)} has no rows.`, 'Get the file again.');
}

function itemOf(task: Task, row: Row): Item {
  try {
    if (row.value instanceof RowError) throw row.value;
    const item = task.item(row);
    if (item !== undefined) return item;
    throw new RowError('it belongs to another task');
  } catch (error) {
    if (!(error instanceof RowError)) throw error;
    throw new LopperError(
      'benchmark-invalid',
      `${row.file}, row ${row.line}, is no item of ${task.name}: ${error.message}.`,
      'Use the official file with the answers in it, or give files of your own with --data.',
    );
  }
}

const nameAll = (files: readonly BenchmarkFile[]) => files.map((f) => f.name).join(', ');

/** A random subset that is the same for everyone with that seed, in the order of the whole; all rows where `limit` is absent. */
export function subset<T>(rows: readonly T[], limit: number | undefined, seed: number): T[] {
  if (limit === undefined || limit >= rows.length) return [...rows];
  return pythonSample(seed, rows.length, limit)
    .toSorted((a, b) => a - b)
    .map((i) => rows[i]!);
}
