/** What the lab answers about training what stands in for dropped layers. Plain data. */
import type { Sublayer } from '../../model/units';
import type { Placed } from '../../recovery/module';
import type { AdamState, Schedule } from '../../recovery/training';
import type { On } from './calibration';
import type { OnBoth, RecoveredUnitReport, RecoverRequest } from './recover';

export type { Schedule } from '../../recovery/training';

/**
 * What is trained towards. `bias`: a vector alone, `distill`: a low-rank map and a vector, so that the model predicts what
 * the full model predicts (KL divergence); `sft`: the next token of the text; `mse`: the full model's stream behind each unit.
 */
export type TrainingMethod = 'bias' | 'mse' | 'sft' | 'distill';

/**
 * For `mse`, on which streams: `corrected` (default), on the pruned model's own, to what brings it back to the full model's;
 * `full`, on the full model's, each to its unit's own update. For a single unit they are the same. By default each learns on
 * the stream that it will stand in.
 */
export type TrainingFit = 'corrected' | 'full';

export interface TrainSettings {
  readonly method: TrainingMethod;
  /** Default 8; `bias` has none. */
  readonly rank?: number;
  readonly fit?: TrainingFit;
  /** In all, those that were taken before counted in. */
  readonly steps?: number;
  readonly lr?: number;
  readonly schedule?: Schedule;
  /** Windows a step: so many, drawn anew in each round, or all. */
  readonly batch?: number | 'all';
  /** Of what is drawn: the start of A, and the order of windows. */
  readonly seed?: number;
  /**
   * `zero`: B = 0 and the mean update; `closed`: the linear map in closed form, or for a bias the mean update. Default:
   * whichever has the lower loss.
   */
  readonly start?: 'zero' | 'closed';
  /**
   * `scaled` (default): rates of A, B and the bias fit the size of the stream and of the unit's update, so that a learning
   * rate means the same in every model; `plain`: all the same.
   */
  readonly rates?: 'scaled' | 'plain';
  /** A module for each sublayer of a dropped block; else one for the block. */
  readonly splitBlocks?: boolean;
}

/** What is left out of the settings, in the page as on the command line. */
export const TRAINING_DEFAULTS = { steps: 100, lr: 1e-3, schedule: 'cosine', batch: 4, seed: 0 } as const;

export type TrainRequest = On<
  TrainSettings & {
    readonly dropped: readonly Sublayer[];
    /** Text that is not trained on: another one, or a share of the calibration's windows, 0 to 1. */
    readonly heldOut?: RecoverRequest['heldOut'];
    /** Modules to begin with, whose ranks then count, one for each unit that is dropped. */
    readonly init?: readonly Placed[];
    /** Goes on from there, to the numbers that it would have come to. */
    readonly resume?: TrainingRun;
  }
>;

/** The best so far: by the text that is held out, else by the text trained on where every step sees it all, else the last. */
export interface BestSoFar {
  readonly step: number;
  readonly modules: readonly Placed[];
}

/** All that training goes on from. */
export interface TrainingRun {
  /** What it was asked, for the same to be asked when it goes on. */
  readonly asked: Required<Omit<TrainSettings, 'rank' | 'start' | 'steps' | 'splitBlocks'>>;
  /** Of the windows trained on and held out. */
  readonly textSha256: string;
  readonly state: AdamState;
  readonly best: BestSoFar;
  /** What is trained towards, before each step on its windows and, at the end, after the last; and on the text held out. */
  readonly losses: readonly number[];
  readonly heldLosses: readonly number[];
}

/** Told of after each step. */
export interface TrainingProgress {
  readonly step: number;
  readonly steps: number;
  readonly losses: readonly number[];
  readonly heldLosses: readonly number[];
  /** The step that is best so far. */
  readonly best: number;
}

export interface TrainEvents {
  readonly onStep?: (soFar: TrainingProgress) => void;
  /** Told now and then, about once a second: to go on from, after a pause or a loss. */
  readonly onRun?: (run: TrainingRun) => void;
}

export interface TrainReport {
  readonly method: TrainingMethod;
  /** The largest. */
  readonly rank: number;
  /** For `mse`. */
  readonly fit?: TrainingFit;
  readonly dropped: readonly Sublayer[];
  /** The best, a module for each unit, from low to high. */
  readonly modules: readonly Placed[];
  readonly units: readonly Omit<RecoveredUnitReport, 'r2ByRank'>[];
  /** Mean token NLL, nats. */
  readonly loss: { readonly full: OnBoth; readonly pruned: OnBoth; readonly recovered: OnBoth };
  /** Tokens trained on, and tokens held out. */
  readonly tokens: OnBoth;
  readonly notes: readonly string[];
  /** `diverged`: stopped, since the loss grew beyond all bounds; the best is kept. */
  readonly ended: 'done' | 'diverged';
  /** With the losses of every step, and the step that was best. */
  readonly run: TrainingRun;
}
