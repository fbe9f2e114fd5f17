import type { Item, Items, Task, TextFile } from '../benchmarks/task';
import { taskNamed } from '../benchmarks/tasks';
import { LopperError } from '../errors';
import type { EvalRequest } from './contract';
import type { Exam } from './evaluate';

/**
 * Reads a task's items and worked examples: the bundled ones, or those of the files in the request. Throws `usage` for
 * an unknown task or an impossible number, `benchmark-invalid` for a file that is none.
 */
export async function readExam(request: EvalRequest, bundledText: (path: string) => Promise<string>): Promise<Exam> {
  const task = taskNamed(request.task);
  const shots = request.shots ?? task.defaultShots;
  checkCount('shots', shots, 0);
  if (request.limit !== undefined) checkCount('limit', request.limit, 1);
  const { items, problems } = await readItems(task, request, bundledText);
  const chosen = items.slice(0, request.limit);
  const pool = shots > 0 ? await readExamples(task, request, bundledText) : [];
  return {
    task,
    about: request.data
      ? `Items of ${request.data[0]?.name}, the file you gave, in the format of ${task.name}.`
      : task.about,
    items: chosen,
    examples: task.examples(pool, chosen, shots),
    shots,
    unreadable: problems.length,
  };
}

async function readItems(
  task: Task,
  { data }: EvalRequest,
  bundledText: (path: string) => Promise<string>,
): Promise<Items> {
  if (data?.[0]) return task.items(data[0]);
  if (task.bundled) return task.items(await bundledFile(task.bundled.items, bundledText));
  throw new LopperError(
    'usage',
    `${task.name} does not ship with Lopper.`,
    `Give a file of its items (--data PATH), or use a bundled task such as school.`,
  );
}

async function readExamples(
  task: Task,
  { fewshot }: EvalRequest,
  bundledText: (path: string) => Promise<string>,
): Promise<readonly Item[]> {
  if (fewshot?.[0]) return task.items(fewshot[0]).items;
  return task.bundled ? task.items(await bundledFile(task.bundled.fewshot, bundledText)).items : [];
}

const bundledFile = async (path: string, bundledText: (path: string) => Promise<string>): Promise<TextFile> => ({
  name: path.slice(path.lastIndexOf('/') + 1),
  text: await bundledText(path),
});

function checkCount(name: string, value: number, least: number) {
  if (Number.isInteger(value) && value >= least) return;
  throw new LopperError('usage', `${name} is ${value}.`, `Give a whole number of ${least} or more.`);
}
