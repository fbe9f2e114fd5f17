import { examplesFor } from '../../benchmarks/fewshot';
import { pythonSample } from '../../benchmarks/python-random';
import { type Problem, readItems } from '../../benchmarks/read-items';
import type { Item, Task } from '../../benchmarks/task';
import { taskNamed, tasks } from '../../benchmarks/tasks';
import { LopperError } from '../../errors';
import { sha256Of } from '../../formats/sha256';
import type { EvalRequest, ExamFacts, NamedFile, Part } from '../contract';
import { difference, examPairs } from '../contract/asked';
import { shareOf } from '../contract/part';
import type { Environment } from '../place/environment';
import { storedSet } from '../sets/official-store';

/** A task with its items and examples read, ready to be asked of a model. */
export interface Exam {
  readonly task: Task;
  readonly about: string;
  readonly items: readonly Item[];
  /** Of each of the items, where it stands among all of its files. */
  readonly indices: readonly number[];
  /** Items there are, asked or not. */
  readonly available: number;
  /** Which part of those that are asked, and how many those are. */
  readonly part?: Part & { readonly asked: number };
  /** The worked examples before each item. */
  readonly examples: readonly (readonly Item[])[];
  readonly shots: number;
  readonly seed?: number;
  /** Tokens of a window, where the items are windows of a text. */
  readonly window?: number;
  /** Rows that are no items. */
  readonly problems: readonly Problem[];
  /** How files were read, where a person should know. */
  readonly notes: readonly string[];
  /** Over the files that items and examples came from. */
  readonly dataSha256: string;
}

/** What a task needs of the model that cuts a text into windows. */
export interface ExamModel {
  readonly encode: (text: string) => readonly number[];
  /** Tokens. */
  readonly context: number;
}

/** Tokens of a window, where the context is longer and none were asked for. */
const DEFAULT_WINDOW = 2048;

/**
 * Reads a task's items and worked examples: those of the files in the request, else the bundled ones, else those of the
 * official set. Throws `usage` for an unknown task or an impossible number, `benchmark-invalid` for a file that is none.
 */
export async function readExam(
  request: Omit<EvalRequest, 'masks' | 'known'>,
  environment: Pick<Environment, 'bundledText' | 'official'>,
  model?: ExamModel,
): Promise<Exam> {
  const task = taskNamed(request.task);
  const shots = request.shots ?? task.defaultShots;
  const { limit, seed, data } = request;
  checkNumber('shots', shots, 0);
  if (limit !== undefined) checkNumber('limit', limit, 1);
  if (seed !== undefined) checkNumber('seed', seed, 0);
  const here = data && (request.fewshot || shots === 0) ? undefined : await shippedFiles(task, environment);
  const given = task.cut ? data?.map(asText) : data;
  const files = given ?? here?.items ?? noFiles(task);
  // Where the field draws examples from the items themselves, a file of examples is needed only to differ from that.
  const own = task.fewshot === 'random-others' ? files : (here?.fewshot ?? []);
  const fewshot = shots > 0 ? (request.fewshot ?? own) : [];
  const { items: read, problems, notes } = await readItems(task, files);
  const window = task.cut ? windowOf(task, request.window, model) : undefined;
  const all = window === undefined ? read : task.cut!(read, { encode: model!.encode, window });
  const asked = choose(all.length, limit, seed);
  const indices = asked.slice(...shareOf(asked.length, request.part));
  // Examples are drawn for one item after the other: those of a later one hang on all before it.
  const upTo = all.slice(0, (indices.at(-1) ?? -1) + 1);
  const pool = fewshot.length > 0 ? await readItems(task, fewshot) : { items: [], notes: [] };
  const examples = examplesFor(task, pool.items, upTo, shots);
  return {
    task,
    about: data ? aboutFiles(task, data) : (here?.about ?? task.about),
    items: indices.map((index) => all[index]!),
    indices,
    available: all.length,
    ...(request.part && { part: { ...request.part, asked: asked.length } }),
    examples: indices.map((index) => examples[index]!),
    shots,
    ...{ seed, window },
    problems,
    notes: [...new Set([...notes, ...pool.notes])],
    dataSha256: await digest([...files, ...fewshot]),
  };
}

