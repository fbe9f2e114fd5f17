import type { EngineContract, RunOptions, UnitStatistics, WalkResult } from '../engine/contract';
import { type Sublayer, type UnitKind, unitsOf } from '../model/units';
import type { InfluenceMetric, StaticMetric } from './contract';
import type { WindowTree } from './windows';

/** The metrics that one pass of the full model gives. */
export const STATIC_METRICS = ['cosine', 'angular', 'relative-l1', 'relative-l2', 'l1', 'l2'] as const;
/** All metrics, in the order they are offered. */
export const METRICS: readonly InfluenceMetric[] = [...STATIC_METRICS, 'loo-loss'];

export const isStatic = (metric: InfluenceMetric): metric is StaticMetric =>
  (STATIC_METRICS as readonly InfluenceMetric[]).includes(metric);

export type Statistics = NonNullable<WalkResult['statistics']>;

/** Statistics of every unit, means over all rows of all trees. One pass of the full model. */
export async function collectStatistics(
  engine: EngineContract,
  trees: readonly WindowTree[],
  { signal, onProgress }: RunOptions = {},
): Promise<Statistics> {
  const parts: { rows: number; statistics: Statistics }[] = [];
  for (const [t, { tree }] of trees.entries()) {
    const { statistics } = await engine.walk(tree, [new Set()], {
      signal,
      statistics: true,
      onProgress: (fraction) => onProgress?.((t + fraction) / trees.length),
    });
    if (!statistics) throw new Error('the walk returned no statistics');
    parts.push({ rows: tree.rows, statistics });
  }
  const rows = parts.reduce((sum, p) => sum + p.rows, 0);
  const mean = (kind: keyof Statistics) =>
    parts[0]!.statistics[kind].map(
      (_, block) =>
        Object.fromEntries(
          STATIC_METRICS.map((metric) => [
            metric,
            parts.reduce((sum, p) => sum + (p.rows / rows) * p.statistics[kind][block]![metric], 0),
          ]),
        ) as unknown as UnitStatistics,
    );
  return { attn: mean('attn'), ffn: mean('ffn'), block: mean('block') };
}

/** One metric's values in the order of `unitsOf`. */
export function readStatistics(statistics: Statistics, metric: StaticMetric, unit: UnitKind): number[] {
  const kindOf = (own: readonly Sublayer[]) => (unit === 'block' ? unit : own[0]!.kind);
  return unitsOf(statistics.block.length, unit).map((own) => statistics[kindOf(own)][own[0]!.block]![metric]);
}
