import type { Request } from '../benchmarks/task';
import type { DropSet, RunOptions } from '../engine/contract';
import { LopperError } from '../errors';
import type { TaskMeasure, TaskRequest } from './contract';
import { type Examinee, evaluate } from './evaluate';
import { readExam } from './exam';

/** MMLU's way of asking, on questions that ship. */
const DEFAULT_TASK: TaskRequest = { task: 'school_letters' };

/** A task's items as a measure of branches. */
export interface TaskWorth {
  readonly measure: TaskMeasure & { readonly items: number };
  /** Tokens of all items' requests, a context that several share counted once. */
  readonly tokens: number;
  /** The share of items that each branch has right; NaN for a branch whose numbers are not finite. */
  of(branches: readonly DropSet[], options?: RunOptions): Promise<number[]>;
}

export type Examine = (request: TaskRequest | undefined) => Promise<TaskWorth>;

/** Reads a task's items to measure branches with. Throws what reading them throws. */
export async function openTask(
  request: TaskRequest = DEFAULT_TASK,
  model: Examinee,
  bundledText: (path: string) => Promise<string>,
): Promise<TaskWorth> {
  const exam = await readExam({ ...request, masks: [] }, bundledText);
  const { task, shots, items, examples } = exam;
  const accuracies = async (branches: readonly DropSet[], { signal, onProgress }: RunOptions): Promise<number[]> => {
    const report = await evaluate(model, exam, branches, {
      signal,
      onProgress: (done) => onProgress?.(done / items.length),
    });
    return report.results.map((result) => result.accuracy);
  };
  const worth: TaskWorth = {
    measure: {
      task: task.name,
      shots,
      ...(request.limit !== undefined && { limit: request.limit }),
      items: items.length,
    },
    tokens: items.reduce((sum, item, i) => sum + countTokens(task.requests(item, [...examples[i]!]), model), 0),
    async of(branches, options = {}) {
      try {
        return await accuracies(branches, options);
      } catch (error) {
        if (!(error instanceof LopperError) || error.code !== 'not-finite') throw error;
        // One branch is enough to end an evaluation: each by itself, the others stand.
        if (branches.length === 1) return [Number.NaN];
        const values: number[] = [];
        for (const branch of branches) values.push(...(await worth.of([branch], { signal: options.signal })));
        return values;
      }
    },
  };
  return worth;
}

function countTokens(requests: readonly Request[], { tokenizer }: Examinee): number {
  const contexts = new Map<string, number>();
  let tokens = 0;
  for (const request of requests) {
    const known = contexts.get(request.context);
    const own = known ?? tokenizer.encode(request.context).length;
    if (known === undefined) tokens += own;
    contexts.set(request.context, own);
    if (request.kind === 'score') tokens += tokenizer.encode(request.context + request.continuation).length - own;
  }
  return tokens;
}
