/** Shapes of the reports on a part of the work, by the job that gave them. */
import * as v from 'valibot';
import type { EvalReport, RecoverEachReport, ScoreReport } from '../contract';
import { askedItem, evaluationReport } from './evaluation-schemas';
import { count, curveReport, growthReport, influenceReport, number, part } from './result-schemas';

const wholeEvaluation: v.GenericSchema<unknown, EvalReport> = v.intersect([
  evaluationReport,
  v.object({ items: v.array(askedItem) }),
]);

const numbers = v.array(number);
const scoreReports: v.GenericSchema<unknown, ScoreReport[]> = v.array(
  v.object({
    loss: number,
    perplexity: number,
    tokens: count,
    parts: v.object({ of: v.picklist(['windows', 'tokens']), nll: numbers, tokens: numbers }),
    windows: v.optional(v.array(v.object({ nll: numbers, logits: v.optional(numbers) }))),
    milliseconds: number,
    part: v.optional(part),
  }),
);

const recoverEachReport: v.GenericSchema<unknown, RecoverEachReport> = v.object({
  method: v.picklist(['mean', 'linear', 'diagonal', 'scale', 'merged']),
  strength: number,
  rank: v.optional(count),
  unit: v.picklist(['block', 'attn', 'ffn', 'sublayer']),
  fullLoss: number,
  units: v.array(
    v.object({
      unit: v.object({ block: count, kind: v.picklist(['block', 'attn', 'ffn']) }),
      norm: number,
      channelMean: number,
      channelStd: number,
      lossDropped: number,
      lossRecovered: number,
    }),
  ),
  tokens: count,
  part: v.optional(part),
});

/** Every job that is done in parts. */
export const PART_REPORTS = {
  score: scoreReports,
  influence: influenceReport,
  curve: curveReport,
  growth: growthReport,
  evaluate: wholeEvaluation,
  recoverEach: recoverEachReport,
} as const;

export type PartJob = keyof typeof PART_REPORTS;
export type PartReport<N extends PartJob = PartJob> = v.InferOutput<(typeof PART_REPORTS)[N]>;
