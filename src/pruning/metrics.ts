/** The metrics of influence by name, in the order they are offered, and what tells one from another. Larger is always more important. */
import { LopperError } from '../errors';

export interface MetricTraits {
  /**
   * What its numbers come from: one `pass` of the full model, for all units; one there and back, a `gradient`; the model
   * `without` each unit; the same `recovered`, something standing in its place; or `sampled` sets of units, surer with each.
   */
  readonly from: 'pass' | 'gradient' | 'without' | 'recovered' | 'sampled';
  /** Relative to the norm of the unit's input or of its output: there is a denominator to choose. */
  readonly denominator?: true;
  /** Its values are losses, to be told as what they add to the full model's. */
  readonly base?: 'full-loss';
  /** What a set of units is worth: minus the loss, minus the logit distance, or right answers on a task's items. */
  readonly worth?: 'loss' | 'logit' | 'task';
  /** One of the two that are looked at first: what a unit does to the stream, and what the loss is without it. */
  readonly usual?: true;
}

export const METRICS = {
  cosine: { from: 'pass', usual: true },
  angular: { from: 'pass' },
  'relative-l1': { from: 'pass', denominator: true },
  'relative-l2': { from: 'pass', denominator: true },
  l1: { from: 'pass' },
  l2: { from: 'pass' },
  /** First order: the mean over predicted tokens of |dL/dh′ · u| at each position, h′ being the stream behind the unit; nats. */
  gradient: { from: 'gradient' },
  /** The model without one unit: its loss, nats a token. */
  'loo-loss': { from: 'without', base: 'full-loss', usual: true },
  /** The mean L2 distance of its raw logits from the full model's. */
  'loo-logit': { from: 'without' },
  /** The model with one unit's mean update in its place: its loss. */
  'loo-recovered': { from: 'recovered', base: 'full-loss' },
  /** A unit's mean marginal worth over orders of removal. */
  'shapley-loss': { from: 'sampled', worth: 'loss' },
  'shapley-logit': { from: 'sampled', worth: 'logit' },
  /** The paper's MMLU Shapley: accuracy on a task's items. */
  'shapley-task': { from: 'sampled', worth: 'task' },
} as const satisfies Readonly<Record<string, MetricTraits>>;

export type InfluenceMetric = keyof typeof METRICS;
type From<F extends MetricTraits['from']> = {
  [M in InfluenceMetric]: (typeof METRICS)[M]['from'] extends F ? M : never;
}[InfluenceMetric];
export type StaticMetric = From<'pass'>;
export type GradientMetric = From<'gradient'>;
export type LeaveOneOutMetric = From<'without'>;
export type RecoveredMetric = From<'recovered'>;
export type ShapleyMetric = From<'sampled'>;
type RelativeMetric = {
  [M in InfluenceMetric]: (typeof METRICS)[M] extends { denominator: true } ? M : never;
}[InfluenceMetric];
/** Metrics that come whole, not surer with every sample. */
export type PlainMetric = StaticMetric | GradientMetric | LeaveOneOutMetric | RecoveredMetric;

export const METRIC_NAMES = Object.keys(METRICS) as readonly InfluenceMetric[];

/** What numbers come from, in the order of what it takes. */
export const METRIC_SOURCES = [
  'pass',
  'gradient',
  'without',
  'recovered',
  'sampled',
] as const satisfies readonly MetricTraits['from'][];
export type MetricSource = MetricTraits['from'];

export const metricsFrom = (source: MetricSource): readonly InfluenceMetric[] =>
  METRIC_NAMES.filter((metric) => METRICS[metric].from === source);

export const traitsOf = (metric: InfluenceMetric): MetricTraits => METRICS[metric];

const isFrom =
  <F extends MetricTraits['from']>(from: F) =>
  (metric: InfluenceMetric): metric is From<F> =>
    METRICS[metric].from === from;
export const isStatic: (metric: InfluenceMetric) => metric is StaticMetric = isFrom('pass');
export const isGradient: (metric: InfluenceMetric) => metric is GradientMetric = isFrom('gradient');
export const isLeaveOneOut: (metric: InfluenceMetric) => metric is LeaveOneOutMetric = isFrom('without');
export const isRecovered: (metric: InfluenceMetric) => metric is RecoveredMetric = isFrom('recovered');
export const isShapley: (metric: InfluenceMetric) => metric is ShapleyMetric = isFrom('sampled');
export const isPlain = (metric: InfluenceMetric): metric is PlainMetric => !isShapley(metric);
export const isUsual = (metric: InfluenceMetric): boolean => traitsOf(metric).usual === true;
export const isOfTask = (metric: InfluenceMetric): boolean => traitsOf(metric).worth === 'task';
export const isRelative = (metric: InfluenceMetric): metric is RelativeMetric => traitsOf(metric).denominator === true;

/** Throws `usage` for a metric there is not. */
export function checkMetric(metric: string): asserts metric is InfluenceMetric {
  if (Object.hasOwn(METRICS, metric)) return;
  throw new LopperError('usage', `There is no metric named "${metric}".`, `Use one of ${METRIC_NAMES.join(', ')}.`);
}
