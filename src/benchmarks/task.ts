import type { Row } from './rows';

/** The log-probability of a text given another. */
export interface ScoreRequest {
  readonly kind: 'score';
  readonly context: string;
  /** Begins with its delimiter, a space: the answer " A", not "A". */
  readonly continuation: string;
  /** Set where only the last token of the continuation, encoded by itself, is scored, as some scripts score a label. */
  readonly alone?: true;
}

/** Greedy text after a context, up to the first stop string or `maxTokens` new tokens. */
export interface GenerateRequest {
  readonly kind: 'generate';
  readonly context: string;
  readonly stop: readonly string[];
  readonly maxTokens: number;
}

/** The log-probability of all tokens but the first, which is only read. */
export interface TokensRequest {
  readonly kind: 'tokens';
  readonly ids: readonly number[];
}

export type Request = ScoreRequest | GenerateRequest | TokensRequest;

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
  /** By the task's first metric where that is a share; else as the task says. */
  readonly correct: boolean;
  /** By every metric the field reports for this task. */
  readonly metrics: Readonly<Record<string, number>>;
}

/**
 * A figure the field reports for a task, and how it comes from those of the items: `share`, of 0 and 1; `mean`, of any
 * number, NaN left out; `perplexity`, exp of minus the mean log-probability, or of its sum over the sum of the figure named
 * in `per`.
 */
export interface Metric {
  readonly name: string;
  readonly kind: 'share' | 'mean' | 'perplexity';
  readonly per?: string;
}

/** What every item has; tasks add their own fields. */
export interface Item {
  readonly file: string;
  /** Where it stands in its file, from 1; in a JSON list or a parquet file, which row it is. */
  readonly line: number;
  /** The right choice's index, or the right answer. */
  readonly gold: number | string;
}

/** An item as a person reads it. */
export interface Shown {
  readonly question: string;
  readonly choices?: readonly string[];
  readonly subject?: string;
}

/**
 * Where the worked examples before an item come from (`fewshot.ts`): the first of the file of examples, or the first of
 * the item's own subject or group there; drawn anew for each item as the field draws them (`random`), without the item
 * itself where the field draws from the file it asks (`random-others`). `none` takes no examples.
 */
export type FewshotRule = 'first' | 'first-of-subject' | 'first-of-group' | 'random' | 'random-others' | 'none';

/** What a model must tell about itself where items depend on it. */
export interface TextCutter {
  readonly encode: (text: string) => readonly number[];
  /** Tokens. */
  readonly window: number;
}

/**
 * A benchmark: data and three pure functions (`item`, `requests`, `score`). The rest (files, examples, tokens, the engine,
 * statistics) is the same for all, so a new task is one file and one line in `tasks.ts`.
 */
export interface Task<I extends Item = Item> {
  readonly name: string;
  /** Version of the field's task whose prompts and scores these are, where there is one. */
  readonly version?: number;
  /** As a heading has it. */
  readonly title: string;
  /** One sentence for people: what these items are, and what they are not. */
  readonly about: string;
  /** What the field reports, the leading one first. */
  readonly metrics: readonly [Metric, ...Metric[]];
  /** What guessing gets by the leading metric. */
  readonly chance: number;
  readonly defaultShots: number;
  readonly fewshot: FewshotRule;
  /** The items that ship with Lopper, as paths under `public/`; absent where a file has to be given. */
  readonly bundled?: { readonly items: string; readonly fewshot: string };
  /** Names of the columns of a CSV file that has no header. */
  readonly columns?: readonly string[];
  /** Examples are left out, the last first, while a prompt takes more tokens than this. */
  readonly maxPromptTokens?: number;

  /** The item of a row of a file; nothing where the row belongs elsewhere. Throws `RowError` where it is no item. */
  item(row: Row): I | undefined;
  /** What to ask the model about an item, after its examples. All requests of an item are of one kind. */
  requests(item: I, examples: readonly I[]): Request[];
  /** Scores an item from the outcomes of its requests, in their order. */
  score(item: I, outcomes: readonly Outcome[]): Verdict;
  shown(item: I): Shown;
  /** The right answer as the field writes it, where `gold` is only what is compared. */
  target?(item: I): string;

  /** Where a row's answer is a number: which, and of how many choices. Some files count them from 1. */
  counted?(row: Row): { readonly at?: number; readonly of: number };
  /** Puts together rows of files that belong together, such as answers in a file of their own. Throws `benchmark-invalid`. */
  join?(files: readonly (readonly Row[])[]): readonly (readonly Row[])[];
  /** The item's subject and the group that belongs to, where a task has them. */
  part?(item: I): { readonly subject: string; readonly group?: string };
  /** What guessing gets on this item, where that differs by item. */
  chanceOf?(item: I): number;
  /** Cuts items (whole texts) into those that are asked, by the model's own tokens. */
  cut?(items: readonly I[], cutter: TextCutter): I[];
}
