import type { EngineContract, RunOptions, WalkStatistics } from '../engine/contract';
import { meansOf, mergeStatistics } from '../engine/statistics';
import { type Sublayer, type UnitKind, unitsOf } from '../model/units';
import type { InfluenceMetric, StaticMetric } from './contract';
import { notFinite } from './score';
import type { WindowTree } from './windows';

/** The metrics that one pass of the full model gives. */
export const STATIC_METRICS = ['cosine', 'angular', 'relative-l1', 'relative-l2', 'l1', 'l2'] as const;
/** All metrics, in the order they are offered. */
export const METRICS: readonly InfluenceMetric[] = [...STATIC_METRICS, 'loo-loss'];

export const isStatic = (metric: InfluenceMetric): metric is StaticMetric =>
  (STATIC_METRICS as readonly InfluenceMetric[]).includes(metric);

export type Statistics = ReturnType<typeof meansOf>;

/** Statistics of every unit, means over all rows of all trees. One pass of the full model. Throws `not-finite`. */
export async function collectStatistics(
  engine: EngineContract,
  trees: readonly WindowTree[],
  { signal, onProgress }: RunOptions = {},
): Promise<Statistics> {
  const parts: WalkStatistics[] = [];
  for (const [t, { tree }] of trees.entries()) {
    const { statistics } = await engine.walk(tree, [new Set()], {
      signal,
      statistics: 'sums',
      onProgress: (fraction) => onProgress?.((t + fraction) / trees.length),
    });
    parts.push(statistics!);
  }
  const means = meansOf(mergeStatistics(parts));
  const units = Object.values(means).flat();
  if (!units.every((unit) => Object.values(unit).every(Number.isFinite))) throw notFinite(new Set());
  return means;
}

/** One metric's values in the order of `unitsOf`. */
export function readStatistics(statistics: Statistics, metric: StaticMetric, unit: UnitKind): number[] {
  const kindOf = (own: readonly Sublayer[]) => (unit === 'block' ? unit : own[0]!.kind);
  return unitsOf(statistics.block.length, unit).map((own) => statistics[kindOf(own)][own[0]!.block]![metric]);
}
