import type { Failure } from '../../lab/contract';
import type { Sublayer } from '../../model/units';

export interface Notice {
  readonly id: number;
  readonly kind: 'error' | 'note';
  readonly title: string;
  readonly failure?: Failure;
  readonly text?: string;
  /** Offers to unlock these. */
  readonly unlock?: readonly Sublayer[];
}

export type DialogName = 'model' | 'adapter' | 'calibration';

/** The open tab of the workbench below the first screen. */
export type WorkbenchTab = 'texts' | 'curves' | 'agreement' | 'norms' | 'benchmarks' | 'growth';

/** What is pointed at, open, or said. */
export interface ViewState {
  readonly notices: readonly Notice[];
  /** True while a drag paints: nothing is recomputed until it ends. */
  readonly painting: boolean;
  readonly hovered?: Sublayer;
  /** Sublayers that a chart points at, marked in the tower. */
  readonly highlighted?: readonly Sublayer[];
  readonly dialog?: DialogName;
  readonly workbench: WorkbenchTab;
}

export const viewAtFirst: ViewState = { notices: [], painting: false, workbench: 'texts' };
