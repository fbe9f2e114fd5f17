import { LopperError } from '../../errors';
import type { EvalItem, EvalReport, EvalRequest } from '../contract';
import { evaluateExam } from '../exam/evaluate';
import { mergeEvaluations } from '../exam/evaluate-part';
import { checkSameExam, examFacts, readExam } from '../exam/exam';
import { examinee } from '../exam/examinee';
import { walkWork } from '../measure/work';
import { ProgressMeter } from '../running/progress';
import { branchOfMask } from './desk';
import { itemsGround } from './ground';
import type { Job } from './job';

interface Events {
  /** `soFar` carries no items: they came one by one. */
  readonly onItem?: (item: EvalItem, soFar: EvalReport) => void;
}

/** Asks every mask a benchmark's items. */
export const evaluate: Job<EvalRequest, EvalReport, Events> = {
  async run({ model, environment, answers }, request, { signal, onProgress, onItem }) {
    const branches = request.masks.map((mask) => branchOfMask(model, mask));
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
      answers: branches.map((branch, mask) => answers.with(JSON.stringify(facts), branch, request.known?.[mask])),
      onProgress(items) {
        meter ??= new ProgressMeter(total, 'steps', onProgress, undefined, items);
        meter.update(items, `${exam.task.name}, ${Math.floor(items)} of ${total}`);
      },
    });
  },
  async work(desk, request) {
    const branches = request.masks.map((mask) => branchOfMask(desk.model, mask));
    return walkWork(await itemsGround(desk, request), branches);
  },
  merge: mergeEvaluations,
};
