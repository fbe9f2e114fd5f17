import type { Branch } from '../../engine/branch';
import type { RunOptions } from '../../engine/contract';
import { LopperError } from '../../errors';
import type { Accuracy, MeasuredTask, TaskRequest } from '../contract';
import { evaluateExam } from '../exam/evaluate';
import { readExam } from '../exam/exam';
import { tokensOf } from '../exam/exam-tokens';
import type { Examinee } from '../exam/examinee';
import type { Environment } from '../place/environment';

/** MMLU's way of asking, on questions that ship. */
export const DEFAULT_TASK: TaskRequest = { task: 'school_letters' };

/** A task's items as a measure of branches. */
export interface TaskWorth {
  readonly measure: MeasuredTask;
  /** Tokens of all items' requests, a context that several share counted once. */
  readonly tokens: number;
  /** What each branch has right; undefined for one whose numbers are not finite. */
  accuracies(branches: readonly Branch[], options?: RunOptions): Promise<(Accuracy | undefined)[]>;
}

export type Examine = (request: TaskRequest | undefined) => Promise<TaskWorth>;

/** Reads a task's items to measure branches with. Throws what reading them throws. */
export async function openTask(
  request: TaskRequest = DEFAULT_TASK,
  model: Examinee,
  environment: Pick<Environment, 'bundledText' | 'official'>,
): Promise<TaskWorth> {
  const exam = await readExam(request, environment);
  const { task, shots, items, examples, dataSha256 } = exam;
  return {
    measure: {
      task: task.name,
      shots,
      ...(request.limit !== undefined && { limit: request.limit }),
      ...(request.limit !== undefined && request.seed !== undefined && { seed: request.seed }),
      items: items.length,
      dataSha256,
    },
    tokens: items.reduce(
      (sum, item, i) => sum + tokensOf(task.requests(item, [...examples[i]!]), model.tokenizer).tokens,
      0,
    ),
    async accuracies(branches, { signal, onProgress } = {}) {
      try {
        const { results, failed } = await evaluateExam(model, exam, branches, {
          signal,
          onProgress: (done) => onProgress?.(done / items.length),
        });
        return results.map((result, b) => ((failed?.[b] ?? 0) > 0 ? undefined : result));
      } catch (error) {
        // Where no branch at all gives numbers there is nothing to report on.
        if (!(error instanceof LopperError) || error.code !== 'not-finite') throw error;
        return branches.map(() => undefined);
      }
    },
  };
}
