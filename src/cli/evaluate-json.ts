import { harnessResults } from '../benchmarks/harness';
import { taskNamed } from '../benchmarks/tasks';
import type { EvalReport } from '../lab/contract';
import type { Measured } from '../lab/files/evaluation-file';
import { formatDropList } from '../pruning/drop-list';

/** The measured model's results in the form of lm-evaluation-harness's own file; items without finite numbers are left out. */
export function harnessJson(reports: readonly EvalReport[], { model, mask, recovery }: Measured) {
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
    model_args: `pretrained=${model.id}${revision}${drop}${recovery ? `,recovery=${recovery}` : ''}`,
    model_dtype: model.dtype,
    limit: reports.some((r) => r.items.length < r.available) ? reports[0]!.items.length : null,
    bos: reports[0]!.bos,
    chat: reports[0]!.chat,
  });
}
