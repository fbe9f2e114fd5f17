/**
 * What the page and the command line may ask of the lab. Everything here is plain data, so that it crosses a worker
 * boundary unchanged; `Lab` is implemented once, in `lab.ts`, and called through comlink in the page, directly in Node.
 */
import type { ErrorCode } from '../errors';
import type { Sublayer, UnitKind } from '../model/units';

export interface Progress {
  /** What is being done, for people: "Downloading model.safetensors", "Leave-one-out, 12 of 24". */
  readonly label: string;
  readonly done: number;
  readonly total: number;
  readonly unit: 'bytes' | 'steps';
  /** Seconds, once a rate is known. */
  readonly secondsLeft?: number;
}

/** An error as it crosses the worker boundary. */
export interface Failure {
  readonly code: ErrorCode | 'bug';
  readonly message: string;
  readonly remedy: string;
}

export interface AdapterReport {
  readonly vendor: string;
  readonly architecture: string;
  readonly description: string;
  /** True when the "GPU" is a program on the processor (SwiftShader, llvmpipe, WARP). */
  readonly software: boolean;
  readonly features: readonly string[];
  /** The limits that decide what fits, in bytes or counts. */
  readonly limits: Readonly<Record<string, number>>;
  readonly selfTest: {
    readonly passed: boolean;
    readonly cases: number;
    readonly worstError: number;
    readonly milliseconds: number;
  };
  /** Matmul variant the start-up measurement chose, with its rate in GFLOP/s. */
  readonly matmul: { readonly variant: string; readonly gflops: Readonly<Record<string, number>> };
}

export interface MemoryReport {
  readonly weights: number;
  readonly activations: number;
  readonly cache: number;
}

export type ModelRequest =
  /** The model that ships with Lopper. */
  | { readonly kind: 'bundled' }
  /** Files a person picked or dropped: config.json, *.safetensors (and index), tokenizer.json. */
  | { readonly kind: 'files'; readonly name: string; readonly files: readonly File[] }
  | { readonly kind: 'hub'; readonly repo: string; readonly revision: string; readonly host: string }
  /** Node only. */
  | { readonly kind: 'folder'; readonly path: string };

export interface ModelReport {
  readonly id: string;
  readonly revision?: string;
  /** As in config.json, e.g. `MistralForCausalLM`. */
  readonly architecture: string;
  readonly modelType: string;
  readonly blocks: number;
  readonly width: number;
  readonly heads: number;
  readonly kvHeads: number;
  readonly vocabulary: number;
  /** Tokens. */
  readonly context: number;
  readonly dtype: string;
  readonly parameters: number;
  /** Parameters of each sublayer, by block. */
  readonly attnParameters: readonly number[];
  readonly ffnParameters: readonly number[];
  /** KV-cache bytes that one token takes in one block (as f32, which is what the engine keeps). */
  readonly kvBytesPerTokenPerBlock: number;
  /** SHA-256 over the weight files' headers and sizes; identifies the model in masks and results. */
  readonly fingerprint: string;
  readonly hasTokenizer: boolean;
  readonly weightBytes: number;
  /** True when weights pass through GPU memory a few sublayers at a time. */
  readonly streamed: boolean;
  /** What a person should know of how it was opened: "kept in memory only, because ...". */
  readonly notes?: readonly string[];
}

/** A calibration text, or token ids taken as they are. */
export type Calibration =
  | { readonly text: string /** Tokens a window. */; readonly seqLen: number; readonly maxWindows?: number }
  | { readonly ids: readonly (readonly number[])[] };

export interface ScoreReport {
  /** Mean token NLL over all predicted tokens of all windows, nats. */
  readonly loss: number;
  /** exp(loss). */
  readonly perplexity: number;
  /** Predicted tokens. */
  readonly tokens: number;
  readonly windows: readonly { readonly nll: readonly number[]; readonly logits?: readonly number[] }[];
  readonly milliseconds: number;
}

export type InfluenceMetric = 'cosine' | 'angular' | 'relative-l1' | 'relative-l2' | 'l1' | 'l2' | 'loo-loss';

export interface InfluenceReport {
  readonly metric: InfluenceMetric;
  readonly unit: UnitKind;
  /** In the order of `unitsOf(blocks, unit)`. */
  readonly values: readonly number[];
  /** The full model's loss on the same text (loo-loss only). */
  readonly fullLoss?: number;
  readonly tokens: number;
}

export interface Candidate {
  readonly id: number;
  readonly text: string;
  readonly probability: number;
}

export interface GenerateRequest {
  readonly prompt: string;
  readonly maxTokens: number;
  /** 0 is greedy. */
  readonly temperature: number;
  readonly seed: number;
  /** Continued side by side, e.g. `[[], dropped]`. */
  readonly masks: readonly (readonly Sublayer[])[];
}

export interface GenerateEvent {
  /** Index into `masks`. */
  readonly branch: number;
  readonly id: number;
  /** All text of this branch so far, without the prompt (whole: a token may end inside a character). */
  readonly text: string;
  /** The ten likeliest tokens at this step, the chosen one among them or not. */
  readonly top: readonly Candidate[];
}

