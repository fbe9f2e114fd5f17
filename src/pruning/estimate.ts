/** What the estimators that ask for the worth of many sets have in common: how they ask, and what they say on the way. */
import { type Sublayer, sublayerIndex } from '../model/units';

/** Indices (`sublayerIndex`) of what is dropped: one branch of a walk. */
export type Dropped = ReadonlySet<number>;

/** Sets to be valued next, none where all are known; the estimator goes on with their values in this order. */
export interface Batch {
  readonly branches: readonly Dropped[];
  /** Where it stands before this batch; absent before the first sample. */
  readonly soFar?: Estimate;
}

/** How many samples are asked for together: a number, or asked anew before each batch. It changes no outcome. */
export type BatchSize = number | (() => number);

export const sizeNow = (size: BatchSize): number => (typeof size === 'function' ? size() : size);

/** An estimator: yields sets, is sent the value of each (larger is better, e.g. minus the loss), returns its last estimate. */
export type Estimator = Generator<Batch, Estimate, readonly number[]>;

export interface Estimate {
  /** By unit; larger is more important. NaN where a value that was not finite spoils it, or where nothing is known yet. */
  readonly values: readonly number[];
  /** 95% interval of each value; NaN ends while there are too few samples to tell, equal ends where exact. */
  readonly intervals: readonly (readonly [number, number])[];
  /** The values sum to `all - none`, the worth of the full model less that of the model without every unit. */
  readonly efficiency?: { readonly sum: number; readonly all: number; readonly none: number };
  /** Why it ended; absent while it runs. */
  readonly stopped?: 'exact' | 'bound' | 'stable' | 'permutations';
  readonly state: SamplerState;
}

/** Sums per unit after `drawn` samples; an estimator restored from them draws what it would have drawn. */
export interface SamplerState {
  readonly drawn: number;
  readonly sums: readonly (readonly number[])[];
  /** Values of the full model and of the model without every unit, where the estimator has use for them. */
  readonly ends?: readonly [all: number, none: number];
  /** The lowest units in order, and the number of pairs after which that order was last new. */
  readonly lowest?: { readonly order: readonly number[]; readonly since: number };
}

/** The branch in which these units are dropped. `units` as `unitsOf` lists them, or some of those. */
export const branchWithout = (units: readonly (readonly Sublayer[])[], gone: Iterable<number>): Dropped =>
  new Set([...gone].flatMap((unit) => units[unit]!.map(sublayerIndex)));

/** Infinity is no more use than NaN: both are NaN from here on, and spoil what they enter. */
export const finiteOrNaN = (value: number): number => (Number.isFinite(value) ? value : Number.NaN);
