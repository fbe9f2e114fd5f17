/** What the page knows, as plain data: no GPU objects, no functions, nothing that could not be written to a file. */
import type {
  AdapterReport,
  Candidate,
  EvalReport,
  Failure,
  GrowthMetric,
  GrowthReport,
  InfluenceMetric,
  InfluenceReport,
  JobId,
  MemoryReport,
  ModelReport,
  Progress,
  ShippedResults,
} from '../../lab/contract';
import type { Sublayer } from '../../model/units';
import { type Mask, makeMask } from '../../pruning/mask';
import { type MaskHistory, startHistory } from './mask-history';

/** The adapter, from "being looked for" to "cannot be used". */
export type Machine =
  | { readonly status: 'starting' }
  | { readonly status: 'ready'; readonly adapter: AdapterReport; readonly memory?: MemoryReport }
  | { readonly status: 'absent' | 'untrusted' | 'broken'; readonly failure: Failure };

/** Where a number comes from: shipped with the page, or computed here. `adapter` in words. */
export interface Origin {
  readonly kind: 'shipped' | 'here';
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
  /** Bundled, a file's name, or "pasted text". */
  readonly source: string;
  readonly bundled: boolean;
  readonly text: string;
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

/** Metrics the page charts and colours by. */
export type ShownMetric = Extract<InfluenceMetric, 'cosine' | 'loo-loss'>;
export type ShownUnit = 'block' | 'attn' | 'ffn';

export interface Influence {
  readonly report: InfluenceReport;
  readonly origin: Origin;
  /** The calibration text it was measured on. */
  readonly text: string;
}

export interface Evaluation {
  readonly report: Omit<EvalReport, 'items'>;
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
export type Slot = 'open' | 'score' | 'influence' | 'evaluate' | 'generate' | 'speed' | 'growth';

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
}

export interface PromptSettings {
  readonly prompt: string;
  readonly temperature: number;
  readonly seed: number;
  readonly maxTokens: number;
}

/** What a series of checkpoints showed. */
export interface Growth {
  /** Whose checkpoints they are, in words. */
  readonly of: string;
  readonly report: GrowthReport;
  readonly origin: Origin;
  /** The calibration text it was measured on. */
  readonly text: string;
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
  readonly evaluations: Readonly<Record<string, Evaluation>>;
  readonly speed?: Speed;
  /** By metric. */
  readonly growth: Readonly<Partial<Record<GrowthMetric, Growth>>>;
  readonly moment?: Moment;
  readonly prompt: PromptSettings;
  readonly generation?: Generation;
  readonly jobs: Readonly<Partial<Record<Slot, Job>>>;
  readonly notices: readonly Notice[];
  readonly colourBy: ShownMetric;
  readonly hovered?: Sublayer;
  readonly dialog?: DialogName;
  readonly workbench: WorkbenchTab;
}

export const influenceKey = (metric: InfluenceMetric, unit: ShownUnit): string => `${metric}/${unit}`;

export const BUNDLED_TEXT_NAME = 'bundled text';

/** Tokens a calibration window. */
export const DEFAULT_SEQ_LEN = 256;

export const initialState: AppState = {
  machine: { status: 'starting' },
  masks: startHistory(makeMask(0)),
  painting: false,
  calibration: { source: BUNDLED_TEXT_NAME, bundled: true, text: '', seqLen: DEFAULT_SEQ_LEN },
  influence: {},
  evaluations: {},
  prompt: { prompt: '', temperature: 0, seed: 1, maxTokens: 60 },
  growth: {},
  jobs: {},
  notices: [],
  colourBy: 'cosine',
  workbench: 'texts',
};
