/** What the lab answers about influence: metrics, sampled values, pruning curves, norms. Plain data. */
import type { Sublayer, UnitKind } from '../../model/units';
import type { SamplerState } from '../../pruning/estimate';
import type { InfluenceMetric } from '../../pruning/metrics';
import type { Strategy } from '../../pruning/strategies';
import type { Placed } from '../../recovery/module';
import type { Calibration } from './calibration';
import type { Accuracy, NamedFile } from './evaluate';
import type { Part } from './part';
import type { RecoveredModel } from './pruning';

export type { InfluenceMetric, LeaveOneOutMetric, ShapleyMetric, StaticMetric } from '../../pruning/metrics';
export type { Strategy } from '../../pruning/strategies';
export type { SamplerState };

/** A task's items as a measure. They are the test questions themselves: an oracle, an upper bound, and to be called so. */
export interface TaskMeasure {
  readonly task: string;
  readonly shots?: number;
  readonly limit?: number;
  /** With a limit: of a random choice of items, the same for everyone with that seed; absent: the first ones. */
  readonly seed?: number;
}

/** A task measure as it is asked for; reports leave the files out. */
export interface TaskRequest extends TaskMeasure {
  /** Replaces the task's own items; a task that does not ship needs it. */
  readonly data?: readonly NamedFile[];
  /** Replaces the worked examples. */
  readonly fewshot?: readonly NamedFile[];
}

/** A task that was measured. */
export interface MeasuredTask extends TaskMeasure {
  readonly items: number;
  /** Over the files that items and examples came from; absent where a file does not say. */
  readonly dataSha256?: string;
}

/** How a metric is measured; what a metric has no use for is ignored. */
export interface InfluenceSettings {
  /** What the relative norms are divided by: the unit's input (default) or its output. */
  readonly denominator?: 'input' | 'output';
  /** Of the orders or subsets drawn; default 0. */
  readonly seed?: number;
  /** Most permutations drawn, antithetic pairs counted as two. */
  readonly permutations?: number;
  /** Every subset in place of samples; 12 units or fewer. */
  readonly exact?: boolean;
  /** Sampling ends once every unit's 95% half-width is at most this, in the metric's unit. */
  readonly bound?: number;
  /** Sampling ends once the set and order of the lowest so many units stands still. */
  readonly stableLowest?: number;
  /** For `shapley-task`; default the bundled questions, answered by letter. */
  readonly task?: TaskRequest;
  /** Goes on from a partial report of the same request: the numbers are those of an uninterrupted run. */
  readonly resume?: InfluenceReport;
}

export interface InfluenceRequest extends InfluenceSettings {
  readonly metric: InfluenceMetric;
  readonly unit: UnitKind;
  /** The model that units are taken from, default the full one. What it has dropped already is worth nothing more. */
  readonly from?: RecoveredModel;
  /** Only this part of the work: some units, some draws or some windows. A sampled one is not gone on from. */
  readonly part?: Part;
}

export interface InfluenceReport {
  readonly metric: InfluenceMetric;
  readonly unit: UnitKind;
  /**
   * In the order of `unitsOf(blocks, unit)`. `loo-loss`: the loss without the unit. NaN for a unit named in `notFinite`.
   */
  readonly values: readonly number[];
  /** The full model's loss on the same text (`loo-loss`, `shapley-loss`). */
  readonly fullLoss?: number;
  /** Tokens that went through the model: those of the calibration, or of the task's requests. */
  readonly tokens: number;
  /** Units whose number was not finite; the others stand. */
  readonly notFinite?: readonly number[];
  readonly denominator?: 'input' | 'output';
  readonly sampling?: Sampling;
  /** Names what was dropped beforehand and what stands there, where units were taken from such a model. */
  readonly standing?: string;
  /** Where it is only a part of what was asked: which, and all that the whole is made of. */
  readonly part?: InfluencePart;
}

/**
 * A part of a report on influence. Of leave-one-out the values themselves, those of the others' units being NaN; else the
 * values are all NaN until the parts are put together.
 */
