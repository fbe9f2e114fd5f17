/** What the page knows, as plain data: no GPU objects, no functions, nothing that could not be written to a file. */
import type {
  AdapterReport,
  BenchmarkSet,
  Calibration,
  Candidate,
  Checkpoint,
  CurveReport,
  CurveRequest,
  EvalItem,
  EvalReport,
  Failure,
  GrowthMetric,
  GrowthReport,
  InfluenceMetric,
  InfluenceReport,
  JobId,
  MemoryReport,
  ModelReport,
  NormsReport,
  Progress,
  ShippedResults,
  TaskCalibration,
  TokenInfluenceReport,
} from '../../lab/contract';
import type { Sublayer, UnitKind } from '../../model/units';
import { type Mask, makeMask } from '../../pruning/mask';
import { type MaskHistory, startHistory } from './mask-history';

/** The adapter, from "being looked for" to "cannot be used". */
export type Machine =
  | { readonly status: 'starting' }
  | { readonly status: 'ready'; readonly adapter: AdapterReport; readonly memory?: MemoryReport }
  | { readonly status: 'absent' | 'untrusted' | 'broken'; readonly failure: Failure };

/** Where a number comes from: shipped with the page, computed here, or read from a file. `adapter` in words. */
export interface Origin {
  readonly kind: 'shipped' | 'here' | 'file';
  readonly adapter: string;
}

export type ModelSource =
  | { readonly kind: 'bundled' }
  | { readonly kind: 'files'; readonly name: string }
  | { readonly kind: 'hub'; readonly repo: string; readonly revision: string; readonly host: string };

export interface OpenModel {
  readonly source: ModelSource;
  readonly report: ModelReport;
  /** False while only the shipped results are there: nothing can be computed on it yet. */
  readonly loaded: boolean;
}

export interface CalibrationText {
  /** Bundled, a file's name, "pasted text", or "items of School questions". */
  readonly source: string;
  readonly bundled: boolean;
  /** Empty where a benchmark's items take its place. */
  readonly text: string;
  readonly task?: TaskCalibration & { readonly limit: number };
  readonly seqLen: number;
  readonly tokens?: number;
}

export interface Scored {
  readonly loss: number;
  readonly perplexity: number;
  readonly tokens: number;
  readonly mask: Mask;
  readonly origin: Origin;
}

export interface Influence {
  readonly report: InfluenceReport;
  readonly origin: Origin;
  /** The calibration text it was measured on. */
  readonly text: string;
  /** Of a sampled metric: the units that took part, which may be more than are listed. */
  readonly players?: UnitKind;
}

/** How sampled metrics are measured. */
export interface SamplingSettings {
  readonly unit: UnitKind;
  readonly seed: number;
  /** At most; an even number, since they come in pairs. */
  readonly permutations: number;
  /** Half-width of every 95% interval at which it ends; 0 for never. */
  readonly bound: number;
  /** It ends when the order of the lowest so many stands still; 0 for never. */
  readonly stableLowest: number;
  readonly exact: boolean;
  /** For the worth in right answers: a benchmark, and its first so many items. */
  readonly task: string;
  readonly items: number;
}

/** The last estimate of a sampled metric, whole, so that it can be gone on from or saved. */
export interface SampledRun {
  readonly report: InfluenceReport;
  readonly origin: Origin;
  /** The calibration text's name. */
  readonly text: string;
  /** What it was measured on, to go on with; absent where it came from a file and is not at hand. */
  readonly calibration?: Calibration;
}

/** A pruning curve, done or on its way. */
export interface Curve {
  readonly id: number;
  /** The fingerprint of the model it is of: a curve comes back with its model. */
  readonly model: string;
  readonly request: Omit<CurveRequest, 'resume'>;
  readonly report: CurveReport;
  readonly origin: Origin;
  /** The calibration text's name. */
  readonly text: string;
  /** What it was measured on, to go on with; absent where it came from a file and is not at hand. */
  readonly calibration?: Calibration;
  /** Which of the charts' series colours it has. */
  readonly colour: number;
}

