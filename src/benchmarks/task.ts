import { LopperError } from '../errors';
import type { Parsed, TextFile } from './jsonl';

export type { TextFile } from './jsonl';

/** The log-probability of a text given another. */
export interface ScoreRequest {
  readonly kind: 'score';
  readonly context: string;
  /** Begins with its delimiter, a space: the answer " A", not "A". */
  readonly continuation: string;
}

/** Greedy text after a context, up to the first stop string or `maxTokens` new tokens. */
export interface GenerateRequest {
  readonly kind: 'generate';
  readonly context: string;
  readonly stop: readonly string[];
  readonly maxTokens: number;
}

export type Request = ScoreRequest | GenerateRequest;

/** What a model made of one request: the same field as the request's kind asks for. */
export interface Outcome {
  /** Summed log-probability of the continuation, nats. */
  readonly logprob?: number;
  /** True when every token of the continuation was the likeliest one. */
  readonly greedy?: boolean;
  /** Generated text, cut at the first stop string. */
  readonly text?: string;
}

/** How one item went. */
export interface Verdict {
  /** The choice's index, or what was extracted from the text. */
  readonly answer: number | string;
  /** By the task's own `metric`. */
  readonly correct: boolean;
  /** By every metric the field reports for this task, 0 to 1. */
  readonly metrics: Readonly<Record<string, number>>;
}

/** What every item has; tasks add their own fields. */
export interface Item {
  /** Where it stands in its file, from 1. */
  readonly line: number;
  /** The right choice's index, or the right answer. */
  readonly gold: number | string;
}

/** The items of a file, and the rows that were passed over, by line. */
export type Items<I extends Item = Item> = Parsed<I>;

/**
 * A benchmark: data and three pure functions. The rest (tokens, the engine, statistics) is the same for all, so a new
 * task is one file and one line in `tasks.ts`.
 */
export interface Task<I extends Item = Item> {
  readonly name: string;
  /** One sentence for people: what these items are, and what they are not. */
  readonly about: string;
  /** The metric that `correct` follows. */
  readonly metric: string;
  /** What guessing gets. */
  readonly chance: number;
  readonly defaultShots: number;
  /** The items that ship with Lopper, as paths under `public/`; absent where a file has to be given. */
  readonly bundled?: { readonly items: string; readonly fewshot: string };
  /** Items of a file. Throws `benchmark-invalid` when it has none. */
  items(file: TextFile): Items<I>;
  /** The worked examples before each item, in prompt order; `pool` is the file of examples, in order. */
  examples(pool: readonly I[], items: readonly I[], shots: number): I[][];
  /** What to ask the model about an item, after its examples. */
  requests(item: I, examples: readonly I[]): Request[];
  /** Scores an item from the outcomes of its requests, in their order. */
  score(item: I, outcomes: readonly Outcome[]): Verdict;
}

/** Puts a prompt together the field's way: description, examples as `text + " " + target`, two new lines after each. */
export const buildContext = (description: string, examples: readonly [text: string, target: string][], text: string) =>
  `${description}${examples.map(([shot, target]) => `${shot} ${target}\n\n`).join('')}${text}`;

/**
 * The first `shots` examples that `fits` lets through, for each item. Throws `benchmark-invalid` where the pool has
 * fewer: a prompt with less than was asked for would be scored as something it is not.
 */
export function firstExamples<I extends Item>(
  pool: readonly I[],
  items: readonly I[],
  shots: number,
  fits: (example: I, item: I) => boolean = () => true,
): I[][] {
  return items.map((item) => {
    const found: I[] = [];
    for (const example of pool) {
      if (found.length === shots) break;
      if (fits(example, item)) found.push(example);
    }
    if (found.length < shots) {
      throw new LopperError(
        'benchmark-invalid',
        `${shots} examples are asked for; for the item on line ${item.line} there are ${found.length}.`,
        `Ask for ${found.length} shots or fewer, or give a file of examples with more.`,
      );
    }
    return found;
  });
}

/** Index of the largest value; the first of equals. */
export const argmax = (values: readonly number[]): number => values.indexOf(Math.max(...values));

/** The log-probabilities of a multiple-choice item. Throws `not-finite` for NaN, which no choice may win with. */
export function logprobsOf(item: Item, outcomes: readonly Outcome[]): number[] {
  return outcomes.map(({ logprob }, choice) => {
    if (logprob !== undefined && !Number.isNaN(logprob)) return logprob;
    throw new LopperError(
      'not-finite',
      `The log-probability of choice ${choice} of the item on line ${item.line} is ${logprob}.`,
      'The model gives no usable numbers with this mask: put a layer back, or load the weights again.',
    );
  });
}
