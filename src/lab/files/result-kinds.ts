import * as v from 'valibot';
import { keptEvaluation, scoresFile } from './evaluation-schemas';
import { PART_REPORTS } from './part-schemas';
import { planReport } from './plan-schemas';
import { curveReport, growthReport, influenceReport, normsReport } from './result-schemas';
import { shippedDetails, shippedGrowth, shippedResults } from './shipped-schemas';

interface Kind {
  /** What is read. Keys beside those it names are passed over. */
  readonly schema: v.GenericSchema<unknown, unknown>;
  /** What a file is told that is none. */
  readonly refusal: (name: string) => string;
  readonly remedy: string;
  /** Characters; a longer file is refused unread, since a result of any published model is far shorter. */
  readonly most: number;
}

export const MOST_RESULT_BYTES = 20_000_000;

const ofTheOpenModel = {
  refusal: () => 'This is not a result Lopper can read',
  remedy:
    'Choose a file that lopper influence, curve, norms or plan printed with --json, or that the page saved ("format": "lopper-result").',
  most: MOST_RESULT_BYTES,
};
const ofTheBundledModel = {
  refusal: (name: string) => `${name} does not hold the results that ship with Sapling`,
  remedy: 'Reload the page; if that does not help, this copy of Lopper is incomplete.',
  most: MOST_RESULT_BYTES,
};

const partReport = v.union(Object.values(PART_REPORTS));

/** Every kind of file that results are kept in. */
export const RESULT_KINDS = {
  influence: { schema: influenceReport, ...ofTheOpenModel },
  curve: { schema: curveReport, ...ofTheOpenModel },
  norms: { schema: normsReport, ...ofTheOpenModel },
  plan: { schema: planReport, ...ofTheOpenModel },
  growth: {
    schema: growthReport,
    refusal: (name: string) => `${name} is no result of lopper growth`,
    remedy: 'Give a file that lopper growth printed with --json.',
    most: MOST_RESULT_BYTES,
  },
  evaluation: {
    /** Of each task in it. */
    schema: keptEvaluation,
    refusal: (name: string) => `${name} holds no results of lopper eval`,
    remedy: 'Name a file that --resume wrote, or one that is not there yet.',
    most: Number.POSITIVE_INFINITY, // a line an item, of as many tasks as were asked
  },
  part: {
    /** Of its report, by its job. */
    schema: partReport,
    refusal: (name: string) => `${name} is no part of a result`,
    remedy: 'Give a file that a command printed with --part; one that was cut short is to be run again.',
    most: Number.POSITIVE_INFINITY, // a line an item, or a loss a token
  },
  scores: {
    schema: scoresFile,
    refusal: (name: string) => `${name} holds no answers of this model`,
    remedy: 'Choose a file that the page saved under Cost, Tasks ("format": "lopper-evaluations").',
    most: MOST_RESULT_BYTES,
  },
  results: {
    schema: shippedResults,
    refusal: (name: string) => `${name} holds no results of a model`,
    remedy: 'Choose a file that npm run ship-results wrote ("format": "lopper-results").',
    most: MOST_RESULT_BYTES,
  },
  shipped: { schema: shippedResults, ...ofTheBundledModel },
  'shipped-details': { schema: shippedDetails, ...ofTheBundledModel },
  'shipped-growth': { schema: shippedGrowth, ...ofTheBundledModel },
} as const satisfies Readonly<Record<string, Kind>>;

export type ResultKind = keyof typeof RESULT_KINDS;
