import type { BenchmarkSet, EvalItem, EvalReport } from '../../lab/contract';
import type { Sublayer } from '../../model/units';
import type { Mask } from '../../pruning/mask';
import type { Measured } from './measured';
import type { Recovered } from './recovery';

export interface Evaluation extends Measured<Omit<EvalReport, 'items'>> {
  /** Every item done, where the run was here. */
  readonly items?: readonly EvalItem[];
  /** Of each of the report's results. */
  readonly masks: readonly Mask[];
  /** What stood in for what is dropped in the third result, where there is one. */
  readonly recovered?: Pick<Recovered, 'name' | 'strength' | 'modules'>;
}

/** Whether an evaluation's third result is of this third model. */
export const isOfThird = ({ recovered }: Evaluation, third: Recovered | undefined): boolean =>
  third !== undefined && recovered?.modules === third.modules && recovered.strength === third.strength;

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

export interface BenchmarksState {
  readonly bench: BenchSettings;
  /** Tasks of the run in progress that are still to come, the present one first. */
  readonly benchQueue: readonly string[];
  readonly ownItems?: OwnItems;
  /** The task whose items are shown one by one; the first that has some where none was chosen. */
  readonly itemsOf?: string;
  /** The official benchmarks, and what of each is on this machine; empty until the lab has said so. */
  readonly officialSets: readonly BenchmarkSet[];
}

/** Of some items of many, unless told otherwise: the first ones are often of one kind. */
export const SUBSET_SEED = 1;

/** The task of a person's own items. */
export const OWN_TASK = 'own';

export const benchmarksAtFirst: BenchmarksState = {
  bench: { tasks: ['school_letters', 'school', 'school_math'], seed: SUBSET_SEED, bos: 'auto', chat: false },
  benchQueue: [],
  officialSets: [],
};

/** What the open model scored, by task, and what was left before it was done. */
export interface Scores {
  readonly evaluations: Readonly<Record<string, Evaluation>>;
  readonly unfinished: readonly Unfinished[];
}

export const noScores: Scores = { evaluations: {}, unfinished: [] };
