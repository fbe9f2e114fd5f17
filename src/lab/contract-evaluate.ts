/** What the lab answers about benchmarks. Plain data, as `contract.ts` says. */
import type { Sublayer } from '../model/units';

/** An accuracy that says how sure it is. */
export interface Accuracy {
  readonly n: number;
  readonly correct: number;
  readonly accuracy: number;
  /** 95% Wilson interval. */
  readonly interval: readonly [number, number];
}

/** The mean of a metric that is no share of right answers (`mc2`, a perplexity's NLL), with its 95% interval. */
export interface Mean {
  readonly n: number;
  readonly mean: number;
  readonly interval: readonly [number, number];
}

/** What one model made of one item. */
export interface EvalAnswer {
  readonly answer: number | string;
  readonly correct: boolean;
  /** By every metric the field reports for the task. */
  readonly metrics: Readonly<Record<string, number>>;
  /** Log-probability of each choice, nats. */
  readonly scores?: readonly number[];
  /** Of each choice: whether every token of it was the likeliest. */
  readonly greedy?: readonly boolean[];
  /** What was generated. */
  readonly text?: string;
}

export interface EvalItem {
  readonly index: number;
  readonly gold: number | string;
  /** What a person reads of it. */
  readonly shown: { readonly question: string; readonly choices?: readonly string[]; readonly subject?: string };
  /** By mask, in the order asked. */
  readonly answers: readonly EvalAnswer[];
}

export interface NamedFile {
  readonly name: string;
  readonly text: string;
}

export interface EvalRequest {
  readonly task: string;
  readonly shots?: number;
  /** Items asked: the first so many, or with `seed` a random subset of so many, the same for everyone with that seed. */
  readonly limit?: number;
  readonly seed?: number;
  /** BOS before each prompt: as the tokenizer has it (`auto`, default), or not. */
  readonly bos?: 'auto' | 'on' | 'off';
  /** Prompts go through the model's own chat template. Default false. */
  readonly chat?: boolean;
  readonly masks: readonly (readonly Sublayer[])[];
  /** Replaces the task's own items. Several files are read as one set, e.g. MMLU's subjects. */
  readonly data?: readonly NamedFile[];
  /** Replaces the worked examples. */
  readonly fewshot?: readonly NamedFile[];
  /** Answers of an earlier, interrupted run of the same request: they are not asked again. Aligned with `masks`. */
  readonly known?: readonly KnownAnswers[];
}

/** Answers of one mask by item index. */
export type KnownAnswers = Readonly<Record<number, EvalAnswer>>;

/** Mask 1 against mask 0 on the same items. */
export interface PairedDifference {
  readonly mean: number;
  readonly interval: readonly [number, number];
  /** Items only mask 0 had right; items only mask 1 had right. */
  readonly lost: number;
  readonly won: number;
  /** McNemar's exact two-sided p. */
  readonly p: number;
}

/** A part of a task's items: one of MMLU's subjects, or a group of them. */
export interface EvalGroup {
  readonly name: string;
  readonly kind: 'subject' | 'group';
  /** By mask. */
  readonly results: readonly Accuracy[];
}

export interface EvalReport {
  readonly task: string;
  /** What these items are, for people ("written for this project, in MMLU's format; not the official set"). */
  readonly about: string;
  /** The metric that `results` counts. */
  readonly metric: string;
  readonly shots: number;
  readonly chance: number;
  readonly seed?: number;
  /** By mask: the micro average, every item alike. */
  readonly results: readonly Accuracy[];
  /** Other metrics the field reports for the task, by name, by mask. */
  readonly metrics: Readonly<Record<string, readonly Mean[]>>;
  /** MMLU: by subject and by group; `macro` is the mean over subjects, by mask. */
  readonly groups?: readonly EvalGroup[];
  readonly macro?: readonly number[];
  readonly difference?: PairedDifference;
  /** Said where n is too small to tell what is shown: the n that would do, at the difference seen. */
  readonly tooFew?: { readonly message: string; readonly needed: number };
  readonly items: readonly EvalItem[];
  /** Items that lost tokens on the left to fit the model's context. */
  readonly truncated: number;
  /** Rows of the file that are no items and were passed over, the first few with their line and what is wrong. */
  readonly unreadable: number;
  readonly problems: readonly { readonly file: string; readonly line: number; readonly message: string }[];
  /** Whether prompts begin with the tokenizer's BOS. */
  readonly bos: boolean;
  readonly chat: boolean;
  /** True while fewer items are done than were asked for. */
  readonly partial: boolean;
}
