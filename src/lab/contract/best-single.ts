import type { PlanReport, PlanRival, PlanWay } from './plan';

const SINGLE: readonly PlanWay['by'][] = ['one-shot', 'iterative', 'span', 'greedy'];

/**
 * The single strategy that comes nearest to a plan on the windows that judge, or is better there: a mask that is chosen by
 * some windows need not be the best on others. Undefined where no strategy's mask saves enough, or the plan's is one's own.
 */
export function bestSingle({ points, best, rivals }: PlanReport): PlanRival | undefined {
  const own = best === undefined ? [] : points[best]!.ways;
  if (own.some(({ by }) => SINGLE.includes(by))) return undefined;
  const singles = rivals.filter(({ way, more }) => SINGLE.includes(way.by) && Number.isFinite(more));
  return singles.reduce<PlanRival | undefined>((a, b) => (a && a.more <= b.more ? a : b), undefined);
}
