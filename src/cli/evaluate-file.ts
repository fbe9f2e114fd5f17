import { readFile, rename, writeFile } from 'node:fs/promises';
import { LopperError } from '../errors';
import type { EvalItem, EvalReport, EvalRequest } from '../lab/contract';
import { difference } from '../lab/contract/asked';
import {
  answersIn,
  evaluationJson,
  evaluationsJson,
  type Measured,
  readEvaluations,
} from '../lab/files/evaluation-file';
import type { KeptEvaluation } from '../lab/files/evaluation-schemas';
import { formatDropList } from '../pruning/drop-list';
import { unreadable } from './data-files';

/** A run's results so far are written this often. */
const WRITE_MS = 5000;

/** Results in a file, by task: a run that was broken off goes on where it was. */
export class ResultFile {
  readonly #tasks: Map<string, KeptEvaluation>;
  #items: EvalItem[] = [];
  #soFar: EvalReport | undefined;
  #wroteAt = performance.now();
  #writing: Promise<void> = Promise.resolve();

  private constructor(
    readonly path: string,
    readonly measured: Measured,
    tasks: readonly KeptEvaluation[],
  ) {
    this.#tasks = new Map(tasks.map((t) => [t.task, t]));
  }

  /** Reads a file of results, or begins one where there is none. Throws `result-invalid`, and `usage` for results of anything else. */
  static async open(path: string, measured: Measured): Promise<ResultFile> {
    const text = await readFile(path, 'utf8').catch((error) =>
      error.code === 'ENOENT' ? undefined : unreadable(path)(error),
    );
    const results = text === undefined ? [] : readEvaluations(text, path);
    for (const result of results) checkSame(result, measured, path);
    return new ResultFile(path, measured, results);
  }

  /** What is known of a task, as part of a request. */
  known(task: string): Pick<EvalRequest, 'known' | 'knownFrom'> {
    const before = this.#tasks.get(task);
    return before ? { known: answersIn(before, this.measured.compare), knownFrom: before } : {};
  }

  /** Takes an item of the present task in, and writes the results so far now and then. */
  add(item: EvalItem, soFar: EvalReport): void {
    this.#items.push(item);
    this.#soFar = soFar;
    if (performance.now() - this.#wroteAt < WRITE_MS) return;
    this.#wroteAt = performance.now();
    this.#write({ ...soFar, items: this.#items });
  }

  /** Writes what there is of a task that was cut short, by a lost device for one. */
  async keep(): Promise<void> {
    if (this.#soFar) this.#write({ ...this.#soFar, items: this.#items });
    await this.#writing;
  }

  /** Writes the present task's whole result. */
  async end(report: EvalReport): Promise<void> {
    this.#items = [];
    this.#soFar = undefined;
    this.#write(report);
    await this.#writing;
  }

  /** By way of a file beside it, so that what is there is whole at any moment. */
  #write(report: EvalReport): void {
    this.#tasks.set(report.task, evaluationJson(report, this.measured));
    const text = `${JSON.stringify(evaluationsJson([...this.#tasks.values()]))}\n`;
    const beside = `${this.path}.part`;
    this.#writing = this.#writing.then(async () => {
      await writeFile(beside, text).catch(unwritable(this.path));
      await rename(beside, this.path).catch(unwritable(this.path));
    });
    this.#writing.catch(() => undefined); // heard at the end
  }
}

/** What a task asks is compared by the lab; this is about the model that was asked. */
function checkSame(result: KeptEvaluation, { model, mask, compare, recovery }: Measured, path: string): void {
  const drop = formatDropList(mask);
  const other = difference([
    [`of the model ${result.model.id}`, result.model.fingerprint, model.fingerprint],
    [`without ${result.drop || 'nothing'}, and now without ${drop || 'nothing'}`, result.drop, drop],
    [
      `with ${result.recovery ?? 'nothing'} in its place, and now with ${recovery ?? 'nothing'}`,
      result.recovery,
      recovery,
    ],
    ['the full model was not measured beside the other', compare && !result.full, false],
  ]);
  if (!other) return;
  throw new LopperError('usage', `${path} is of another run: ${other[0]}.`, 'Name another file, or run it as before.');
}

const unwritable = (path: string) => (cause: NodeJS.ErrnoException) => {
  throw new LopperError('file-missing', `${path} cannot be written (${cause.code}).`, 'Check the path.', { cause });
};
