/** How a model is cut down. Plain data. */
import type { Sublayer } from '../../model/units';
import type { Placed } from '../../recovery/module';

/** What is left out, and what stands in its place where something does. */
export type Pruning = readonly Sublayer[] | RecoveredModel;

export interface RecoveredModel {
  readonly dropped: readonly Sublayer[];
  readonly modules: readonly Placed[];
}
