/** All masks that were measured, by what they save and what they cost. Pure. */

import type { ModelReport, PlanPoint, PlanReport } from '../../../lab/contract';
import { type Sublayer, sublayerIndex } from '../../../model/units';
import { type Budget, isWithin, type Shares, savesEnough, sharesOf, weightsOf } from '../../../pruning/budgets';
import { type Mask, maskFromSublayers, sameMask } from '../../../pruning/mask';
import { strategyTraits } from '../../../pruning/strategies';
import { isLocked } from '../../actions/locks';
import type { Curve } from '../../store/curves';
import type { Measured } from '../../store/measured';
import type { Recovered } from '../../store/recovery';
import { curveName } from '../../words/curve-names';
import { fewWays } from '../../words/plan';

/** A mask that was measured: of a plan, or a point of a curve. */
export interface Spot {
  readonly dropped: readonly Sublayer[];
  readonly saved: Shares;
  /** Nats a token more than the full model's, where it was judged. */
  readonly added: number;
  readonly interval?: readonly [low: number, high: number];
  /** How it was come to, in words. */
  readonly how: string;
  /** What it was measured on, in words. */
  readonly text: string;
  readonly plan?: { readonly of: Measured<PlanReport>; readonly point: PlanPoint; readonly best: boolean };
}

/**
 * Whether it is what stands in the tower: the same mask, with what stands in of the plan's best, or with nothing. Of a plan's
 * other points what stood in is not kept.
 */
export function isInTower({ dropped, plan }: Spot, mask: Mask, third: Pick<Recovered, 'modules'> | undefined): boolean {
  if (!sameMask(maskFromSublayers(mask.blocks, dropped), mask)) return false;
  return plan?.point.modules ? plan.best && third !== undefined && third.modules === plan.of.report.modules : !third;
}

/** Everything that is known of a model on one text: the plan first, then what the curves came to. Locked layers stay. */
export function spotsOf(
  plan: Measured<PlanReport> | undefined,
  curves: readonly Curve[],
  model: ModelReport,
  locked: readonly Sublayer[],
  text: string,
): Spot[] {
  const weights = weightsOf(model);
  const ofPlan = (plan?.report.points ?? []).map((point, i): Spot => {
    return {
      ...{ dropped: point.dropped, saved: point.saved, interval: point.added, text: plan!.text },
      added: point.loss - plan!.report.points[0]!.loss,
      how: fewWays(point.ways),
      plan: { of: plan!, point, best: plan!.report.best === i },
    };
  });
  const ofCurves = curves
    .filter((curve) => !strategyTraits(curve.report.strategy).drawn && curve.text === text)
    .flatMap((curve) =>
      curve.report.points.map(
        ({ dropped, loss, added: interval }): Spot => ({
          ...{ dropped, interval, text, how: curveName(curve) },
          saved: sharesOf(weights, dropped),
          added: loss - curve.report.points[0]!.loss,
        }),
      ),
    );
  const seen = new Set<string>();
  return [...ofPlan, ...ofCurves].filter((spot) => {
    const modules = spot.plan?.point.modules?.map(({ rank }) => rank).join() ?? '';
    const name = `${spot.dropped.map(sublayerIndex).sort().join()} ${modules} ${spot.plan?.best ?? ''}`;
    return !spot.dropped.some((one) => isLocked(locked, one)) && !seen.has(name) && seen.add(name);
  });
}

/** Those that save enough: the plan's own best, then those within the loss, the cheapest first; few enough to be read. */
export function rankSpots(budgets: readonly Budget[], spots: readonly Spot[], most = 8): Spot[] {
  const cost = ({ added }: Spot) => (Number.isFinite(added) ? added : Number.POSITIVE_INFINITY);
  return spots
    .filter(({ dropped, saved }) => dropped.length > 0 && savesEnough(budgets, saved))
    .sort(
      (a, b) =>
        Number(b.plan?.best === true) - Number(a.plan?.best === true) ||
        Number(isWithin(budgets, b.saved, b.added)) - Number(isWithin(budgets, a.saved, a.added)) ||
        cost(a) - cost(b) ||
        a.dropped.length - b.dropped.length,
    )
    .slice(0, most);
}
