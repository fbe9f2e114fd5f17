import type { InfluenceMetric, InfluenceSettings } from '../../lab/contract';
import { isRelative } from '../charts/metric-words';
import type { AppState } from '../store/state';

/** How a metric is measured, as the Influence panel is set; undefined for one that has nothing to set. */
export function settingsOf(
  { sampling, denominator }: AppState,
  metric: InfluenceMetric,
): InfluenceSettings | undefined {
  if (isRelative(metric)) return { denominator };
  if (!metric.startsWith('shapley')) return undefined;
  const { seed, permutations, bound, stableLowest, exact, task, items } = sampling;
  return {
    seed,
    permutations,
    ...(bound > 0 && { bound }),
    ...(stableLowest > 0 && { stableLowest }),
    ...(metric === 'shapley-task' ? { task: { task, limit: items } } : { exact }),
  };
}
