import type { Branch } from '../../engine/branch';
import type { EngineContract, RunOptions } from '../../engine/contract';
import type { Observed, Observer } from '../../engine/observers/observer';
import { meansOf, type WalkStatistics } from '../../engine/observers/statistics';
import { type Detail, unitStatistics } from '../../engine/observers/units';
import type { Sublayer } from '../../model/units';
import { isRelative } from '../../pruning/metrics';
import type { InfluenceSettings, StaticMetric } from '../contract';
import { notFinite } from '../running/finite';
import type { WindowTree } from './windows';

/** Means over all rows by unit: every static metric, the relative ones by either denominator. */
export type Statistics = ReturnType<typeof meansOf>;

/** What observers see of one branch on the windows of all trees, put together. One pass. */
export async function observe<const O extends readonly Observer<unknown>[]>(
  engine: EngineContract,
  trees: readonly WindowTree[],
  branch: Branch,
  observers: O,
  { signal, onProgress }: RunOptions,
): Promise<Observed<O>> {
  const parts: unknown[][] = observers.map(() => []);
  for (const [t, { tree }] of trees.entries()) {
    const { observed } = await engine.walk(tree, [branch], {
      observe: observers.map((observer) => ({ branch: 0, observer })),
      signal,
      onProgress: (fraction) => onProgress?.((t + fraction) / trees.length),
    });
    for (const [i, part] of observed.entries()) parts[i]!.push(part);
  }
  return observers.map((observer, i) => observer.merge(parts[i]!)) as Observed<O>;
}

/** Throws `not-finite`, naming the branch, where a number of one of its units is not. */
export function checkStatistics(statistics: WalkStatistics, branch: Branch): void {
  const units = Object.values(meansOf(statistics)).flat();
  if (!units.every((unit) => Object.values(unit).every(Number.isFinite))) throw notFinite(branch);
}

/** What one branch's units do. Throws `not-finite`. */
export async function observeUnits(
  engine: EngineContract,
  trees: readonly WindowTree[],
  branch: Branch,
  detail: Detail,
  options: RunOptions,
): Promise<WalkStatistics> {
  const [statistics] = await observe(engine, trees, branch, [unitStatistics(detail)], options);
  checkStatistics(statistics, branch);
  return statistics;
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
