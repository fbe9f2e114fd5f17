import type { InfluenceMetric, InfluenceSettings } from '../../lab/contract';
import { isPlain, isRelative, traitsOf } from '../../pruning/metrics';
import type { AppState } from '../store/state';
import { withItems } from './own-items';

/** How a metric is measured, as the Influence panel is set; undefined for one that has nothing to set. */
export function settingsOf(s: AppState, metric: InfluenceMetric): InfluenceSettings | undefined {
  const { sampling, denominator } = s;
  if (isRelative(metric)) return { denominator };
  if (isPlain(metric)) return undefined;
  const { seed, permutations, bound, stableLowest, exact, task, items, itemSeed } = sampling;
  return {
    seed,
    permutations,
    ...(bound > 0 && { bound }),
    ...(stableLowest > 0 && { stableLowest }),
    ...(traitsOf(metric).worth === 'task'
      ? { task: withItems(s, { task, limit: items, ...(itemSeed !== undefined && { seed: itemSeed }) }) }
      : { exact }),
  };
}
