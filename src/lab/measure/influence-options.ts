import type { Branch } from '../../engine/branch';
import type { RunOptions } from '../../engine/contract';
import type { Sublayer } from '../../model/units';
import type { InfluenceReport, InfluenceSettings, Part } from '../contract';
import type { Examine } from './task-worth';

/** How influence is measured, by whatever metric. */
export interface InfluenceOptions extends RunOptions, InfluenceSettings {
  /** The units asked about, default all of the kind. */
  readonly units?: readonly (readonly Sublayer[])[];
  /** What units are left out of, default the full model. */
  readonly base?: Branch;
  /** Only this part of the work. */
  readonly part?: Part;
  /** Sampled metrics, now and then. */
  readonly onEstimate?: (soFar: InfluenceReport) => void;
  /** Opens a task as a measure; needed for `shapley-task`. */
  readonly examine?: Examine;
}
