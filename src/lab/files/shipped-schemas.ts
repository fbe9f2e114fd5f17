/** Shapes of the results that ship with the bundled model. */
import * as v from 'valibot';
import type { ModelReport } from '../contract';
import { evaluationReport } from './evaluation-schemas';
import { count, growthReport, influenceReport } from './result-schemas';

const modelReport: v.GenericSchema<unknown, ModelReport> = v.object({
  id: v.string(),
  revision: v.optional(v.string()),
  architecture: v.string(),
  modelType: v.string(),
  blocks: v.pipe(count, v.minValue(1)),
  width: count,
  heads: count,
  kvHeads: count,
  vocabulary: count,
  context: count,
  dtype: v.string(),
  parameters: count,
  attnParameters: v.array(count),
  ffnParameters: v.array(count),
  kvBytesPerTokenPerBlock: count,
  fingerprint: v.string(),
  hasTokenizer: v.boolean(),
  weightBytes: count,
  streamed: v.boolean(),
  notes: v.optional(v.array(v.string())),
});

/** Results computed ahead, shown before anything runs: `public/models/sapling/results.json`. */
export const shippedResults = v.object({
  format: v.literal('lopper-results'),
  version: v.literal(1),
  model: modelReport,
  calibration: v.object({ source: v.string(), tokens: count, sha256: v.string() }),
  score: v.object({ loss: v.number(), perplexity: v.number(), tokens: count }),
  influence: v.array(influenceReport),
  evaluations: v.array(evaluationReport),
  madeBy: v.object({ lopper: v.string(), adapter: v.string(), dtype: v.string() }),
});
export type ShippedResults = v.InferOutput<typeof shippedResults>;

/** Its training measured, a report a metric: `public/models/sapling/growth/results.json`. */
export const shippedGrowth = v.object({ reports: v.array(growthReport), adapter: v.string() });
export type ShippedGrowth = v.InferOutput<typeof shippedGrowth>;
