import type { CurveReport, CurveRequest } from '../../lab/contract';
import type { UnitKind } from '../../model/units';
import type { Measured } from './measured';

/** A pruning curve, done or on its way. */
export interface Curve extends Measured<CurveReport> {
  readonly id: number;
  /** The fingerprint of the model it is of: a curve comes back with its model. */
  readonly model: string;
  readonly request: Omit<CurveRequest, 'resume'>;
  /** Which of the charts' series colours it has. */
  readonly colour: number;
}

/** A claim of the paper that is looked for among the curves. */
export interface ClaimedCurves {
  readonly title: string;
  /** Whose curves are meant, each chosen one by one. */
  readonly units: readonly UnitKind[];
  /** How much of each is dropped, 0 to 1. */
  readonly share: number;
}

export interface CurvesState {
  /** Of every model opened so far. */
  readonly curves: readonly Curve[];
  /** Asked for while another is being drawn. */
  readonly curvesWaiting: readonly CurveRequest[];
  readonly claimed?: ClaimedCurves;
}

export const noCurves: CurvesState = { curves: [], curvesWaiting: [] };
