import type { On, PlanReport, PlanRequest } from '../contract';
import { makePlan } from '../measure/plan';
import { ProgressMeter } from '../running/progress';
import type { Job } from './job';
import { notesOnTokens } from './recovery-notes';

/** The best mask within budgets. `soFar` can be gone on from, and so can a plan during which the device was lost. */
export const plan: Job<On<PlanRequest>, PlanReport, { readonly onSoFar?: (soFar: PlanReport) => void }> = {
  async run(desk, { calibration, ...request }, { signal, onProgress, onSoFar }) {
    const { model, environment } = desk;
    const whole = await desk.calibrate(calibration);
    const [chosen, judge] = whole.windows.length > 1 ? whole.halves() : [whole];
    // A map of many numbers fits the windows that it was fitted on: it is chosen by others.
    const [on, fit] = request.recover && chosen.windows.length > 1 ? chosen.halves() : [chosen];
    const meter = new ProgressMeter(100, 'steps', onProgress);
    const report = await makePlan(on, request, {
      ...{ signal, onSoFar, sizes: model.report, solver: environment.solver },
      ...(fit && { fit }),
      ...(judge && { judge: { on: judge, judged: { on: 'odd windows', chosenOn: on.tokens } } }),
      onStage: (what, fraction) => meter.update(100 * fraction, `Plan: ${what}`),
    });
    const rank = Math.max(0, ...(request.recover?.ranks ?? []));
    return { ...report, notes: [...report.notes, ...notesOnTokens({ on: fit ?? on }, rank)] };
  },
};
