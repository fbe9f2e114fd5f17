import type { Checkpoint, GrowthMetric, GrowthReport } from '../../lab/contract';
import type { Measured } from './measured';

/** What a series of checkpoints showed. */
export interface Growth extends Measured<GrowthReport> {
  /** What was to be measured; absent where it shipped. */
  readonly checkpoints?: readonly Checkpoint[];
}

/** A moment of training that the tower shows in place of the finished model. */
export interface Moment {
  readonly metric: GrowthMetric;
  /** Of the report's points. */
  readonly point: number;
}

/** What training is shown beside the open model. */
export interface Training {
  /** By metric. */
  readonly growth: Readonly<Partial<Record<GrowthMetric, Growth>>>;
  readonly moment?: Moment;
}

export const noTraining: Training = { growth: {}, moment: undefined };
