import type { On, PlanReport, PlanRequest } from '../contract';
import { makePlan } from '../measure/plan';
import { ProgressMeter } from '../running/progress';
import type { Job } from './job';

/** The best mask within budgets. `soFar` can be gone on from, and so can a plan during which the device was lost. */
export const plan: Job<On<PlanRequest>, PlanReport, { readonly onSoFar?: (soFar: PlanReport) => void }> = {
  async run(desk, { calibration, ...request }, { signal, onProgress, onSoFar }) {
    const { model, environment } = desk;
    const whole = await desk.calibrate(calibration);
    const [on, judge] = whole.windows.length > 1 ? whole.halves() : [whole];
    const meter = new ProgressMeter(100, 'steps', onProgress);
    return makePlan(on, request, {
      ...{ signal, onSoFar, sizes: model.report, solver: environment.solver },
      ...(judge && { judge: { on: judge, judged: { on: 'odd windows', chosenOn: on.tokens } } }),
      onStage: (what, fraction) => meter.update(100 * fraction, `Plan: ${what}`),
    });
  },
};
