/**
 * What the page and the command line may ask of the lab. Everything here is plain data, so that it crosses a worker
 * boundary unchanged. The jobs are listed in `jobs.ts`; all else is here, and implemented once, in `lab.ts`.
 */
import type { Calibration } from './calibration';
import type { BenchmarkSet, FetchSettings, GivenFile } from './evaluate';
import type { ExportReport, ExportRequest } from './export';
import type { Checkpoint } from './growth';
import type { JobId, JobOptions } from './job';
import type {
  AdapterReport,
  Appraisal,
  HubListing,
  HubLook,
  HubPlace,
  KeptDownload,
  MemoryReport,
  ModelFacts,
  ModelReport,
  ModelRequest,
} from './model';

export type * from './calibration';
export type * from './cost';
export type * from './evaluate';
export type * from './examination';
export type * from './export';
export type * from './generate';
export type * from './growth';
export type * from './influence';
export type * from './job';
export type * from './model';
export type * from './part';
export type * from './plan';
export type * from './pruning';
export type * from './recover';
export type * from './score';
export type * from './train';

/**
 * The lab but for its jobs (`Lab` has both). Every method rejects with a `LopperError`. After a failure the model that was
 * open is still open. In the page it is reached through `connectLab` (remote.ts): callbacks may be passed as they are.
 */
export interface LabItself {
  /**
   * Finds the adapter, measures it and runs the self-test. Rejects with `no-webgpu`, `no-adapter`, `shader-refused` or
   * `adapter-untrusted`.
   */
  start(): Promise<AdapterReport>;
  /**
   * What a model is, from its small files and the headers of its weights. No device is asked, no weights are downloaded,
   * and the open model stays as it is.
   */
  describe(request: ModelRequest, options: JobOptions): Promise<ModelFacts>;
  /** The branches, tags and files of a model on a hub. */
  listHub(place: HubPlace, options: JobOptions): Promise<HubListing>;
  /**
   * As `describe`, of a model on a hub, with what is to be downloaded. Throws `download-failed` where the host gives files only
   * whole: what they are is known only once they are here.
   */
  look(request: ModelRequest, options: JobOptions): Promise<HubLook>;
  /**
   * Takes an access token of a host, in memory, for all that is asked of it from now on; undefined: forgets it. It is sent to that
   * host alone, and over https or within this machine. Throws `usage` for what cannot be one.
   */
  useToken(host: string, token: string | undefined): Promise<void>;
  /**
   * The catalogue of models worth pruning, and how each would fare on this machine. `room`: bytes of GPU memory that weights may
   * take; by default twice the largest buffer, since adapters do not tell how much they have.
   */
  appraise(room?: number): Promise<Appraisal[]>;
  /** Opens a model. The one before stays in place until the new one is ready, and for good if this fails. */
  open(request: ModelRequest, options: JobOptions): Promise<ModelReport>;
  memory(): Promise<MemoryReport>;
  /**
   * Writes a pruned model as files of its own, from file to file; runs beside other jobs, and asks no device. Where it fails or is
   * cancelled, nothing of it is left. Throws `usage` for a folder that is not empty, `mask-invalid` where nothing would be left.
   */
  exportModel(request: ExportRequest, options: JobOptions): Promise<ExportReport>;
  /**
   * Hands a calibration over once, under a name that its caller makes: requests need only name it from then on. Texts are
   * large, and a request for each drop of a layer need not carry one. A name that is not known (any more: the last few are
   * kept) makes a job reject with `calibration-unknown`; hand it over again.
   */
  calibrate(name: string, calibration: Calibration): Promise<void>;
  /** The checkpoints of the bundled model's training that ship with it, in order. */
  bundledCheckpoints(): Promise<Checkpoint[]>;
  /** Settings of the lab itself, for all jobs from now on. `memoryBudget`: bytes a walk's branches may take; default half of what the adapter binds. */
  configure(settings: { readonly memoryBudget?: number }): Promise<void>;
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
