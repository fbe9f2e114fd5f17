/** A part of the work that an influence takes, and the whole of such parts, the same to the bit as in one run. */
import { FULL } from '../../engine/branch';
import { meansOf, mergeStatistics, type WalkStatistics } from '../../engine/observers/statistics';
import { type UnitKind, unitsOf } from '../../model/units';
import { isGradient, isRelative, isShapley, isStatic } from '../../pruning/metrics';
import type { InfluenceMetric, InfluenceReport, Part } from '../contract';
import { dealtTo, shareOf } from '../contract/part';
import type { Calibrated } from './calibrated';
import { gradientTrees, readGradient, sumGradients, walkGradient } from './gradient';
import { measureInfluence } from './influence';
import type { InfluenceOptions } from './influence-options';
import { mergeShapley } from './shapley';
import { observeUnits, readStatistics } from './statics';
import type { WindowTree } from './windows';

/**
 * A static metric and the gradient are cut by walks, each over some windows; leave-one-out by units, dealt out; a sampled
 * one by draws. Throws what `measureInfluence` throws.
 */
export async function measurePart(
  on: Calibrated,
  metric: InfluenceMetric,
  unit: UnitKind,
  { part, ...options }: InfluenceOptions & { readonly part: Part },
): Promise<InfluenceReport> {
  if (isShapley(metric)) return measureInfluence(on, metric, unit, { ...options, part });
  const { engine } = on;
  const { base = FULL, denominator = 'input' } = options;
  const units = unitsOf(engine.model.blocks, unit);
  const unknown = units.map(() => Number.NaN);
  const head = { metric, unit, values: unknown, tokens: on.tokens, ...(isRelative(metric) && { denominator }) };
  const cut = (trees: readonly WindowTree[]) => {
    const [first, end] = shareOf(trees.length, part);
    return { own: trees.slice(first, end), walks: trees.map((tree) => tree.first) };
  };
  if (isGradient(metric)) {
    const { own, walks } = cut(gradientTrees(engine, on.windows));
    return { ...head, part: { ...part, walks, gradients: await walkGradient(engine, own, base, options) } };
  }
  if (isStatic(metric)) {
    const { own, walks } = cut(on.trees);
    const statistics: WalkStatistics[] = [];
    for (const [i, tree] of own.entries()) {
      const onProgress = (fraction: number) => options.onProgress?.((i + fraction) / own.length);
      statistics.push(await observeUnits(engine, [tree], base, 'sums', { ...options, onProgress }));
    }
    return { ...head, part: { ...part, walks, statistics } };
  }
  const mine = dealtTo(units.length, part);
  const own = await measureInfluence(on, metric, unit, { ...options, units: mine.map((i) => units[i]!) });
  return {
    ...own,
    values: unknown.map((_, i) => (mine.includes(i) ? own.values[mine.indexOf(i)]! : Number.NaN)),
    ...(own.notFinite && { notFinite: own.notFinite.map((i) => mine[i]!) }),
    part,
  };
}

/** Parts are given in their order, all of one request. */
export function mergeInfluence(parts: readonly InfluenceReport[]): InfluenceReport {
  const { standing } = parts[0]!;
  return { ...merged(parts), ...(standing !== undefined && { standing }) };
}

function merged(parts: readonly InfluenceReport[]): InfluenceReport {
  const { metric, unit, tokens, denominator, fullLoss, ...first } = parts[0]!;
  if (isShapley(metric)) return mergeShapley(parts);
  const units = unitsOf(unit === 'sublayer' ? first.values.length / 2 : first.values.length, unit);
  if (isGradient(metric)) {
    const walks = parts.flatMap((one) => one.part!.gradients ?? []);
    return { metric, unit, values: readGradient(sumGradients(walks), units), tokens };
  }
  if (isStatic(metric)) {
    const walks = parts.flatMap((one) => one.part!.statistics ?? []) as WalkStatistics[];
    const values = readStatistics(meansOf(mergeStatistics(walks)), metric, units, denominator);
    return { metric, unit, values, tokens, ...(denominator && { denominator }) };
  }
  const values = units.map((_, i) => parts[i % parts.length]!.values[i]!);
  const notFinite = parts.flatMap((one) => one.notFinite ?? []).sort((x, y) => x - y);
  return {
    ...{ metric, unit, tokens, values },
    ...(fullLoss !== undefined && { fullLoss }),
    ...(notFinite.length > 0 && { notFinite }),
  };
}