export interface InfluencePart extends Part {
  /** Of a static metric and of the gradient: the first window of every walk of the whole. */
  readonly walks?: readonly number[];
  /** What each of this part's walks saw of every unit. */
  readonly statistics?: readonly Readonly<Record<'attn' | 'ffn' | 'block', readonly SeenUnit[]>>[];
  /** Of the gradient: sums over the predicted tokens of each of this part's walks. */
  readonly gradients?: readonly {
    readonly sublayers: readonly number[];
    readonly blocks: readonly number[];
    readonly tokens: number;
  }[];
  /** Of a sampled one: how sets are drawn, and what each set of this part's draws is worth. */
  readonly drawn?: DrawnPart;
}

/** Over first positions and over the others. */
export interface SeenUnit {
  readonly first: SeenSums;
  readonly rest: SeenSums;
}

export interface SeenSums {
  readonly rows: number;
  readonly sums: Readonly<Record<string, number>>;
}

export interface DrawnPart
  extends Required<Pick<InfluenceSettings, 'seed' | 'permutations'>>,
    Pick<InfluenceSettings, 'bound' | 'stableLowest'> {
  readonly method: Sampling['method'];
  readonly task?: Sampling['task'];
  /** Sublayers that are gone, by `sublayerIndex`, ascending and joined by commas; and what the model is worth then. */
  readonly sets: readonly (readonly [gone: string, worth: number])[];
}

/** How sure sampled values are, and where sampling stands. */
export interface Sampling {
  readonly method: 'exact' | 'permutations' | 'subsets';
  readonly seed: number;
  /** Permutations or subsets drawn so far; subsets enumerated, where exact. */
  readonly drawn: number;
  /** 95% interval of each value; equal ends where exact. */
  readonly intervals: readonly (readonly [number, number])[];
  /** The values must sum to `all - none`: the worth of the full model less that of the model without every unit. */
  readonly efficiency?: { readonly sum: number; readonly all: number; readonly none: number };
  /** Why sampling ended; absent while it runs or where it was cut. */
  readonly stopped?: 'exact' | 'bound' | 'stable' | 'permutations';
  /** What is needed to go on; see `InfluenceSettings.resume`. */
  readonly state?: SamplerState;
  /** For `shapley-task`: what was asked, and its kept fraction. */
  readonly task?: MeasuredTask & { readonly kept: number };
}

export interface CurveRequest {
  readonly strategy: Strategy;
  /** For `one-shot` and `iterative`. */
  readonly metric?: InfluenceMetric;
  readonly unit: UnitKind;
  /** Removals at most; default all units that may go. */
  readonly steps?: number;
  /** What is dropped already at the first point. */
  readonly start?: readonly Sublayer[];
  /** What stands in for that, at every point; with `recover` it is refused (`usage`). */
  readonly standing?: readonly Placed[];
  /** Sublayers that stay whatever the strategy says; a unit with one of them is never dropped. */
  readonly locked?: readonly Sublayer[];
  /** For `given`: units in the order they go. */
  readonly order?: readonly (readonly Sublayer[])[];
  /** For `random`: orders drawn, default 20. */
  readonly draws?: number;
  readonly seed?: number;
  /** How `metric` is measured. */
  readonly settings?: InfluenceSettings;
  /** Measured at every point besides the loss. */
  readonly benchmark?: TaskRequest;
  /** Fit, at every point, what may stand in for all that is dropped, and measure the loss, and the benchmark, with it too. */
  readonly recover?: CurveRecovery;
  /** Also time a forward pass of each point's model by itself. */
  readonly timed?: boolean;
  /**
   * What points are judged on, where the strategy is to choose on other windows: `halves` has it choose on the windows
   * 0, 2, ... of the text and be judged on 1, 3, ...; a text, judged on that, leaves it the whole of its own.
   */
  readonly judge?: 'halves' | Calibration;
  /** Of `random`: only this part of its draws. Not gone on from. */
  readonly part?: Part;
  /**
   * Goes on from a report of the same request, further or with a benchmark that it had not. One of another metric, other
   * settings or another benchmark is refused (`usage`). Times are taken anew: they are of one machine.
   */
  readonly resume?: CurveReport;
}

/** What stands in at each point: fitted one after the other, on the windows that are chosen on. */
export interface CurveRecovery {
  readonly method: 'mean' | 'linear';
  /** For `linear`. */
  readonly rank?: number;
}

