import { LopperError } from '../../errors';
import type { EvalItem, EvalReport, EvalRequest } from '../contract';
import { evaluateExam } from '../exam/evaluate';
import { checkSameExam, examFacts, readExam } from '../exam/exam';
import { examinee } from '../exam/examinee';
import { ProgressMeter } from '../running/progress';
import { dropSet, type Job } from './job';

/** Asks every mask a benchmark's items. `soFar` carries no items: they came one by one. */
export const evaluate: Job<EvalRequest, EvalReport, { readonly onItem?: (item: EvalItem, soFar: EvalReport) => void }> =
  {
    async run({ model, environment, answers }, request, { signal, onProgress, onItem }) {
      const branches = request.masks.map((mask) => dropSet(model, mask));
      if (branches.length === 0) throw new LopperError('usage', 'No mask is given.', 'Give [[]] for the full model.');
      const asked = examinee(model, request);
      const { encode } = asked.wording;
      const exam = await readExam(request, environment, { encode, context: model.report.context });
      const facts = examFacts(exam, asked.wording);
      if (request.knownFrom) checkSameExam(request.knownFrom, facts);
      const total = exam.items.length;
      let meter: ProgressMeter | undefined;
      return evaluateExam(asked, exam, branches, {
        ...{ signal, onItem },
        // What each branch answered before, with what the request brings along.
        answers: branches.map((dropped, mask) => answers.with(JSON.stringify(facts), dropped, request.known?.[mask])),
        onProgress(items) {
          meter ??= new ProgressMeter(total, 'steps', onProgress, undefined, items);
          meter.update(items, `${exam.task.name}, ${Math.floor(items)} of ${total}`);
        },
      });
    },
  };
