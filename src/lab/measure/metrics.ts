/** The metrics by name. */
import { LopperError } from '../../errors';
import type { InfluenceMetric, ShapleyMetric, StaticMetric } from '../contract';

/** The metrics that one pass of the full model gives. */
export const STATIC_METRICS = ['cosine', 'angular', 'relative-l1', 'relative-l2', 'l1', 'l2'] as const;
export const LEAVE_ONE_OUT_METRICS = ['loo-loss', 'loo-logit'] as const;
export const SHAPLEY_METRICS = ['shapley-loss', 'shapley-logit', 'shapley-task'] as const;
/** All metrics, in the order they are offered. */
export const METRICS: readonly InfluenceMetric[] = [...STATIC_METRICS, ...LEAVE_ONE_OUT_METRICS, ...SHAPLEY_METRICS];

const isOneOf =
  <M extends InfluenceMetric>(list: readonly M[]) =>
  (metric: InfluenceMetric): metric is M =>
    (list as readonly InfluenceMetric[]).includes(metric);
export const isStatic: (metric: InfluenceMetric) => metric is StaticMetric = isOneOf(STATIC_METRICS);
export const isShapley: (metric: InfluenceMetric) => metric is ShapleyMetric = isOneOf(SHAPLEY_METRICS);

/** Throws `usage` for a metric there is not. */
export function checkMetric(metric: InfluenceMetric): void {
  if (METRICS.includes(metric)) return;
  throw new LopperError('usage', `There is no metric named "${metric}".`, `Use one of ${METRICS.join(', ')}.`);
}
