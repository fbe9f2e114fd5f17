import type { Failure } from '../../lab/contract';
import type { Sublayer } from '../../model/units';
import type { Mask } from '../../pruning/mask';
import type { Offer } from './offer';

export interface Notice {
  readonly id: number;
  /** A note passes by itself; what was told stays until it is dismissed. */
  readonly kind: 'error' | 'note' | 'told';
  readonly title: string;
  readonly failure?: Failure;
  readonly text?: string;
  readonly offer?: Offer;
}

export type DialogName = 'model' | 'adapter' | 'calibration' | 'keys' | 'learn' | 'shelf' | 'reading';

/** A file that may mean one of several masks: a person is asked which. */
export interface Question {
  readonly file: string;
  /** `what` its numbers are taken for, and the mask that comes of it. */
  readonly readings: readonly { readonly what: string; readonly mask: Mask }[];
}

/** What is pointed at, open, or said. */
export interface ViewState {
  readonly notices: readonly Notice[];
  /** True while a drag paints: nothing is recomputed until it ends. */
  readonly painting: boolean;
  readonly hovered?: Sublayer;
  /** Sublayers that a chart points at, marked in the tower. */
  readonly highlighted?: readonly Sublayer[];
  readonly dialog?: DialogName;
  readonly question?: Question;
  /** What was chosen in panels, by name: see `useKept`. */
  readonly kept: Readonly<Record<string, unknown>>;
}

export const viewAtFirst: ViewState = { notices: [], painting: false, kept: {} };
