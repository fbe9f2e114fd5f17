/** What the lab answers about a model's training: the same measure on one checkpoint after another. Plain data. */

import type { PlainMetric } from '../../pruning/metrics';
import type { Accuracy } from './evaluate';
import type { MeasuredTask, TaskMeasure } from './influence';
import type { ModelRequest } from './model';
import type { Part } from './part';

/** One state of a model in training. */
export interface Checkpoint {
  /** `step1000`, a folder's name. */
  readonly name: string;
  /** Training steps, where known. */
  readonly step?: number;
  readonly request: ModelRequest;
}

export type GrowthMetric = PlainMetric;

export interface GrowthRequest {
  /** Whose checkpoints they are, in words. */
  readonly series: string;
  readonly checkpoints: readonly Checkpoint[];
  readonly metric: GrowthMetric;
  /** Accuracy of each checkpoint besides. */
  readonly task?: TaskMeasure;
  /** Goes on from a report: checkpoints in it are not opened again. One that was measured otherwise is refused (`result-mismatch`). */
  readonly resume?: GrowthReport;
  /** Only this part of the checkpoints. */
  readonly part?: Part;
}

export interface GrowthPoint {
  readonly name: string;
  readonly step?: number;
  /** Nats a token on the calibration text. */
  readonly loss: number;
  /** Influence by block; leave-one-out as the loss that the unit's absence adds. */
  readonly block: readonly number[];
  readonly attn: readonly number[];
  readonly ffn: readonly number[];
  readonly accuracy?: Accuracy;
}

export interface GrowthReport {
  readonly series: string;
  /** Over the calibration: its text or items, and how they are cut. */
  readonly calibrationSha256: string;
  readonly metric: GrowthMetric;
  readonly tokens: number;
  readonly task?: TaskMeasure & Pick<MeasuredTask, 'dataSha256'>;
  /** In the order of training. */
  readonly points: readonly GrowthPoint[];
  /** Checkpoints that could not be measured, and why; the others stand. */
  readonly failures: readonly { readonly name: string; readonly message: string }[];
  /** True while fewer checkpoints are done than were asked for. */
  readonly partial: boolean;
  /** Where it is only a part of what was asked. */
  readonly part?: Part;
}
