/**
 * What the page and the command line may ask of the lab. Everything here is plain data, so that it crosses a worker
 * boundary unchanged; `Lab` is implemented once, in `lab.ts`, and called through comlink in the page, directly in Node.
 */
import type { ErrorCode } from '../../errors';
import type { Sublayer, UnitKind } from '../../model/units';
import type { BenchmarkSet, EvalItem, EvalReport, EvalRequest, FetchSettings, GivenFile, NamedFile } from './evaluate';
import type { Checkpoint, GrowthPoint, GrowthReport, GrowthRequest } from './growth';
import type {
  CurvePoint,
  CurveReport,
  CurveRequest,
  InfluenceMetric,
  InfluenceReport,
  InfluenceSettings,
  NormsReport,
  TokenInfluenceReport,
} from './influence';

export type * from './evaluate';
export type * from './growth';
export type * from './influence';

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
  /** Most of all three together since the model was opened. */
  readonly peak: number;
  /** What a walk's branches may take. */
  readonly budget: number;
}

export type ModelRequest =
  /** The model that ships with Lopper, or a checkpoint of its training by its step. */
  | { readonly kind: 'bundled'; readonly step?: number }
  /** Files a person picked or dropped: config.json, *.safetensors (and index), tokenizer.json. */
  | { readonly kind: 'files'; readonly name: string; readonly files: readonly File[] }
  | {
      readonly kind: 'hub';
      readonly repo: string;
      readonly revision: string;
      readonly host: string /** Not kept after use. */;
      readonly passing?: boolean;
    }
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
  /** SHA-256 over the weight files' headers, sizes and a sample of their data; identifies the model in masks and results. */
  readonly fingerprint: string;
  readonly hasTokenizer: boolean;
  readonly weightBytes: number;
  /** True when weights pass through GPU memory a few sublayers at a time. */
  readonly streamed: boolean;
  /** What a person should know of how it was opened: "kept in memory only, because ...". */
  readonly notes?: readonly string[];
}

/** A calibration text, token ids taken as they are, or a benchmark's prompts. */
export type Calibration =
  | { readonly text: string /** Tokens a window. */; readonly seqLen: number; readonly maxWindows?: number }
  | { readonly ids: readonly (readonly number[])[] }
  | TaskCalibration;

/** Every item of a benchmark as a text: its prompt without worked examples, and its right answer. A window an item. */
export interface TaskCalibration {
  readonly task: string;
  /** Items taken: the first so many. */
  readonly limit?: number;
  /** Tokens a window at most, default the context; of a longer item the end is kept. */
  readonly seqLen?: number;
  /** Replaces the task's own items. */
  readonly data?: readonly NamedFile[];
  /** Names the items that are meant, where others may take their place later: what differs in it is another calibration. */
  readonly subset?: string;
}

/** Files that were downloaded from one place and kept. */
export interface KeptDownload {
  /** A model's host, name and revision, or the address of a benchmark's folder. */
  readonly from: string;
  readonly bytes: number;
  /** False where a download was broken off; it goes on from there. */
  readonly complete: boolean;
}

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
  /** Sampled metrics come again and again, surer each time, through `onEstimate`; cancelled, the last one can be gone on from. */
  influence(
    calibration: Calibration,
    metric: InfluenceMetric,
    unit: UnitKind,
    options: JobOptions & InfluenceSettings & { onEstimate?: (soFar: InfluenceReport) => void },
  ): Promise<InfluenceReport>;
  /** Loss, and a benchmark where asked, against the number of units dropped. `soFar` can be gone on from. */
  curve(
    calibration: Calibration,
    request: CurveRequest,
    options: JobOptions & { onPoint?: (point: CurvePoint, soFar: CurveReport) => void },
  ): Promise<CurveReport>;
  /** Update norms and block-to-block angles, one pass of the full model. */
  norms(calibration: Calibration, options: JobOptions): Promise<NormsReport>;
  /** Which tokens of a text make each unit matter. Throws `prompt-too-long` beyond the context. */
  tokenInfluence(
    text: string,
    metric: TokenInfluenceReport['metric'],
    options: JobOptions,
  ): Promise<TokenInfluenceReport>;
  /** Influence at one checkpoint after another; the open model stays open. `soFar` can be gone on from. */
  growth(
    calibration: Calibration,
    request: GrowthRequest,
    options: JobOptions & { onPoint?: (point: GrowthPoint, soFar: GrowthReport) => void },
  ): Promise<GrowthReport>;
  /** The checkpoints of the bundled model's training that ship with it, in order. */
  bundledCheckpoints(): Promise<Checkpoint[]>;
  /** Settings of the lab itself, for all jobs from now on. `memoryBudget`: bytes a walk's branches may take; default half of what the adapter binds. */
  configure(settings: { readonly memoryBudget?: number }): Promise<void>;
  generate(
    request: GenerateRequest,
    options: JobOptions & { onToken?: (e: GenerateEvent) => void },
  ): Promise<GenerateReport>;
  evaluate(
    request: EvalRequest,
    /** `soFar` carries no items: they came one by one. */
    options: JobOptions & { onItem?: (item: EvalItem, soFar: EvalReport) => void },
  ): Promise<EvalReport>;
  /** The official benchmarks, and what of each is on this machine. */
  benchmarkSets(): Promise<BenchmarkSet[]>;
  /**
   * Downloads an official benchmark from its publisher, checks it and keeps a subset; runs beside other jobs. Tasks then
   * ask those items where a request gives no files. Throws `usage`, `file-missing`, `download-failed`, `download-cut`.
   */
  fetchBenchmark(task: string, settings: FetchSettings, options: JobOptions): Promise<BenchmarkSet>;
  /** The same from files that are here already, in the forms publishers give them. Throws `usage`, `benchmark-invalid`. */
  keepBenchmark(
    task: string,
    files: readonly GivenFile[],
    settings: Pick<FetchSettings, 'limit' | 'seed'>,
    options: JobOptions,
  ): Promise<BenchmarkSet>;
  /** What is kept of models and benchmarks that were downloaded. */
  keptDownloads(): Promise<KeptDownload[]>;
  /** Deletes one of them, by where it is from. */
  forgetDownload(from: string): Promise<void>;
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