export interface GenerateReport {
  readonly branches: readonly {
    readonly text: string;
    readonly ids: readonly number[];
    readonly stopped: 'end' | 'length' | 'context';
    readonly promptTokens: number;
    /** Decoded tokens per second, the prompt not counted. */
    readonly tokensPerSecond: number;
    readonly prefillTokensPerSecond: number;
  }[];
}

/** An accuracy that says how sure it is. */
export interface Accuracy {
  readonly n: number;
  readonly correct: number;
  readonly accuracy: number;
  /** 95% Wilson interval. */
  readonly interval: readonly [number, number];
}

export interface EvalItem {
  readonly index: number;
  readonly gold: number | string;
  /** By mask, in the order asked. `scores`: log-probability of each choice; `text`: what was generated. */
  readonly answers: readonly {
    readonly answer: number | string;
    readonly correct: boolean;
    readonly scores?: readonly number[];
    readonly text?: string;
  }[];
}

export interface EvalRequest {
  readonly task: string;
  readonly shots?: number;
  readonly limit?: number;
  readonly masks: readonly (readonly Sublayer[])[];
  /** Replaces the bundled items: the text of a JSONL file and a name for it. */
  readonly data?: { readonly name: string; readonly text: string };
  /** Replaces the bundled worked examples, in the same format. */
  readonly fewshot?: { readonly name: string; readonly text: string };
}

export interface EvalReport {
  readonly task: string;
  /** What these items are, for people ("written for this project, in MMLU's format; not the official set"). */
  readonly about: string;
  readonly metric: string;
  readonly shots: number;
  readonly chance: number;
  readonly results: readonly Accuracy[];
  /** Mask 1 against mask 0 on the same items, where two were asked: mean difference and its 95% interval. */
  readonly difference?: {
    readonly mean: number;
    readonly interval: readonly [number, number];
    readonly lost: number;
    readonly won: number;
    readonly p: number;
  };
  readonly items: readonly EvalItem[];
  /** Items that lost tokens on the left to fit the model's context. */
  readonly truncated: number;
  /** Rows of the file that are no items and were passed over. */
  readonly unreadable: number;
  /** Whether prompts begin with the tokenizer's BOS. */
  readonly bos: boolean;
  /** True while fewer items are done than were asked for. */
  readonly partial: boolean;
}

/** Handle by which a running job is cancelled; made by the caller, unique within a page. */
export type JobId = string;

export interface JobOptions {
  readonly job: JobId;
  readonly onProgress?: (p: Progress) => void;
}

/**
 * Every method rejects with a `LopperError`. After a failure the model that was open is still open. In the page it is
 * reached through `connectLab` (remote.ts): callbacks may be passed as they are.
 */
export interface Lab {
  /** Finds the adapter, measures it and runs the self-test. Rejects with `no-webgpu` or `adapter-untrusted`. */
  start(): Promise<AdapterReport>;
  /** Opens a model. The one before stays in place until the new one is ready, and for good if this fails. */
  open(request: ModelRequest, options: JobOptions): Promise<ModelReport>;
  memory(): Promise<MemoryReport>;
  /** Loss of each mask on the calibration text; masks share what they have in common. */
  score(
    calibration: Calibration,
    masks: readonly (readonly Sublayer[])[],
    options: JobOptions & { logits?: boolean },
  ): Promise<ScoreReport[]>;
  influence(
    calibration: Calibration,
    metric: InfluenceMetric,
    unit: UnitKind,
    options: JobOptions,
  ): Promise<InfluenceReport>;
  generate(
    request: GenerateRequest,
    options: JobOptions & { onToken?: (e: GenerateEvent) => void },
  ): Promise<GenerateReport>;
  evaluate(
    request: EvalRequest,
    /** `soFar` carries no items: they came one by one. */
    options: JobOptions & { onItem?: (item: EvalItem, soFar: EvalReport) => void },
  ): Promise<EvalReport>;
  /** Ends a job within a quarter of a second; it rejects with `cancelled`. */
  cancel(job: JobId): Promise<void>;
  /** Number of tokens in a text under the open model's tokenizer. */
  tokenize(text: string): Promise<{ ids: number[]; tokens: string[] }>;
}

/** Results computed ahead (`tools/ship-results`), shipped in `public/models/sapling/results.json` and shown before anything runs. */
export interface ShippedResults {
  readonly format: 'lopper-results';
  readonly version: 1;
  readonly model: ModelReport;
  readonly calibration: { readonly source: string; readonly tokens: number; readonly sha256: string };
  readonly score: { readonly loss: number; readonly perplexity: number; readonly tokens: number };
  /** cosine and loo-loss, for block, attn and ffn each. */
  readonly influence: readonly InfluenceReport[];
  /** Without their items. */
  readonly evaluations: readonly Omit<EvalReport, 'items'>[];
  readonly madeBy: { readonly lopper: string; readonly adapter: string; readonly dtype: string };
}