export interface Norms {
  readonly report: NormsReport;
  readonly origin: Origin;
  /** The calibration text it was measured on. */
  readonly text: string;
}

export interface TokenInfluence {
  readonly report: TokenInfluenceReport;
  readonly origin: Origin;
  readonly prompt: string;
}

export interface Evaluation {
  readonly report: Omit<EvalReport, 'items'>;
  /** Every item done, where the run was here. */
  readonly items?: readonly EvalItem[];
  /** Of each of the report's results. */
  readonly masks: readonly Mask[];
  readonly origin: Origin;
}

export interface Step {
  readonly id: number;
  /** What this token added to the text. */
  readonly piece: string;
  readonly top: readonly Candidate[];
}

export interface Continuation {
  readonly text: string;
  readonly steps: readonly Step[];
  readonly stopped?: 'end' | 'length' | 'context';
  readonly promptTokens?: number;
  readonly tokensPerSecond?: number;
}

export interface Generation {
  readonly prompt: string;
  readonly mask: Mask;
  readonly running: boolean;
  readonly full: Continuation;
  readonly pruned: Continuation;
}

export interface Speed {
  readonly mask: Mask;
  /** Decoded tokens per second. */
  readonly full: number;
  readonly pruned: number;
  readonly origin: Origin;
}

/** One job of each kind at a time. */
export type Slot =
  | 'open'
  | 'score'
  | 'influence'
  | 'evaluate'
  | 'benchmark'
  | 'generate'
  | 'speed'
  | 'growth'
  | 'curve'
  | 'norms'
  | 'tokens'
  | 'select';

export interface Job {
  readonly id: JobId;
  readonly what: string;
  readonly progress?: Progress;
}

export interface Notice {
  readonly id: number;
  readonly kind: 'error' | 'note';
  readonly title: string;
  readonly failure?: Failure;
  readonly text?: string;
  /** Offers to unlock these. */
  readonly unlock?: readonly Sublayer[];
}

export interface PromptSettings {
  readonly prompt: string;
  readonly temperature: number;
  readonly seed: number;
  readonly maxTokens: number;
}

/** What a run of benchmarks asks; absent numbers are the task's own. */
export interface BenchSettings {
  /** Names of the tasks chosen. */
  readonly tasks: readonly string[];
  readonly limit?: number;
  readonly seed?: number;
  readonly shots?: number;
  readonly bos: 'auto' | 'on' | 'off';
  readonly chat: boolean;
}

/** A file of a person's own items. */
export interface OwnItems {
  readonly name: string;
  readonly text: string;
  /** How it was read, where that may be wrong. */
  readonly note?: string;
}

/** A mask and what it scored, kept to be held against others. */
export interface Kept {
  readonly mask: Mask;
  /** By task, what the full model and this mask scored, and what they were asked. */
  readonly results: Readonly<Record<string, Pick<Evaluation, 'report' | 'origin'>>>;
}

/** A run that was left before it was done. */
export interface Unfinished {
  readonly task: string;
  readonly settings: Omit<BenchSettings, 'tasks'>;
  readonly dropped: readonly Sublayer[];
  /** Of an official set: which of its items were here. */
  readonly data?: string;
  readonly done: number;
  readonly of: number;
}

/** What a series of checkpoints showed. */
export interface Growth {
  readonly report: GrowthReport;
  readonly origin: Origin;
  /** The calibration text it was measured on. */
  readonly text: string;
  /** What it was measured on, to go on with; absent where it shipped. */
  readonly calibration?: Calibration;
  /** What was to be measured; absent where it shipped. */
  readonly checkpoints?: readonly Checkpoint[];
}

/** A moment of training that the tower shows in place of the finished model. */
export interface Moment {
  readonly metric: GrowthMetric;
  /** Of the report's points. */
  readonly point: number;
}

