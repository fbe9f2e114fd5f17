import { accuracyOf, comparePaired } from '../benchmarks/statistics';
import type { Item, Outcome, Request, Task } from '../benchmarks/task';
import type { DropSet, EngineContract } from '../engine/contract';
import { throwIfCancelled } from '../errors';
import type { Tokenizer } from '../formats/tokenizer';
import type { EvalItem, EvalReport } from './contract';
import { batchPairs } from './evaluate-pairs';
import { batchPrompts } from './evaluate-prompts';

/** A task with its items and examples read, ready to be asked of a model. */
export interface Exam {
  readonly task: Task;
  readonly about: string;
  readonly items: readonly Item[];
  /** The worked examples before each item. */
  readonly examples: readonly (readonly Item[])[];
  readonly shots: number;
  readonly unreadable: number;
}

/** What asking needs of the open model. */
export interface Examinee {
  readonly engine: EngineContract;
  readonly tokenizer: Tokenizer;
  readonly eosIds: readonly number[];
}

/** A few items that are asked together. */
export interface Batch {
  /** Of each of its items, whether it lost tokens to fit the context. */
  readonly cut: readonly boolean[];
  /** What each branch made of each request of each item: [branch][item][request]. */
  run(
    branches: readonly DropSet[],
    signal?: AbortSignal,
    onProgress?: (fraction: number) => void,
  ): Promise<readonly (readonly (readonly Outcome[])[])[]>;
}

export interface EvaluateOptions {
  readonly signal?: AbortSignal;
  /** Items done; a part of an item counts. */
  readonly onProgress?: (items: number) => void;
  readonly onItem?: (item: EvalItem, soFar: EvalReport) => void;
}

/** Asks every branch every item, in order, and scores the answers. Throws `not-finite`, `cancelled` and what tasks throw. */
export async function evaluate(
  model: Examinee,
  exam: Exam,
  branches: readonly DropSet[],
  { signal, onProgress, onItem }: EvaluateOptions = {},
): Promise<EvalReport> {
  const done: EvalItem[] = [];
  let truncated = 0;
  const report = (items: readonly EvalItem[]): EvalReport => ({
    task: exam.task.name,
    about: exam.about,
    metric: exam.task.metric,
    shots: exam.shots,
    chance: exam.task.chance,
    results: branches.map((_, b) => accuracyOf(done.filter((item) => item.answers[b]!.correct).length, done.length)),
    ...(branches.length === 2 ? { difference: comparePaired(rightOf(done, 0), rightOf(done, 1)) } : {}),
    items,
    metrics: {},
    truncated,
    unreadable: exam.unreadable,
    problems: [],
    bos: model.tokenizer.addsBos,
    chat: false,
    partial: done.length < exam.items.length,
  });
  for (const batch of batches(model, exam)) {
    throwIfCancelled(signal);
    const before = done.length;
    const outcomes = await batch.run(branches, signal, (fraction) =>
      onProgress?.(before + fraction * batch.cut.length),
    );
    for (const [i, cut] of batch.cut.entries()) {
      const index = done.length;
      const item = exam.items[index]!;
      const answers = outcomes.map((own) => answerOf(exam.task, item, own[i]!));
      if (cut) truncated++;
      done.push({ index, gold: item.gold, shown: { question: '' }, answers });
      onItem?.(done[index]!, report([]));
    }
    onProgress?.(done.length);
  }
  return report(done);
}

/** The exam's items in batches, made as they are asked for: their size follows how long those before took. */
function* batches(model: Examinee, exam: Exam): Generator<Batch> {
  const requests = exam.items.map((item, i) => exam.task.requests(item, [...exam.examples[i]!]));
  if (requests.every((own) => own.every((r) => r.kind === 'score'))) {
    yield* batchPairs(model, requests);
  } else {
    yield* batchPrompts(model, requests.map(onlyPrompt));
  }
}

function onlyPrompt(requests: readonly Request[]) {
  const [request] = requests;
  if (requests.length === 1 && request?.kind === 'generate') return request;
  throw new TypeError('an item that is answered in writing has exactly one prompt');
}

function answerOf(task: Task, item: Item, outcomes: readonly Outcome[]): EvalItem['answers'][number] {
  const { answer, correct, metrics } = task.score(item, outcomes);
  const text = outcomes[0]?.text;
  if (text !== undefined) return { answer, correct, metrics, text };
  return { answer, correct, metrics, scores: outcomes.map((o) => o.logprob!) };
}

const rightOf = (items: readonly EvalItem[], branch: number) => items.map((item) => item.answers[branch]!.correct);
