import type { CurvePoint, CurveReport } from '../contract';
import { unfit } from '../running/unfit';

/** The whole of a random curve's parts, in their order: at every point the losses of all draws, and their mean. Throws `result-invalid`. */
export function mergeCurves(parts: readonly CurveReport[]): CurveReport {
  const some = parts.filter(({ points }) => points.length > 0);
  // What a curve tells of its first draw (its order, its masks) stands in the first part that drew anything.
  const { part: _, order, tokens, partial, ...head } = some[0] ?? parts[0]!;
  if (some.some(({ points }) => points.length !== head.points.length))
    throw unfit('their curves are not as long as one another');
  const points = head.points.map((point, i): CurvePoint => {
    const draws = some.flatMap(({ points }) => points[i]!.draws!);
    return { ...point, loss: draws.reduce((sum, x) => sum + x, 0) / draws.length, draws };
  });
  return { ...head, points, tokens, partial, ...(order && { order }) };
}
