import { isOfTask } from '../../pruning/metrics';
import type { CurvePoint, CurveReport, CurveRequest, On } from '../contract';
import { examinee } from '../exam/examinee';
import { measureCurve } from '../measure/curve';
import { metricOf } from '../measure/curve-plan';
import { curveWork } from '../measure/curve-work';
import { DEFAULT_TASK, openTask } from '../measure/task-worth';
import { fractionMeter } from '../running/progress';
import { groundOf, itemsGround } from './ground';
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
  async work(desk, { calibration, ...request }) {
    const { benchmark, settings } = request;
    const metric = metricOf(request);
    return curveWork(request, {
      text: await groundOf(desk, calibration),
      ...(benchmark && { benchmark: await itemsGround(desk, benchmark) }),
      ...(metric && isOfTask(metric) && { task: await itemsGround(desk, settings?.task ?? DEFAULT_TASK) }),
    });
  },
};
