import type { Branch } from '../../engine/branch';
import type { EngineContract, RunOptions, WalkOptions, WalkStatistics } from '../../engine/contract';
import { meansOf, mergeStatistics } from '../../engine/statistics';
import type { Sublayer } from '../../model/units';
import { isRelative } from '../../pruning/metrics';
import type { InfluenceSettings, StaticMetric } from '../contract';
import { notFinite } from '../running/finite';
import type { WindowTree } from './windows';

/** Means over all rows by unit: every static metric, the relative ones by either denominator. */
export type Statistics = ReturnType<typeof meansOf>;

/** What one branch's units do on the windows of all trees, put together. One pass. Throws `not-finite`. */
export async function observe(
  engine: EngineContract,
  trees: readonly WindowTree[],
  dropped: Branch,
  { signal, onProgress, ...wanted }: RunOptions & Pick<WalkOptions, 'statistics' | 'angles'>,
): Promise<WalkStatistics> {
  const parts: WalkStatistics[] = [];
  for (const [t, { tree }] of trees.entries()) {
    const { statistics } = await engine.walk(tree, [dropped], {
      ...wanted,
      signal,
      onProgress: (fraction) => onProgress?.((t + fraction) / trees.length),
    });
    parts.push(statistics!);
  }
  const merged = mergeStatistics(parts);
  const units = Object.values(meansOf(merged)).flat();
  if (!units.every((unit) => Object.values(unit).every(Number.isFinite))) throw notFinite(dropped);
  return merged;
}

/** One metric of each unit: a block, or a sublayer. */
export function readStatistics(
  statistics: Statistics,
  metric: StaticMetric,
  units: readonly (readonly Sublayer[])[],
  denominator: InfluenceSettings['denominator'] = 'input',
): number[] {
  const name = isRelative(metric) && denominator === 'output' ? (`${metric}-output` as const) : metric;
  return units.map((own) => {
    const [{ block, kind }] = own as [Sublayer];
    return statistics[own.length > 1 ? 'block' : kind][block]![name];
  });
}
