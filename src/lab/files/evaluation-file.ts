import type { Sublayer } from '../../model/units';
import { formatDropList } from '../../pruning/drop-list';
import type { EvalAnswer, EvalItem, EvalReport, KnownAnswers, ModelReport } from '../contract';
import type { KeptEvaluation } from './evaluation-schemas';
import { openResultText } from './read-result';
import { RESULT_KINDS } from './result-kinds';

/** What was measured of which model. */
export interface Measured {
  readonly model: Pick<ModelReport, 'id' | 'revision' | 'fingerprint' | 'dtype' | 'precision'>;
  readonly mask: readonly Sublayer[];
  /** The full model was measured too, as the report's first. */
  readonly compare: boolean;
  /** The file of what stands in for what is dropped, where something does. */
  readonly recovery?: string;
}

/** One task's result for programs: the measured model's own figures on top, the full model's beside them in `full`. */
export function evaluationJson(report: EvalReport, { model, mask, compare, recovery }: Measured) {
  const { results, metrics, groups, macro, items, failed, difference, ...facts } = report;
  const last = results.length - 1;
  const own = (b: number) => ({
    ...results[b]!,
    metrics: Object.fromEntries(Object.entries(metrics).map(([name, means]) => [name, means[b]!])),
    ...(macro ? { macro: macro[b] } : {}),
    ...(failed ? { failed: failed[b] } : {}),
  });
  return {
    ...facts,
    ...own(last),
    ...(compare ? { full: own(0), difference } : {}),
    ...(groups
      ? {
          groups: groups.map(({ name, kind, results: r }) => {
            return { name, kind, ...r[last]!, ...(compare ? { full: r[0] } : {}) };
          }),
        }
      : {}),
    model: {
      ...{ id: model.id, revision: model.revision, fingerprint: model.fingerprint },
      ...{ dtype: model.dtype, precision: model.precision },
    },
    drop: formatDropList(mask),
    ...(recovery && { recovery }),
    items: items.map((item) => flatten(item, compare)),
  };
}

/** Several tasks' results, by name; one task's alone is itself. */
export const evaluationsJson = <T extends { readonly task: string }>(results: readonly T[]) =>
  results.length === 1 ? results[0]! : { tasks: Object.fromEntries(results.map((r) => [r.task, r])) };

/** An item with the measured model's answer in it, and the full model's beside it where both were asked. */
function flatten({ index, gold, answers }: EvalItem, compare: boolean) {
  return { index, gold, ...answers.at(-1)!, ...(compare ? { full: answers[0]! } : {}) };
}

/** The results in a file, a task each. Throws `result-invalid`, naming the file. */
export function readEvaluations(text: string, name: string): KeptEvaluation[] {
  const { schema } = RESULT_KINDS.evaluation;
  const file = openResultText('evaluation', text, name);
  const { tasks } = Object(file.json) as { tasks?: unknown };
  if (typeof tasks !== 'object' || tasks === null) return [file.check(schema)];
  return Object.entries(tasks).map(([task, own]) => file.check(schema, own, `tasks.${task}.`));
}

/** The answers that a result holds, by mask, the full model's first where it was measured too. */
export function answersIn({ items }: Pick<KeptEvaluation, 'items'>, compare: boolean): KnownAnswers[] {
  const own: Record<number, EvalAnswer> = {};
  const full: Record<number, EvalAnswer> = {};
  for (const { index, gold: _, full: beside, ...answer } of items) {
    own[index] = answer;
    if (beside) full[index] = beside;
  }
  return compare ? [full, own] : [own];
}
