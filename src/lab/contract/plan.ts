/** What the lab answers about plans: the best mask that it finds within budgets, and all that it was held against. Plain data. */
import type { Sublayer, UnitKind } from '../../model/units';
import type { Budget, MeasuredTime, Shares } from '../../pruning/budgets';
import type { Placed } from '../../recovery/module';
import type { InfluenceMetric, InfluenceReport, Judged } from './influence';

export type { Budget, Saved, Shares } from '../../pruning/budgets';

/** What may stand in for a unit that goes: the mean update, and linear maps of these ranks. */
export interface PlanRecovery {
  readonly ranks: readonly number[];
}

export interface PlanRequest {
  /** All are to be met at once. */
  readonly budgets: readonly Budget[];
  readonly unit: UnitKind;
  /** Sublayers that stay; a unit with one of them never goes. */
  readonly locked?: readonly Sublayer[];
  /** Nothing goes but these; default all. */
  readonly free?: readonly Sublayer[];
  readonly recover?: PlanRecovery;
  /** Of the swaps that are tried at random besides the promising ones; default 0. */
  readonly seed?: number;
  /** What time is saved is measured, not counted. A plan by measured time is another each time it is made. */
  readonly timed?: boolean;
  /** Units, each with what may stand in, up to which every mask is tried in place of swaps; default 10. */
  readonly everyUpTo?: number;
  /** Influence that is known already, sampled too: each orders the units once more. */
  readonly influences?: readonly InfluenceReport[];
  /** Goes on from a partial report of the same request: the plan is that of an uninterrupted run. */
  readonly resume?: PlanReport;
}

/**
 * A way to come to masks. `programme`: the integer programme over what each unit costs alone; `swaps`: other masks near the
 * best so far; `every`: all masks there are; `refit`: the same mask, what stands in fitted anew from low to high. The others are strategies.
 */
export interface PlanWay {
  readonly by: 'programme' | 'one-shot' | 'iterative' | 'span' | 'greedy' | 'every' | 'swaps' | 'refit';
  readonly metric?: InfluenceMetric;
}

/** What stands in for one unit. */
export interface PlanModule {
  /** By its sublayers. */
  readonly unit: readonly Sublayer[];
  /** 0 is the mean update. */
  readonly rank: number;
}

/** A mask that some way came to. */
export interface PlanPoint {
  /** Every way that came to it, the first one first; none of the full model. */
  readonly ways: readonly PlanWay[];
  /** Of the alternatives that there were, those that it is made of. */
  readonly pick: readonly number[];
  readonly dropped: readonly Sublayer[];
  /** What stands in, where something does. */
  readonly modules?: readonly PlanModule[];
  readonly saved: Shares;
  /** Nats a token on the windows that are chosen on. NaN where it was not finite. */
  readonly chosen: number;
  /** Nats a token on the windows that judge. */
  readonly loss: number;
  /** 95% interval, over windows, of what that is above the full model's. */
  readonly added?: readonly [low: number, high: number];
  /** What its units add each by itself, summed, on the windows that are chosen on: what the programme believes. */
  readonly sum: number;
}

/** The best of a way, held against the plan's. */
export interface PlanRival {
  readonly way: PlanWay;
  /** Index of its point. */
  readonly point: number;
  /** How much larger its loss is than the best's where judged, and the 95% interval of that. */
  readonly more: number;
  readonly interval: readonly [low: number, high: number];
}

/** A mask whose loss was measured on the windows that are chosen on: of all of them, or of the first third alone. */
export interface TriedPick {
  readonly pick: readonly number[];
  readonly loss?: number;
  readonly first?: number;
}

export interface PlanReport {
  readonly budgets: readonly Budget[];
  readonly unit: UnitKind;
  readonly locked?: readonly Sublayer[];
  readonly free?: readonly Sublayer[];
  readonly recover?: PlanRecovery;
  readonly seed: number;
  /** How time is told; what was measured, where it was. */
  readonly time?: MeasuredTime;
  /** The first is the full model. */
  readonly points: readonly PlanPoint[];
  /** Index of the best of those that save enough; absent while none does. */
  readonly best?: number;
  /** Whether that stays within what the loss may rise, on the windows that are chosen on. */
  readonly within: boolean;
  /** The best of each way, where several saved enough; once all is done. */
  readonly rivals: readonly PlanRival[];
  /** Tokens of the windows that judge. */
  readonly tokens: number;
  /** Absent where the text is one window, and the same chooses and judges. */
  readonly judged?: Judged;
  /**
   * Masks whose losses were asked for; passes of all layers that took, over the text; and what it would have been, each
   * mask by itself.
   */
  readonly work: { readonly masks: number; readonly passes: number; readonly alone: number };
  /** All that was measured to choose by: what is gone on from. */
  readonly tried: readonly TriedPick[];
  /** Of the best, where something stands in. A file has them where their numbers are few; see `recovery/entries.ts`. */
  readonly modules?: readonly Placed[];
  /** Said where something may mislead, or could not be tried. */
  readonly notes: readonly string[];
  readonly partial: boolean;
}
