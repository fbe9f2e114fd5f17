import { type Branch, FULL, without } from '../../engine/branch';
import type { RunOptions } from '../../engine/contract';
import { type Sublayer, sublayerIndex, type UnitKind, unitsOf } from '../../model/units';
import { isRelative, isShapley, isStatic, traitsOf } from '../../pruning/metrics';
import type { InfluenceMetric, InfluenceReport, LeaveOneOutMetric } from '../contract';
import { notFinite } from '../running/finite';
import type { Calibrated } from './calibrated';
import type { InfluenceOptions } from './influence-options';
import { measureShapley } from './shapley';
import { readStatistics } from './statics';

/**
 * Influence of units by any metric. The static ones come from one pass for all units and are kept; leave-one-out walks,
 * together, the branches that are not known yet, and measures their loss and their logit distance at once; the sampled
 * ones are in shapley.ts. Throws `not-finite` where the model that the units are taken from gives no numbers, `usage`.
 */
export async function measureInfluence(
  on: Calibrated,
  metric: InfluenceMetric,
  unit: UnitKind,
  options: InfluenceOptions = {},
): Promise<InfluenceReport> {
  const { signal, onProgress, denominator = 'input', base = FULL } = options;
  const units = options.units ?? unitsOf(on.engine.model.blocks, unit);
  if (isStatic(metric)) {
    const values = readStatistics(await on.statistics({ signal, onProgress }, base), metric, units, denominator);
    return { metric, unit, values, tokens: on.tokens, ...(isRelative(metric) && { denominator }) };
  }
  if (isShapley(metric)) return measureShapley(on, metric, unit, { ...options, units, base });
  return {
    metric,
    unit,
    tokens: on.tokens,
    ...(await leaveOneOut(on, metric, units, base, { signal, onProgress })),
  };
}

async function leaveOneOut(
  on: Calibrated,
  metric: LeaveOneOutMetric,
  units: readonly (readonly Sublayer[])[],
  base: Branch,
  options: RunOptions,
): Promise<Pick<InfluenceReport, 'values' | 'fullLoss' | 'notFinite'>> {
  const others = units.map((own) => without(own.map(sublayerIndex), base));
  const [full, ...measures] = await on.measure([base, ...others], { ...options, distances: true });
  if (!Number.isFinite(full!.loss)) throw notFinite(base);
  const isLoss = traitsOf(metric).base === 'full-loss';
  const values = measures.map((m) => (isLoss ? m.loss : m.distance!));
  return { values, ...(isLoss && { fullLoss: full!.loss }), ...listNotFinite(values) };
}

/** Which of the values are no numbers, where any is not. */
function listNotFinite(values: readonly number[]): Pick<InfluenceReport, 'notFinite'> {
  const notFinite = values.flatMap((value, i) => (Number.isFinite(value) ? [] : [i]));
  return notFinite.length > 0 ? { notFinite } : {};
}
