/** Shapes of what benchmarks say as JSON: the report that ships, and the results that `lopper eval` keeps. */
import * as v from 'valibot';
import type { EvalAnswer, EvalItem, EvalReport, ExamFacts, Mean, ModelReport, PairedDifference } from '../contract';
import { accuracy, count, interval, number, partFields, sublayers } from './result-schemas';

export const mean: v.GenericSchema<unknown, Mean> = v.object({ n: count, mean: number, interval });
const group = v.object({ name: v.string(), kind: v.picklist(['subject', 'group']), results: v.array(accuracy) });
export const difference: v.GenericSchema<unknown, PairedDifference> = v.object({
  mean: number,
  interval,
  lost: count,
  won: count,
  p: number,
});
const problem = v.object({ file: v.string(), line: count, message: v.string() });

/** A report without its items. */
export const evaluationReport: v.GenericSchema<unknown, Omit<EvalReport, 'items'>> = v.object({
  task: v.string(),
  about: v.string(),
  metric: v.string(),
  shots: count,
  chance: v.number(),
  seed: v.optional(count),
  results: v.array(accuracy),
  metrics: v.record(v.string(), v.array(mean)),
  groups: v.optional(v.array(group)),
  macro: v.optional(v.array(number)),
  difference: v.optional(difference),
  third: v.optional(v.object({ toFull: difference, toPruned: difference })),
  tooFew: v.optional(v.object({ message: v.string(), needed: v.number() })),
  available: count,
  truncated: count,
  failed: v.optional(v.array(count)),
  unreadable: count,
  problems: v.array(problem),
  notes: v.optional(v.array(v.string())),
  bos: v.boolean(),
  chat: v.boolean(),
  window: v.optional(count),
  dataSha256: v.string(),
  partial: v.boolean(),
  part: v.optional(
    v.object({
      ...partFields,
      counted: v.array(
        v.object({ chance: v.number(), subject: v.optional(v.string()), group: v.optional(v.string()) }),
      ),
      asked: count,
      unreadable: count,
    }),
  ),
});

const answer = {
  answer: v.union([v.number(), v.string()]),
  correct: v.boolean(),
  metrics: v.record(v.string(), number),
  scores: v.optional(v.array(number)),
  greedy: v.optional(v.array(v.boolean())),
  text: v.optional(v.string()),
  truncated: v.optional(v.literal(true)),
  failed: v.optional(v.string()),
};
const item = v.object({
  index: count,
  gold: v.union([v.number(), v.string()]),
  ...answer,
  full: v.optional(v.object(answer)),
});

/** An item as the page shows it: its words, and every mask's answer. */
export const askedItem: v.GenericSchema<unknown, EvalItem> = v.object({
  index: count,
  gold: v.union([v.number(), v.string()]),
  shown: v.object({
    question: v.string(),
    choices: v.optional(v.array(v.string())),
    subject: v.optional(v.string()),
  }),
  answers: v.array(v.object(answer)),
});

/** One task's result as `lopper eval` prints and keeps it, of which this is what a run goes on from. */
export interface KeptEvaluation extends ExamFacts {
  readonly model: Pick<ModelReport, 'id' | 'revision' | 'fingerprint' | 'dtype'>;
  /** The mask, as `--drop` writes it. */
  readonly drop: string;
  /** The file of what stood in for what was dropped. */
  readonly recovery?: string;
  /** The full model's figures, where it was measured beside the other. */
  readonly full?: object;
  /** The measured model's answer in each, and the full model's beside it. */
  readonly items: readonly (Pick<EvalItem, 'index' | 'gold'> & EvalAnswer & { readonly full?: EvalAnswer })[];
}

/** The figures beside what is checked stay in it as they are. */
export const keptEvaluation: v.GenericSchema<unknown, KeptEvaluation> = v.looseObject({
  task: v.string(),
  shots: count,
  bos: v.boolean(),
  chat: v.boolean(),
  window: v.optional(count),
  dataSha256: v.string(),
  model: v.looseObject({
    id: v.string(),
    revision: v.optional(v.string()),
    fingerprint: v.string(),
    dtype: v.string(),
  }),
  drop: v.string(),
  recovery: v.optional(v.string()),
  full: v.optional(v.looseObject({})),
  items: v.array(item),
});

/** All tasks' results as the page saves them. */
export const scoresFile = v.object({
  format: v.literal('lopper-evaluations'),
  version: v.literal(1),
  model: v.object({ id: v.string(), weights_sha256: v.optional(v.string()) }),
  made_by: v.object({ lopper: v.string() }),
  results: v.array(
    v.intersect([
      evaluationReport,
      v.object({
        /** What each of the report's results leaves out. */
        masks: v.array(sublayers),
        items: v.optional(v.array(askedItem)),
        origin: v.object({ adapter: v.string(), version: v.optional(v.string()) }),
      }),
    ]),
  ),
});
