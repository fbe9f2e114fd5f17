/** Shapes of the lab's reports as JSON. JSON has no NaN: `null` is NaN, both ways. */
import * as v from 'valibot';
import { TOTALS } from '../../engine/observers/totals';
import { UNIT_NAMES } from '../../model/units';
import { isPlain, METRIC_NAMES } from '../../pruning/metrics';
import { STRATEGY_NAMES } from '../../pruning/strategies';
import type {
  Accuracy,
  CurveReport,
  CurveRequest,
  GrowthReport,
  InfluenceReport,
  NormsReport,
  Part,
} from '../contract';

export const count = v.pipe(v.number(), v.integer(), v.minValue(0));
export const number = v.pipe(
  v.nullable(v.number()),
  v.transform((x) => x ?? Number.NaN),
);
export const interval = v.tuple([number, number]);
const unit = v.picklist(UNIT_NAMES);
const metric = v.picklist(METRIC_NAMES);
const strategy = v.picklist(STRATEGY_NAMES);
const denominator = v.picklist(['input', 'output']);
export const sublayers = v.array(v.object({ block: count, kind: v.picklist(['attn', 'ffn']) }));
const task = v.object({
  task: v.string(),
  shots: v.optional(count),
  limit: v.optional(count),
  seed: v.optional(count),
});
const measuredTask = v.object({ ...task.entries, items: count, dataSha256: v.optional(v.string()) });

/** Which part of a request's work a report is of. */
const oneOrMore = v.pipe(v.number(), v.integer(), v.minValue(1));
export const partFields = { index: oneOrMore, of: oneOrMore };
export const part: v.GenericSchema<unknown, Part> = v.object(partFields);

const state = v.object({
  drawn: count,
  sums: v.array(v.array(number)),
  ends: v.optional(interval),
  lowest: v.optional(v.object({ order: v.array(count), since: count })),
});
const sampling = v.object({
  method: v.picklist(['exact', 'permutations', 'subsets']),
  seed: count,
  drawn: count,
  intervals: v.array(interval),
  efficiency: v.optional(v.object({ sum: number, all: number, none: number })),
  stopped: v.optional(v.picklist(['exact', 'bound', 'stable', 'permutations'])),
  state: v.optional(state),
  task: v.optional(v.object({ ...measuredTask.entries, kept: count })),
});

const seenSums = v.object({ rows: count, sums: v.object(v.entriesFromList(TOTALS, number)) });
const seenUnits = v.array(v.object({ first: seenSums, rest: seenSums }));
const influencePart = v.object({
  ...partFields,
  walks: v.optional(v.array(count)),
  statistics: v.optional(v.array(v.object({ attn: seenUnits, ffn: seenUnits, block: seenUnits }))),
  gradients: v.optional(v.array(v.object({ sublayers: v.array(number), blocks: v.array(number), tokens: count }))),
  drawn: v.optional(
    v.object({
      method: v.picklist(['exact', 'permutations', 'subsets']),
      seed: count,
      permutations: count,
      bound: v.optional(v.number()),
      stableLowest: v.optional(count),
      task: v.optional(v.object({ ...measuredTask.entries, kept: count })),
      sets: v.array(v.tuple([v.string(), number])),
    }),
  ),
});

export const influenceReport: v.GenericSchema<unknown, InfluenceReport> = v.object({
  metric,
  unit,
  values: v.array(number),
  fullLoss: v.optional(number),
  tokens: count,
  notFinite: v.optional(v.array(count)),
  denominator: v.optional(denominator),
  sampling: v.optional(sampling),
  standing: v.optional(v.string()),
  part: v.optional(influencePart),
});

export const accuracy: v.GenericSchema<unknown, Accuracy> = v.object({
  n: count,
  correct: v.number(),
  accuracy: v.number(),
  interval,
});
const point = v.object({
  removed: count,
  dropped: sublayers,
  loss: number,
  recovered: v.optional(number),
  unrecovered: v.optional(v.string()),
  chosen: v.optional(number),
  added: v.optional(interval),
  draws: v.optional(v.array(number)),
  accuracy: v.optional(accuracy),
  recoveredAccuracy: v.optional(accuracy),
  milliseconds: v.optional(v.number()),
});

/** How a metric is measured, but for the items of a task. */
const settings = {
  denominator: v.optional(denominator),
  permutations: v.optional(count),
  exact: v.optional(v.boolean()),
  bound: v.optional(v.number()),
  stableLowest: v.optional(count),
};

const recover = v.object({ method: v.picklist(['mean', 'linear']), rank: v.optional(count) });

export const curveReport: v.GenericSchema<unknown, CurveReport> = v.object({
  strategy,
  metric: v.optional(metric),
  settings: v.optional(v.object({ ...settings, task: v.optional(measuredTask) })),
  unit,
  seed: v.optional(count),
  points: v.array(point),
  order: v.optional(v.array(sublayers)),
  tokens: count,
  judged: v.optional(
    v.object({
      on: v.picklist(['odd windows', 'another text']),
      chosenOn: count,
      sha256: v.optional(v.string()),
      chosenSha256: v.optional(v.string()),
    }),
  ),
  benchmark: v.optional(measuredTask),
  recover: v.optional(recover),
  standing: v.optional(v.string()),
  partial: v.boolean(),
  part: v.optional(part),
});

/** What a curve was asked with, to go on from it; files of items are left out. */
export const curveRequest: v.GenericSchema<unknown, Omit<CurveRequest, 'resume'>> = v.object({
  strategy,
  metric: v.optional(metric),
  unit,
  steps: v.optional(count),
  start: v.optional(sublayers),
  locked: v.optional(sublayers),
  order: v.optional(v.array(sublayers)),
  draws: v.optional(count),
  seed: v.optional(count),
  settings: v.optional(v.object({ ...settings, seed: v.optional(count), task: v.optional(task) })),
  benchmark: v.optional(task),
  recover: v.optional(recover),
  timed: v.optional(v.boolean()),
  // Of another text the report says which it was.
  judge: v.optional(v.literal('halves')),
});

const distribution = v.object({ mean: number, median: number, p5: number, p95: number });
const norms = v.array(
  v.object({ update: distribution, stream: distribution, ratio: distribution, cosine: distribution }),
);
const byKind = v.object({ attn: norms, ffn: norms, block: norms });

export const normsReport: v.GenericSchema<unknown, NormsReport> = v.object({
  tokens: count,
  rest: byKind,
  first: byKind,
  quantiles: v.picklist(['exact', 'histogram']),
  angles: v.array(v.array(number)),
});

const values = v.array(number);
const checkpoint = v.object({
  name: v.string(),
  step: v.optional(count),
  loss: number,
  block: values,
  attn: values,
  ffn: values,
  accuracy: v.optional(accuracy),
});

export const growthReport: v.GenericSchema<unknown, GrowthReport> = v.object({
  series: v.string(),
  calibrationSha256: v.string(),
  metric: v.picklist(METRIC_NAMES.filter(isPlain)),
  tokens: count,
  task: v.optional(v.object({ ...task.entries, dataSha256: v.optional(v.string()) })),
  points: v.array(checkpoint),
  failures: v.array(v.object({ name: v.string(), message: v.string() })),
  partial: v.boolean(),
  part: v.optional(part),
});
