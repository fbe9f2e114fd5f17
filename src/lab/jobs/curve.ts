import type { CurvePoint, CurveReport, CurveRequest, On } from '../contract';
import { examinee } from '../exam/examinee';
import { measureCurve } from '../measure/curve';
import { openTask } from '../measure/task-worth';
import { fractionMeter } from '../running/progress';
import type { Job } from './job';

/** Loss, and a benchmark where asked, against the number of units dropped. `soFar` can be gone on from. */
export const curve: Job<
  On<CurveRequest>,
  CurveReport,
  { readonly onPoint?: (point: CurvePoint, soFar: CurveReport) => void }
> = {
  async run(desk, { calibration, ...request }, { signal, onProgress, onPoint }) {
    const { model, environment } = desk;
    const meter = fractionMeter(onProgress, `Pruning curve (${request.strategy})`);
    return measureCurve(await desk.calibrate(calibration), request, {
      ...{ signal, onPoint, onProgress: meter },
      examine: (task) => openTask(task, examinee(model), environment),
    });
  },
};
