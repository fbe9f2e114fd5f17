import type { Item, Task } from '../../benchmarks/task';
import type { TaskCalibration } from '../contract';
import { readExam } from '../exam/exam';
import type { Environment } from '../place/environment';
import { checkLength } from './windows';

/** What is asked of the open model and of where the lab runs. */
export interface TaskReader {
  readonly context: number;
  readonly encode: (text: string) => readonly number[];
  readonly environment: Pick<Environment, 'bundledText' | 'official'>;
}

/**
 * A benchmark's items as token windows: each one's prompt without worked examples and its right answer. Of an item that is
 * too long the end is kept, as when it is asked. Throws `usage` and what reading the items throws.
 */
export async function taskWindows(
  { task, limit, data, seqLen }: TaskCalibration,
  { context, encode, environment }: TaskReader,
): Promise<readonly (readonly number[])[]> {
  const length = seqLen ?? context;
  checkLength(length, { context });
  const exam = await readExam({ task, limit, data, shots: 0 }, environment);
  return exam.items.map((item) => encode(solvedText(exam.task, item)).slice(-length));
}

/** An item as it reads with the right answer in its place. */
function solvedText(task: Task, item: Item): string {
  const requests = task.requests(item, []);
  const asked = requests[requests.length > 1 ? Number(item.gold) : 0]!;
  if (asked.kind === 'tokens') return task.shown(item).question;
  return asked.context + (asked.kind === 'score' ? asked.continuation : ` ${task.target?.(item) ?? item.gold}`);
}