/** The model after some removals. */
export interface CurvePoint {
  /** Units removed. */
  readonly removed: number;
  /** In the order of removal, what was dropped already first; of a `random` curve, those of its first draw. */
  readonly dropped: readonly Sublayer[];
  /** Nats a token, on the windows that judge; of a `random` curve the mean over its draws. NaN where it was not finite. */
  readonly loss: number;
  /** With what stands in for what is dropped, where asked; absent where none could be fitted. */
  readonly recovered?: number;
  /** Why it is absent, where it was asked for. */
  readonly unrecovered?: string;
  /** Where other windows judge: the loss on those that the strategy chose by. */
  readonly chosen?: number;
  /** Where other windows judge: 95% interval, over windows, of what the loss is above that of the first point. */
  readonly added?: readonly [low: number, high: number];
  /** Of a `random` curve: the loss of each draw. */
  readonly draws?: readonly number[];
  /** Of the model without `dropped`. Absent where its numbers were not finite. */
  readonly accuracy?: Accuracy;
  /** The same with what stands in, where both were asked for. */
  readonly recoveredAccuracy?: Accuracy;
  /** Milliseconds of one forward pass over the first window, median of several. */
  readonly milliseconds?: number;
}

/** How a curve's metric was measured: what that metric has use for, defaults filled in. */
export interface CurveSettings
  extends Pick<InfluenceSettings, 'denominator' | 'permutations' | 'exact' | 'bound' | 'stableLowest'> {
  readonly task?: MeasuredTask;
}

/** Windows that judge, where others were chosen on. */
export interface Judged {
  readonly on: 'odd windows' | 'another text';
  /** Tokens of the windows that were chosen on. */
  readonly chosenOn: number;
  /** Of another text, and then of the one that was chosen on: no loss of a point would tell it from one as long. */
  readonly sha256?: string;
  readonly chosenSha256?: string;
}

export interface CurveReport {
  readonly strategy: Strategy;
  readonly metric?: InfluenceMetric;
  readonly settings?: CurveSettings;
  readonly unit: UnitKind;
  readonly seed?: number;
  /** The first is the full model, or what was asked to start from. */
  readonly points: readonly CurvePoint[];
  /** Of `one-shot` and `given`: all units in the order they go, further than the points may reach. */
  readonly order?: readonly (readonly Sublayer[])[];
  /** Tokens of the windows that judge. */
  readonly tokens: number;
  /** Absent where the strategy chose on the same windows. */
  readonly judged?: Judged;
  readonly benchmark?: MeasuredTask;
  readonly recover?: CurveRecovery;
  /** As in `InfluenceReport`. */
  readonly standing?: string;
  /** True while fewer points are done than were asked for. */
  readonly partial: boolean;
  /** Where it is only a part of the draws that were asked for; without points where that has none. */
  readonly part?: Part;
}

/** Of one quantity over tokens. */
export interface Distribution {
  readonly mean: number;
  readonly median: number;
  readonly p5: number;
  readonly p95: number;
}

/** What a unit does to the stream: L2 norms of its update and of the stream it reads, their ratio, and their cosine. */
export interface UnitNorms {
  readonly update: Distribution;
  readonly stream: Distribution;
  readonly ratio: Distribution;
  readonly cosine: Distribution;
}

export interface NormsByKind {
  readonly attn: readonly UnitNorms[];
  readonly ffn: readonly UnitNorms[];
  readonly block: readonly UnitNorms[];
}

export interface NormsReport {
  readonly tokens: number;
  /** Over every position but the first, and over first positions alone: those carry huge activations in some models. */
  readonly rest: NormsByKind;
  readonly first: NormsByKind;
  /** How the quantiles were found. */
  readonly quantiles: 'exact' | 'histogram';
  /** [a][n - 1]: mean angular distance (0 to 1) between the input of block a and the output of block a + n - 1. */
  readonly angles: readonly (readonly number[])[];
}

export interface TokenInfluenceRequest {
  readonly text: string;
  readonly metric: TokenInfluenceReport['metric'];
}

/** Influence token by token on one text: which tokens make a layer matter. */
export interface TokenInfluenceReport {
  readonly metric: 'cosine' | 'relative-l2';
  readonly tokens: readonly string[];
  /** [block][token]. */
  readonly attn: readonly (readonly number[])[];
  readonly ffn: readonly (readonly number[])[];
  readonly block: readonly (readonly number[])[];
}
