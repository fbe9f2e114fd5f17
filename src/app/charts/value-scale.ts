import type { InfluenceMetric } from '../../pruning/metrics';
import type { ScaleChoice } from '../store/influence';
import { METRIC_WORDS } from '../words/metrics';
import { chartRange, niceTicks } from './nice-ticks';
import { linearScale, type Scale, symlogScale } from './plot-scale';
import type { Interval } from './rows';

/** Values of one kind of unit, with the intervals of sampled ones. */
export interface Plotted {
  readonly values: readonly number[];
  readonly intervals?: readonly Interval[];
}

/** Below a chart's largest amount by this factor nothing is told apart, where a measure has no floor of its own. */
const DEPTH = 1e4;

/**
 * Up the axis of charts that share a measure: for each kind of unit its scale, one for all of them unless each is to have
 * its own. On its own scale a value that towers over the others is above the top, where its bar is cut.
 */
export function valueScales(metric: InfluenceMetric, kinds: readonly Plotted[], choice: ScaleChoice): Scale[] {
  if (choice === 'own') return kinds.map(ownScale);
  const all = kinds.flatMap(({ values, intervals = [] }) => [...values, ...intervals.flat()]);
  const shared = choice === 'log' ? symlogScale(all, floorOf(metric, all)) : linearScale(all, { zero: true });
  return kinds.map(() => shared);
}

/** The amount up to which a measure's values are told apart evenly. */
export function floorOf(metric: InfluenceMetric, values: readonly number[]): number {
  const most = Math.max(...values.filter(Number.isFinite).map(Math.abs), 0) || 1;
  return METRIC_WORDS[metric].anchors?.floor ?? most / DEPTH;
}

function ownScale({ values, intervals }: Plotted): Scale {
  const { low, high } = chartRange(values, intervals);
  return { kind: 'linear', low, high, ticks: niceTicks(low, high), at: (v) => (v - low) / (high - low || 1) };
}