/** What makes two runs ask a model the same. */
export const examFacts = (
  { task, shots, window, dataSha256 }: Exam,
  { bos, chat }: { readonly bos: boolean; readonly chat: boolean },
): ExamFacts => ({ task: task.name, shots, bos, chat, window, dataSha256 });

/** Throws `usage`, naming the first difference, for answers that were given to other questions. */
export function checkSameExam(before: ExamFacts, now: ExamFacts): void {
  const other = difference(examPairs(before, now));
  if (!other) return;
  const [name, was, is] = other;
  throw new LopperError(
    'usage',
    `The answers kept are of another run: ${name === 'dataSha256' ? 'other items' : `${name} ${was}, and now ${is}`}.`,
    'Ask as that run did, or without them.',
  );
}

/** The first items, or a random subset that is the same for everyone with that seed; in their order. */
function choose(count: number, limit = count, seed?: number): number[] {
  const most = Math.min(limit, count);
  const chosen = seed === undefined ? Array.from({ length: most }, (_, i) => i) : pythonSample(seed, count, most);
  return [...chosen].sort((a, b) => a - b);
}

/** Tokens of the windows that a text is cut into. Throws `usage` where a model does not allow them, or there is none. */
function windowOf(task: Task, window: number | undefined, model?: ExamModel): number {
  if (!model) {
    throw new LopperError(
      'usage',
      `${task.name} is measured in a model's own tokens: without a model it asks nothing.`,
      'Run it with a model.',
    );
  }
  const length = window ?? Math.min(model.context, DEFAULT_WINDOW);
  checkNumber('window', length, 2);
  if (length <= model.context) return length;
  throw new LopperError(
    'usage',
    `Windows of ${length} tokens do not fit this model, whose context is ${model.context} tokens.`,
    `Choose a window length from 2 to ${model.context}.`,
  );
}

/** The files of a task that ships with Lopper, or of its official set where that was fetched. */
async function shippedFiles(task: Task, environment: Pick<Environment, 'bundledText' | 'official'>) {
  if (!task.bundled) return storedSet(task.name, await environment.official());
  const file = async (path: string): Promise<NamedFile[]> => [
    { name: path.slice(path.lastIndexOf('/') + 1), text: await environment.bundledText(path) },
  ];
  return { items: await file(task.bundled.items), fewshot: await file(task.bundled.fewshot), about: task.about };
}

/** A text may have any name: what is not in a form of its own is one. */
const asText = (file: NamedFile): NamedFile =>
  /\.(txt|csv|jsonl|json|parquet)$/i.test(file.name) ? file : { ...file, name: `${file.name}.txt` };

function noFiles(task: Task): never {
  const bundled = tasks.filter((t) => t.bundled).map((t) => t.name);
  throw new LopperError(
    'usage',
    `The items of ${task.name} are not here: they do not ship with Lopper.`,
    `Fetch them (npm run benchmarks), give a file of them (--data PATH), or ask what ships: ${bundled.join(', ')}.`,
  );
}

const aboutFiles = (task: Task, [first, ...others]: readonly NamedFile[]) =>
  others.length === 0
    ? `Items of ${first?.name}, the file you gave, in the format of ${task.name}.`
    : `Items of ${first?.name} and ${others.length} more, the files you gave, in the format of ${task.name}.`;

/** SHA-256 over files, one after the other. */
export async function digest(files: readonly NamedFile[]): Promise<string> {
  const bytes = await new Blob(files.map((f) => ('text' in f ? f.text : new Uint8Array(f.bytes)))).arrayBuffer();
  return sha256Of(bytes);
}

function checkNumber(name: string, value: number, least: number) {
  if (Number.isInteger(value) && value >= least) return;
  throw new LopperError('usage', `${name} is ${value}.`, `Give a whole number of ${least} or more.`);
}
