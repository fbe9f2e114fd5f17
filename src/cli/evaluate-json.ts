import { harnessResults } from '../benchmarks/harness';
import { taskNamed } from '../benchmarks/tasks';
import type { EvalAnswer, EvalItem, EvalReport, KnownAnswers, ModelReport } from '../lab/contract';
import type { Sublayer } from '../model/units';
import { formatDropList } from '../pruning/drop-list';

/** What was measured of which model. */
export interface Measured {
  readonly model: Pick<ModelReport, 'id' | 'revision' | 'fingerprint' | 'dtype'>;
  readonly mask: readonly Sublayer[];
  /** The full model was measured too, as the report's first. */
  readonly compare: boolean;
}

/** One task's result for programs: the measured model's own figures on top, the full model's beside them in `full`. */
export function resultJson(report: EvalReport, { model, mask, compare }: Measured) {
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
    model: { id: model.id, revision: model.revision, fingerprint: model.fingerprint, dtype: model.dtype },
    drop: formatDropList(mask),
    items: items.map((item) => flatten(item, compare)),
  };
}

export type ResultJson = ReturnType<typeof resultJson>;

/** Several tasks' results, by name; one task's alone is itself. */
export const resultsJson = (results: readonly ResultJson[]) =>
  results.length === 1 ? results[0]! : { tasks: Object.fromEntries(results.map((r) => [r.task, r])) };

/** An item with the measured model's answer in it, and the full model's beside it where both were asked. */
function flatten({ index, gold, answers }: EvalItem, compare: boolean) {
  return { index, gold, ...answers.at(-1)!, ...(compare ? { full: answers[0]! } : {}) };
}

/** The answers that a result holds, by mask, the full model's first where it was measured too. */
export function answersIn({ items }: ResultJson, compare: boolean): KnownAnswers[] {
  const own: Record<number, EvalAnswer> = {};
  const full: Record<number, EvalAnswer> = {};
  for (const { index, gold: _, full: beside, ...answer } of items) {
    own[index] = answer;
    if (beside) full[index] = beside;
  }
  return compare ? [full, own] : [own];
}

/** The measured model's results in the form of lm-evaluation-harness's own file; items without finite numbers are left out. */
export function harnessJson(reports: readonly EvalReport[], { model, mask }: Measured) {
  const runs = reports.map(({ task, shots, available, items }) => ({
    ...{ task: taskNamed(task), shots, original: available },
    items: items.flatMap(({ answers, shown }) => {
      const { metrics, failed } = answers.at(-1)!;
      return failed === undefined ? [{ metrics, subject: shown.subject }] : [];
    }),
  }));
  const revision = model.revision ? `,revision=${model.revision}` : '';
  const drop = mask.length > 0 ? `,drop=${formatDropList(mask)}` : '';
  return harnessResults(runs, {
    model: 'lopper',
    model_args: `pretrained=${model.id}${revision}${drop}`,
    model_dtype: model.dtype,
    limit: reports.some((r) => r.items.length < r.available) ? reports[0]!.items.length : null,
    bos: reports[0]!.bos,
    chat: reports[0]!.chat,
  });
}
