/** What a lesson is: steps of a few words, something to look at, often a guess before the answer. Data, and pure. */

import type { GrowthMetric } from '../../../lab/contract';
import type { MeasuredModel } from '../../../lab/contract/measured-models';
import type { InfluenceMetric } from '../../../pruning/metrics';
import type { Facts, TaskName } from './facts';

/** Words with numbers in them, which come from the results that ship and are never typed in. 60 words at most. */
export type Say = (facts: Facts) => string;

/** One way to choose what goes first, as a line of a race. */
export interface Runner {
  readonly unit: 'attn' | 'ffn';
  readonly metric: InfluenceMetric;
  readonly name: string;
}

/**
 * The one figure beside the tower: how far the loss has come; the measure's bars; attention layers in the order of two
 * measures; the loss as more and more are dropped; right answers; training.
 */
export type Figure =
  | { readonly kind: 'loss' | 'bars' | 'pair' | 'growth' }
  | { readonly kind: 'race'; readonly runners: readonly Runner[] }
  /** Of the full model, and of what is dropped; or of `without` in its place. And of what is mended. */
  | {
      readonly kind: 'tasks';
      readonly tasks: readonly TaskName[];
      readonly without?: string;
      readonly mended?: Mended & { readonly by: number };
    }
  /** The loss with nothing in a gap, and with the stand-ins `shown`; `both`: on the text fitted on, too. */
  | (Mended & { readonly kind: 'mend'; readonly shown: readonly number[]; readonly both: boolean });

/** A mask whose gap is filled, and the text on which: a stand-in is known by its number among the shipped ones. */
export interface Mended {
  readonly drop: string;
  readonly source: string;
}

/** A view of the page that a lesson leads to, by its name in the address. */
export type Place = 'one' | 'all' | 'training' | 'find' | 'curves' | 'tasks' | 'items' | 'speed' | 'recovery';

/** What stands before a student's eyes. What is left out stays as the step before left it. */
export interface Look {
  /** Where "Explore by myself" goes on from. */
  readonly view: Place;
  readonly figure: Figure;
  readonly metric?: InfluenceMetric;
  /** What is dropped, as a link writes it: "attn:7", or "" for nothing. */
  readonly mask?: string;
  /** Tower and figure without the numbers that would give the answer away. */
  readonly blind?: boolean;
  /** The tower at a moment of training, by its step. */
  readonly moment?: { readonly metric: GrowthMetric; readonly step: number };
}

/** A question whose answer is worked out from the facts, so that it cannot go stale. */
export type Guess =
  | { readonly question: Say; readonly choices: readonly string[]; readonly right: (facts: Facts) => number }
  | {
      readonly question: Say;
      /** A share, in percent: `right` gives it, and a guess within `near` points is a good one. */
      readonly percent: true;
      readonly right: (facts: Facts) => number;
      readonly near: number;
    };

export interface Step {
  /** Over the step. */
  readonly title: string;
  readonly words: Say;
  readonly look: Look;
  readonly guess?: Guess;
  /** What the answer changes before the student's eyes. */
  readonly after?: Partial<Look>;
  /** What there is to be seen, once it has been guessed. */
  readonly reveal?: Say;
  /** Why it is so; told after the rest. */
  readonly why?: Say;
}

export interface Lesson {
  /** In the address. */
  readonly id: string;
  readonly title: string;
  readonly minutes: number;
  /** What it is about, in a list. */
  readonly about: string;
  /** The model that it is about, where that is another than Sapling. */
  readonly of?: MeasuredModel;
  readonly steps: readonly Step[];
}

/** What is looked at in a step, before its answer or after. */
export const lookAt = (step: Step, revealed: boolean): Look => (revealed ? { ...step.look, ...step.after } : step.look);