export type DialogName = 'model' | 'adapter' | 'calibration';

/** The open tab of the workbench below the first screen. */
export type WorkbenchTab = 'texts' | 'curves' | 'agreement' | 'norms' | 'benchmarks' | 'growth';

export interface AppState {
  readonly machine: Machine;
  readonly model?: OpenModel;
  readonly shipped?: ShippedResults;
  readonly masks: MaskHistory;
  /** True while a drag paints: nothing is recomputed until it ends. */
  readonly painting: boolean;
  readonly calibration: CalibrationText;
  readonly full?: Scored;
  readonly pruned?: Scored;
  /** Why the last attempt at a loss failed. */
  readonly scoreFailure?: Failure;
  readonly influence: Readonly<Record<string, Influence>>;
  /** Sampled metrics by `influenceKey` of the units that took part. */
  readonly sampled: Readonly<Record<string, SampledRun>>;
  readonly sampling: SamplingSettings;
  /** In the Influence panel. */
  readonly shownMetric: InfluenceMetric;
  /** What the relative metrics are divided by. */
  readonly denominator: 'input' | 'output';
  /** No strategy drops these. */
  readonly locked: readonly Sublayer[];
  readonly evaluations: Readonly<Record<string, Evaluation>>;
  readonly bench: BenchSettings;
  /** Tasks of the run in progress that are still to come, the present one first. */
  readonly benchQueue: readonly string[];
  readonly ownItems?: OwnItems;
  /** The official benchmarks, and what of each is on this machine; empty until the lab has said so. */
  readonly officialSets: readonly BenchmarkSet[];
  readonly kept: readonly Kept[];
  readonly unfinished: readonly Unfinished[];
  readonly speed?: Speed;
  /** By metric. */
  readonly growth: Readonly<Partial<Record<GrowthMetric, Growth>>>;
  readonly moment?: Moment;
  /** Of every model opened so far. */
  readonly curves: readonly Curve[];
  /** Asked for while another is being drawn. */
  readonly curvesWaiting: readonly CurveRequest[];
  readonly norms?: Norms;
  readonly tokenInfluence?: TokenInfluence;
  readonly prompt: PromptSettings;
  readonly generation?: Generation;
  readonly jobs: Readonly<Partial<Record<Slot, Job>>>;
  readonly notices: readonly Notice[];
  readonly colourBy: InfluenceMetric;
  readonly hovered?: Sublayer;
  /** Sublayers that a chart points at, marked in the tower. */
  readonly highlighted?: readonly Sublayer[];
  readonly dialog?: DialogName;
  readonly workbench: WorkbenchTab;
}

export const influenceKey = (metric: InfluenceMetric, unit: UnitKind): string => `${metric}/${unit}`;

export const BUNDLED_TEXT_NAME = 'bundled text';

/** Tokens a calibration window. */
export const DEFAULT_SEQ_LEN = 256;

export const initialState: AppState = {
  machine: { status: 'starting' },
  masks: startHistory(makeMask(0)),
  painting: false,
  calibration: { source: BUNDLED_TEXT_NAME, bundled: true, text: '', seqLen: DEFAULT_SEQ_LEN },
  influence: {},
  sampled: {},
  sampling: {
    unit: 'block',
    seed: 1,
    permutations: 64,
    bound: 0,
    stableLowest: 4,
    exact: false,
    task: 'school_letters',
    items: 40,
  },
  shownMetric: 'loo-loss',
  denominator: 'input',
  locked: [],
  evaluations: {},
  curves: [],
  curvesWaiting: [],
  bench: { tasks: ['school', 'school_math'], bos: 'auto', chat: false },
  benchQueue: [],
  officialSets: [],
  kept: [],
  unfinished: [],
  prompt: { prompt: '', temperature: 0, seed: 1, maxTokens: 60 },
  growth: {},
  jobs: {},
  notices: [],
  colourBy: 'cosine',
  workbench: 'texts',
};
