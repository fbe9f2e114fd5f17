import type { CurveReport, CurveRequest } from '../../lab/contract';
import { strategyTraits } from '../../pruning/strategies';
import { lowerFirst } from './format';
import { METRIC_WORDS } from './metrics';
import { STRATEGY_WORDS } from './strategies';
import { UNIT_WORDS } from './units';

/** What a curve is named after. */
interface Named {
  readonly report: Pick<CurveReport, 'strategy' | 'unit' | 'metric'>;
  readonly request: Pick<CurveRequest, 'seed' | 'settings'>;
}

/** The parts of a curve's name, from what is removed to how it is chosen. */
function partsOf({ report, request }: Named): [unit: string, how: string, which: string] {
  const { strategy, unit, metric } = report;
  const what = UNIT_WORDS[unit].all;
  const { name, behind = '' } = STRATEGY_WORDS[strategy];
  const byMetric = metric && strategyTraits(strategy).metric;
  return [what, byMetric ? `by ${lowerFirst(METRIC_WORDS[metric].short)}${behind}` : name, seedOf(request)];
}

const seedOf = ({ seed, settings }: Named['request']) => {
  const drawn = seed ?? settings?.seed;
  return drawn === undefined ? '' : `seed ${drawn}`;
};

/** "attention by cosine", "blocks, random". */
export function curveName(curve: Named): string {
  const [what, how] = partsOf(curve);
  return how.startsWith('by ') ? `${what} ${how}` : `${what}, ${how}`;
}

/** Names as short as they can be beside one another: what all the curves have in common is left out. */
export function curveLabels(curves: readonly Named[]): string[] {
  const all = curves.map(partsOf);
  const differs = [0, 1].map((k) => new Set(all.map((parts) => parts[k])).size > 1);
  const labels = all.map((parts, i) => parts.filter((_, k) => differs[k]).join(' ') || curveName(curves[i]!));
  return labels.map((label, i) =>
    labels.indexOf(label) === labels.lastIndexOf(label) ? label : `${label}, ${all[i]![2]}`,
  );
}
