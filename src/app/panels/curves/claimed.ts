/** Where a claim of the paper stands among the curves. Pure. */
import type { CurvePoint } from '../../../lab/contract';
import type { ClaimedCurves, Curve } from '../../store/curves';

export interface ClaimedPoint {
  readonly curve: Curve;
  readonly point: CurvePoint;
}

/** How many units of a model of so many blocks a claim drops: one at least. */
export const claimedUnits = (blocks: number, { share }: ClaimedCurves): number =>
  Math.max(1, Math.round(share * blocks));

/** The point of each curve that a claim is about, of the newest where there are several; none where it is not drawn yet. */
export function claimedPoints(curves: readonly Curve[], blocks: number, claim: ClaimedCurves): ClaimedPoint[] {
  const removed = claimedUnits(blocks, claim);
  return claim.units.flatMap((unit) => {
    const curve = curves.findLast(({ report }) => report.strategy === 'greedy' && report.unit === unit);
    const point = curve?.report.points.find((p) => p.removed === removed);
    return curve && point ? [{ curve, point }] : [];
  });
}
