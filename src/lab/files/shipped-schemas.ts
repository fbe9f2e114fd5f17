/** Shapes of results that were measured beforehand, to be shown without the model's weights. */
import * as v from 'valibot';
import type { ModelReport } from '../contract';
import { difference, evaluationReport, mean } from './evaluation-schemas';
import {
  accuracy,
  count,
  curveReport,
  curveRequest,
  growthReport,
  influenceReport,
  normsReport,
  number,
} from './result-schemas';

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
  precision: v.optional(v.picklist(['q8', 'q4'])),
  bytesAt: v.optional(v.object({ published: count, q8: count, q4: count })),
  storedBytes: v.optional(v.record(v.string(), count)),
  streamed: v.boolean(),
  streamedBytes: v.optional(count),
  aheadBytes: v.optional(count),
  notes: v.optional(v.array(v.string())),
});

/** A list of layers as `--drop` writes it, what it adds to the loss, and the half-width of that. */
const listed = v.tuple([v.string(), number, number]);

/** A task asked of a mask, over the items that the full model was asked: see `evaluations`. */
const maskOnTask = v.object({
  task: v.string(),
  result: accuracy,
  metrics: v.record(v.string(), mean),
  difference: v.optional(difference),
  tooFew: v.optional(v.object({ message: v.string(), needed: v.number() })),
});

const continuation = v.object({
  ids: v.array(count),
  /** What each token added to the text. */
  pieces: v.array(v.string()),
  /** At each step the likeliest tokens, by id, and how likely. */
  top: v.array(v.array(v.tuple([count, v.number()]))),
  stopped: v.picklist(['end', 'length', 'context']),
});

const onBoth = v.tuple([v.number(), v.number()]);

/** What stands in for a mask's layers: losses on the windows that it was fitted on, and on the others. */
const recovery = v.object({
  drop: v.string(),
  /** Under `public/`. */
  source: v.string(),
  tokens: v.tuple([count, count]),
  full: onBoth,
  pruned: onBoth,
  by: v.array(
    v.object({
      method: v.picklist(['mean', 'linear', 'distill']),
      rank: v.optional(count),
      loss: onBoth,
      /** The share of the damage that it undoes on the others, and its 95% interval. */
      undone: v.optional(v.object({ share: v.number(), interval: v.tuple([number, number]) })),
      /** What it answers, where it was asked. */
      tasks: v.optional(v.array(maskOnTask)),
    }),
  ),
});
export type ShippedRecovery = v.InferOutput<typeof recovery>;

/** What stands in at every point of a curve: its losses, point by point. */
const recoveredCurve = v.object({
  recover: v.object({ method: v.picklist(['mean', 'linear']), rank: v.optional(count) }),
  losses: v.array(number),
});
export type ShippedRecoveredCurve = v.InferOutput<typeof recoveredCurve>;

/** What is not on the first screen: read once that stands. */
export const shippedDetails = v.object({
  norms: v.optional(normsReport),
  curves: v.array(
    v.object({ report: curveReport, request: curveRequest, recovered: v.optional(v.array(recoveredCurve)) }),
  ),
  /** Masks that are in no table. */
  losses: v.array(listed),
  /** Continued greedily, by the full model and by each named mask in the same order. */
  prompts: v.array(v.object({ text: v.string(), full: continuation })),
  masks: v.array(
    v.object({ name: v.string(), drop: v.string(), tasks: v.array(maskOnTask), texts: v.array(continuation) }),
  ),
  recoveries: v.optional(v.array(recovery)),
  /** By metrics that no first screen shows. */
  influence: v.optional(v.array(influenceReport)),
  /** Texts of the tokens that are named by id. */
  tokens: v.record(v.string(), v.string()),
});
export type ShippedDetails = v.InferOutput<typeof shippedDetails>;

const table = v.object({ of: v.picklist(['attn', 'ffn', 'block', 'few']), most: v.optional(count) });

/** Results computed ahead, shown before anything runs: `public/models/sapling/results.json`. */
export const shippedResults = v.object({
  format: v.literal('lopper-results'),
  version: v.literal(2),
  model: modelReport,
  /** What losses and influence were measured on. */
  text: v.object({
    name: v.string(),
    source: v.string(),
    seqLen: count,
    windows: count,
    tokens: count,
    sha256: v.string(),
  }),
  score: v.object({ loss: v.number(), perplexity: v.number(), tokens: count }),
  influence: v.array(influenceReport),
  evaluations: v.array(evaluationReport),
  /** The rest, here or in a file beside this one. */
  details: v.optional(v.union([v.string(), shippedDetails])),
  /** Losses of every mask of a kind, in a file beside this one: see `readLossTables`. */
  tables: v.optional(v.object({ file: v.string(), of: v.array(table) })),
  madeBy: v.object({
    lopper: v.string(),
    /** What computed what is observed on a walk, and what computed losses and answers. */
    adapter: v.string(),
    walks: v.optional(v.string()),
    dtype: v.string(),
  }),
});
export type ShippedResults = v.InferOutput<typeof shippedResults>;

/** Its training measured, a report a metric: `public/models/sapling/growth/results.json`. */
export const shippedGrowth = v.object({
  text: v.object({ name: v.string(), source: v.string(), seqLen: count, sha256: v.string() }),
  reports: v.array(growthReport),
  madeBy: v.object({ lopper: v.string(), adapter: v.string(), walks: v.optional(v.string()) }),
});
export type ShippedGrowth = v.InferOutput<typeof shippedGrowth>;
