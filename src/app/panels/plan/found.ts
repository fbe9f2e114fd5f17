/** What the curves of a model come to, held against a goal. Pure. */

import type { CurvePoint, ModelReport } from '../../../lab/contract';
import type { Sublayer } from '../../../model/units';
import { type Candidate, type Goal, rankCandidates } from '../../../pruning/goal';
import { strategyTraits } from '../../../pruning/strategies';
import { isLocked } from '../../actions/locks';
import type { Curve } from '../../store/curves';

/** A point of a curve that saves enough. */
export interface Found extends Candidate {
  readonly curve: Curve;
  readonly point: CurvePoint;
}

/**
 * Of each curve the first point that saves enough and drops nothing locked, the cheapest first. Random orders are no mask
 * to take. Losses of two texts are not ranked among each other: those of `text` come first, then those of each other text.
 */
export function foundFor(
  goal: Goal,
  curves: readonly Curve[],
  model: ModelReport,
  locked: readonly Sublayer[],
  text?: string,
): Found[] {
  const all = curves
    .filter(({ report }) => !strategyTraits(report.strategy).drawn)
    .flatMap((curve): Found[] => {
      const [full, ...points] = curve.report.points;
      return full
        ? points.map((point) => ({ curve, point, dropped: point.dropped, added: point.loss - full.loss }))
        : [];
    })
    .filter(({ dropped }) => !dropped.some((one) => isLocked(locked, one)));
  const firsts = new Map<Curve, Found>();
  for (const one of rankCandidates(goal, all, model)) {
    const before = firsts.get(one.curve);
    if (!before || one.added < before.added) firsts.set(one.curve, one);
  }
  const texts = [...new Set([...(text === undefined ? [] : [text]), ...curves.map((curve) => curve.text)])];
  return texts.flatMap((own) => [...firsts.values()].filter(({ curve }) => curve.text === own));
}
