import type { ShippedDetails, ShippedResults } from '../../lab/files/shipped-file';
import type { KnownMasks } from '../../pruning/known-masks';
import type { Origin } from './measured';

/** A file of results that was read, and what lies beside it once that is read too. */
export interface Known {
  readonly results: ShippedResults;
  readonly origin: Origin;
  readonly masks?: KnownMasks;
  readonly details?: ShippedDetails;
}

/** Of every model that results were read of; a model's own are found by its fingerprint. */
export interface KnownState {
  readonly known: readonly Known[];
}

export const nothingKnown: KnownState = { known: [] };
