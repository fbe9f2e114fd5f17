/** What the lab answers about benchmarks. Plain data. */
import type { BenchmarkFile } from '../../benchmarks/rows';
import type { Part } from './part';
import type { Pruning } from './pruning';

/** An accuracy that says how sure it is. Where no item could be counted, n is 0 and the interval all of 0 to 1. */
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
  /** The prompt lost tokens on the left to fit the model's context. */
  readonly truncated?: true;
  /** The model gave numbers that are not finite: there is no answer, and it counts nowhere. Says so for people. */
  readonly failed?: string;
}

export interface EvalItem {
  /** Where it stands among all items of its files, from 0: the same whatever limit and seed. */
  readonly index: number;
  readonly gold: number | string;
  /** What a person reads of it. */
  readonly shown: { readonly question: string; readonly choices?: readonly string[]; readonly subject?: string };
  /** By mask, in the order asked. */
  readonly answers: readonly EvalAnswer[];
}

/** A file as a person gives it; parquet comes as bytes. */
export type NamedFile = BenchmarkFile;

/** Any file, unread. */
export interface GivenFile {
  readonly name: string;
  readonly bytes: Uint8Array;
}

export interface EvalRequest {
  readonly task: string;
  readonly shots?: number;
  /** Items asked: the first so many, or with `seed` a random subset of so many, the same for everyone with that seed. */
  readonly limit?: number;
  readonly seed?: number;
  /** BOS before each prompt: as the tokenizer has it (`auto`, default), always or never. */
  readonly bos?: 'auto' | 'on' | 'off';
  /** Prompts go through the model's own chat template. Default false. */
  readonly chat?: boolean;
  /** Tokens of the windows that the `perplexity` of a text is measured in. Default the model's context, at most 2048. */
  readonly window?: number;
  readonly masks: readonly Pruning[];
  /** Replaces the task's own items. Several files are read as one set, e.g. MMLU's subjects. */
  readonly data?: readonly NamedFile[];
  /** Replaces the worked examples. */
  readonly fewshot?: readonly NamedFile[];
  /**
   * Answers of an earlier, interrupted run of the same request: they are not asked again. Aligned with `masks`. Those of
   * this visit need not be given: the lab keeps them while the model is open.
   */
  readonly known?: readonly KnownAnswers[];
  /** What the report said that `known` came from; answers to other questions are refused (`usage`). */
  readonly knownFrom?: ExamFacts;
  /** Only this part of the items. */
  readonly part?: Part;
}

/** What makes two runs ask a model the same. */
export type ExamFacts = Pick<EvalReport, 'task' | 'shots' | 'bos' | 'chat' | 'window' | 'dataSha256'>;

/** Answers of one mask by item index. */
export type KnownAnswers = Readonly<Record<number, EvalAnswer>>;

/** One mask against another on the same items, by `metric`; flips and p by what counts as right. */
export interface PairedDifference {
  readonly mean: number;
  readonly interval: readonly [number, number];
  /** Items only the other had right; items only this one had right. */
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
  /**
   * By mask: the micro average, every item alike. Where `metric` is a mean of numbers (`truthfulqa_mc2`), `accuracy` is
   * that mean; of a perplexity there is nothing here, only in `metrics`.
   */
  readonly results: readonly Accuracy[];
  /** Other metrics the field reports for the task, by name, by mask. */
  readonly metrics: Readonly<Record<string, readonly Mean[]>>;
  /** MMLU: by subject and by group; `macro` is the mean over subjects, by mask. */
  readonly groups?: readonly EvalGroup[];
  readonly macro?: readonly number[];
  /** Mask 1 against mask 0, where two or three are asked. */
  readonly difference?: PairedDifference;
  /** Mask 2, where three are asked, against mask 0 and against mask 1. */
  readonly third?: { readonly toFull: PairedDifference; readonly toPruned: PairedDifference };
  /** Said where n is too small to tell what is shown: the n that would do, at the difference seen. */
  readonly tooFew?: { readonly message: string; readonly needed: number };
  /** In the order of their index. */
  readonly items: readonly EvalItem[];
  /** Items there are, asked or not. */
  readonly available: number;
  /** Items that lost tokens on the left to fit the model's context. */
  readonly truncated: number;
  /** By mask: items on which that model's numbers were not finite. They count nowhere. Absent where there are none. */
  readonly failed?: readonly number[];
  /** Rows that are no items, or that this model cannot be asked: passed over, the first few with what is wrong. */
  readonly unreadable: number;
  readonly problems: readonly { readonly file: string; readonly line: number; readonly message: string }[];
  /** How files were read, where that may be wrong: answers counted from 1, another encoding. Absent where there is nothing to say. */
  readonly notes?: readonly string[];
  /** Whether prompts begin with the tokenizer's BOS. */
  readonly bos: boolean;
  readonly chat: boolean;
  /** Tokens of a window, where a text was cut into windows. */
  readonly window?: number;
  /** SHA-256 over the files that items and examples came from: runs agree on it when they ask the same. */
  readonly dataSha256: string;
  /** True while fewer items are done than were asked for. */
  readonly partial: boolean;
  /** Where it is only a part of what was asked. */
  readonly part?: EvalPart;
}

/** A part of a report on a benchmark, and what the whole needs beside its items. */
export interface EvalPart extends Part {
  /** By item, in the order of the report's: what guessing gets on it, and what it is counted under. */
  readonly counted: readonly CountedItem[];
  /** Items asked. */
  readonly asked: number;
  /** Rows that are no items, whatever the model. */
  readonly unreadable: number;
}

export interface CountedItem {
  readonly chance: number;
  readonly subject?: string;
  readonly group?: string;
}

/** A file that an official set on this machine was made from. */
export interface SetOrigin {
  readonly part: 'items' | 'fewshot';
  /** Its address, or the name of a file that was here already. */
  readonly from: string;
  /** Commit. */
  readonly revision?: string;
  readonly bytes: number;
  readonly sha256: string;
  /** What Lopper knew beforehand: the hash, only the commit (the hash is then the host's own word), or nothing. */
  readonly pinned: 'hash' | 'revision' | 'no';
}

/** What of an official set is on this machine. */
export interface StoredSet {
  readonly items: number;
  /** Items of the whole set. */
  readonly of: number;
  /** Worked examples to draw from. */
  readonly examples: number;
  /** Of the random subset; absent where it is the whole set. */
  readonly seed?: number;
  readonly origins: readonly SetOrigin[];
}

/** An official benchmark: what is known of it, and what of it is here. */
export interface BenchmarkSet {
  /** The task it is fetched by, e.g. `mmlu`. */
  readonly task: string;
  /** All tasks that ask it: `mmlu`, `mmlu_cloze`, ... */
  readonly tasks: readonly string[];
  readonly title: string;
  readonly licence: string;
  /** Its page at the publisher. */
  readonly source: string;
  /** Of the whole set. */
  readonly items: number;
  /** To be downloaded, worked examples included; absent where that is not known beforehand. */
  readonly bytes?: number;
  /** What a person has to do first, where the publisher does not give it to everybody. */
  readonly gated?: string;
  readonly here?: StoredSet;
}

export interface FetchSettings {
  /** A random subset of so many items, the same for everyone with that seed; absent: the whole set. */
  readonly limit?: number;
  /** Default 0. */
  readonly seed?: number;
  /** A mirror of the hub. */
  readonly host?: string;
  /** A mirror of GitHub's raw files. */
  readonly rawHost?: string;
}
