/** What the lab answers about recovery: what stands in for dropped layers, and what it is worth. Plain data. */
import type { Sublayer, UnitKind } from '../../model/units';
import type { Numbers, Placed, RecoveredUnit } from '../../recovery/module';
import type { Calibration, NamedCalibration, On } from './calibration';
import type { Part } from './part';
import type { RecoveredModel } from './pruning';

export type { Placed, RecoveredUnit, RecoveryModule } from '../../recovery/module';

/**
 * What is fitted. `mean`: the mean update; `linear`: a linear map of a rank; `diagonal`: each channel on its own; `scale`: one
 * number; `merged`: no module in a dropped layer's place, but a linear map of what the last kept one below each run of them adds.
 * All in closed form.
 */
export type RecoveryMethod = 'mean' | 'linear' | 'diagonal' | 'scale' | 'merged';

/**
 * On which streams several units are fitted. `sequential` (default): from low to high, each to its own update, in the model
 * in which those below are dropped and recovered already; `full`: in the full model; `corrected`: as sequential, to what
 * brings the stream back to the full model's.
 */
export type FitOrder = 'sequential' | 'full' | 'corrected';

export interface RecoverSettings {
  readonly method: RecoveryMethod;
  readonly fit?: FitOrder;
  /** For `linear`; default 8. For `merged`; default as many as there are. */
  readonly rank?: number;
  /** How much of what was fitted is added; default 1. */
  readonly strength?: number;
  /** Default 1e-6, see `fit.ts`. */
  readonly ridge?: number;
  /** Least squares of the relative error, not of the error. */
  readonly weighted?: boolean;
  /** First positions of every window that are left out of the statistics; the module stands at every position. */
  readonly skipFirst?: number;
  /** For `linear`: of the stream as the model's norms make it, which is what feed-forward layers of stock code can hold. */
  readonly normed?: boolean;
  /** A module for each sublayer of a dropped block; else one for the block. */
  readonly splitBlocks?: boolean;
}

export type RecoverRequest = On<
  RecoverSettings & {
    readonly dropped: readonly Sublayer[];
    /** Text that is not fitted on: another one, or a share of the calibration's windows, 0 to 1. */
    readonly heldOut?: Calibration | NamedCalibration | number;
  }
>;

/** Of the text that is fitted on, and of text that is not, where some is held out. */
export type OnBoth = readonly [calibration: number, held?: number];

export interface RecoveredUnitReport {
  readonly unit: RecoveredUnit;
  /** Of the mean of what it should give: the length, and mean and standard deviation over channels. */
  readonly norm: number;
  readonly channelMean: number;
  readonly channelStd: number;
  /** How much of the unit its module gives: 0 is no better than the mean update, 1 is all of it. */
  readonly r2: OnBoth;
  /** For `linear`: the same at ranks 1, 2, 4, ... and the width. */
  readonly r2ByRank?: readonly (readonly [rank: number, calibration: number, held?: number])[];
}

export interface RecoverReport extends Required<Pick<RecoverSettings, 'method' | 'fit' | 'strength'>> {
  readonly rank?: number;
  readonly dropped: readonly Sublayer[];
  /** What was fitted, a module for each unit, from low to high. */
  readonly modules: readonly Placed[];
  readonly units: readonly RecoveredUnitReport[];
  /** Mean token NLL, nats. */
  readonly loss: { readonly full: OnBoth; readonly pruned: OnBoth; readonly recovered: OnBoth };
  /** Tokens fitted on, and tokens held out. */
  readonly tokens: OnBoth;
  /** Said where something may mislead: too little text for the rank, a recovery that is worse than removing. */
  readonly notes: readonly string[];
}

/** What modules are worth at several strengths. */
export type RecoverStrengthsRequest = On<
  RecoveredModel & {
    readonly heldOut?: RecoverRequest['heldOut'];
    /** Each replaces the strength that the modules have. */
    readonly strengths: readonly number[];
  }
>;

export interface RecoverStrengthsReport {
  readonly losses: readonly { readonly strength: number; readonly loss: OnBoth }[];
}

export type RecoverEachRequest = On<RecoverSettings & { readonly unit: UnitKind; readonly part?: Part }>;

/** Each unit on its own, dropped and recovered. */
export interface RecoverEachReport extends Required<Pick<RecoverSettings, 'method' | 'strength'>> {
  readonly rank?: number;
  readonly unit: UnitKind;
  readonly fullLoss: number;
  readonly units: readonly (Omit<RecoveredUnitReport, 'r2' | 'r2ByRank'> & {
    readonly lossDropped: number;
    readonly lossRecovered: number;
  })[];
  readonly tokens: number;
  /** Where they are only some of the units. */
  readonly part?: Part;
}

export type MeanUpdatesRequest = On<Pick<RecoverSettings, 'skipFirst'>>;

/** The mean of what each unit of the full model adds: every attn and ffn in the order of the walk, then every block. */
export interface MeanUpdatesReport {
  readonly tokens: number;
  readonly units: readonly (Omit<RecoveredUnitReport, 'r2' | 'r2ByRank'> & {
    /** [width]. */
    readonly channels: Numbers;
  })[];
}
