import { type Branch, FULL, without } from '../../engine/branch';
import type { RunOptions } from '../../engine/contract';
import { type Sublayer, sublayerIndex, type UnitKind, unitsOf } from '../../model/units';
import {
  isGradient,
  isRecovered,
  isRelative,
  isShapley,
  isStatic,
  type PlainMetric,
  traitsOf,
} from '../../pruning/metrics';
import { fitMean } from '../../recovery/fit';
import { unitOf } from '../../recovery/units';
import type { InfluenceMetric, InfluenceReport } from '../contract';
import { notFinite } from '../running/finite';
import type { Calibrated } from './calibrated';
import { readGradient } from './gradient';
import type { InfluenceOptions } from './influence-options';
import { observeMoments } from './moments';
import { recovered } from './recover';
import { measureShapley } from './shapley';
import { readStatistics } from './statics';

/** The part of the time that mean updates take, about. */
const LEARNING = 0.2;

/**
 * Influence of units by any metric. The static ones come from one pass for all units and are kept, the gradient from one
 * there and back; leave-one-out walks, together, the branches that are not known yet, and measures their loss and their logit distance at once, after recovery
 * each with the mean of what its unit adds in its place; the sampled ones are in shapley.ts. Throws `not-finite` where the model that the units are taken from gives no numbers, `usage`.
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
  if (isGradient(metric)) {
    const values = readGradient(await on.gradient({ signal, onProgress }, base), units);
    return { metric, unit, values, tokens: on.tokens };
  }
  if (isShapley(metric)) return measureShapley(on, metric, unit, { ...options, units, base });
  return {
    metric,
    unit,
    tokens: on.tokens,
    ...(isRecovered(metric)
      ? await leaveOneOutRecovered(on, metric, units, base, { signal, onProgress })
      : await leaveOneOut(
          on,
          metric,
          units.map((own) => without(own.map(sublayerIndex), base)),
          base,
          { signal, onProgress },
        )),
  };
}

type Found = Pick<InfluenceReport, 'values' | 'fullLoss' | 'notFinite'>;

/** The mean updates of all units are learned in one walk. */
async function leaveOneOutRecovered(
  on: Calibrated,
  metric: PlainMetric,
  units: readonly (readonly Sublayer[])[],
  base: Branch,
  { signal, onProgress }: RunOptions,
): Promise<Found> {
  const asked = units.map((own) => ({ unit: unitOf(own) }));
  const { seen } = await observeMoments(on, base, asked, { signal, onProgress: (f) => onProgress?.(LEARNING * f) });
  const others = asked.map(({ unit }, i) => recovered([{ unit, module: fitMean(seen[i]!) }], base));
  return leaveOneOut(on, metric, others, base, {
    signal,
    onProgress: (f) => onProgress?.(LEARNING + (1 - LEARNING) * f),
  });
}

async function leaveOneOut(
  on: Calibrated,
  metric: PlainMetric,
  others: readonly Branch[],
  base: Branch,
  options: RunOptions,
): Promise<Found> {
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
