import { LopperError } from '../../errors';
import type { CurveReport, EvalReport, GrowthReport, InfluenceReport } from '../../lab/contract';
import { joinParts } from '../../lab/files/join-parts';
import { readPartFile } from '../../lab/files/part-file';
import { type Result, resultFile } from '../../lab/files/result-file';
import { MOST_RESULT_BYTES } from '../../lab/files/result-kinds';
import { maskFromSublayers } from '../../pruning/mask';
import { go } from '../store/go';
import { notify } from '../store/notify';
import { changeOpen, store } from '../store/store';
import { lab } from './jobs';
import { titleOf } from './offered';

/**
 * Puts the parts of a result together and opens the whole: a result that is opened as any other is handed to `open`, the
 * rest is shown. Throws for parts that make no whole, or not one of the open model.
 */
export async function openParts(files: readonly File[], open: (whole: File) => Promise<void>): Promise<void> {
  const { model } = store.getState().open;
  if (!model) return;
  const given = [];
  for (const file of files) {
    const text = await file.slice(0, MOST_RESULT_BYTES + 1).text();
    given.push({ name: file.name, file: readPartFile(text, file.name) });
  }
  const { parts, notes } = joinParts(given);
  const { job, madeBy, text, dropped, request, ...of } = parts[0]!;
  if (of.model && of.model.fingerprint !== model.report.fingerprint) {
    const message = `The parts are of ${of.model.id}, whose weights are not those of the open model, ${model.report.id}.`;
    throw new LopperError('result-mismatch', message, 'Open the model that they were measured on.');
  }
  const report = await lab().merge(
    job,
    parts.map((part) => part.report as never),
  );
  if (store.getState().open.model !== model) return;
  const origin = { kind: 'file', adapter: madeBy.adapter, version: madeBy.lopper } as const;
  const shown = () => notify(`Opened ${parts.length} parts`, notes.join(' ') || 'They are the whole.');
  switch (job) {
    case 'influence':
    case 'curve': {
      const result: Result =
        job === 'curve'
          ? { kind: job, report: report as CurveReport, request }
          : { kind: job, report: report as InfluenceReport };
      const whole = resultFile(result, of.model!, { text, madeBy: { ...madeBy, dtype: madeBy.dtype! } });
      return open(new File([JSON.stringify(whole)], `${parts.length} parts`));
    }
    case 'growth': {
      const grown = { report: report as GrowthReport, origin, text: text.source };
      changeOpen(({ growth }) => ({ growth: { ...growth, [grown.report.metric]: grown } }));
      go({ view: 'training' });
      return shown();
    }
    case 'evaluate': {
      const { items, ...told } = report as EvalReport;
      const own = maskFromSublayers(model.report.blocks, dropped);
      const masks = told.results.map((_, i, all) => (i === all.length - 1 ? own : maskFromSublayers(own.blocks, [])));
      const evaluation = { report: told, items, origin, masks, text: titleOf(told.task) };
      changeOpen(({ evaluations }) => ({ evaluations: { ...evaluations, [told.task]: evaluation } }));
      go({ view: 'tasks' });
      return shown();
    }
    default:
      throw new LopperError(
        'result-invalid',
        `The page shows no results of lopper ${job === 'score' ? 'score' : 'recover --each'}.`,
        'Put them together with lopper merge.',
      );
  }
}
