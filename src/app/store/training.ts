import type { TrainingRun, TrainReport, TrainSettings } from '../../lab/contract';
import { TRAINING_DEFAULTS } from '../../lab/contract/train';
import type { Mask } from '../../pruning/mask';
import type { Objective } from '../words/training';
import type { Measured } from './measured';

/** How the next training goes. */
export type TrainingChoice = Required<Pick<TrainSettings, 'rank' | 'steps' | 'lr' | 'schedule' | 'batch' | 'seed'>> & {
  readonly objective: Objective;
  /** `best`: whichever of the two has the lower loss. */
  readonly start: 'zero' | 'closed' | 'best';
};

export interface TrainingState {
  readonly training: TrainingChoice;
}

export const trainingAtFirst: TrainingState = {
  training: {
    ...TRAINING_DEFAULTS,
    ...{ objective: 'distill', rank: 8, start: 'best' },
  },
};

/** One training, as far as it came: a line of the chart. */
export interface Trained extends Omit<Measured<TrainReport | undefined>, 'report'> {
  readonly id: number;
  readonly mask: Mask;
  readonly settings: TrainingChoice & Pick<TrainSettings, 'splitBlocks'>;
  /** The share of the text's windows that is not trained on but judges; undefined where there are too few. */
  readonly heldOut?: number;
  /** In all. */
  readonly steps: number;
  /** What is trained towards, on the windows of each step, and on those held out. */
  readonly losses: readonly number[];
  readonly heldLosses: readonly number[];
  /** The step that is best so far. */
  readonly best: number;
  readonly state: 'running' | 'paused' | 'done' | 'diverged';
  /** To go on from. */
  readonly run?: TrainingRun;
  readonly report?: TrainReport;
}

export interface Trainings {
  /** From the first to the last; of any mask. */
  readonly trained: readonly Trained[];
}

export const nothingTrained: Trainings = { trained: [] };
