import { sha256Of } from '../../formats/sha256';
import { isOfTask } from '../../pruning/metrics';
import type { Calibration, CurvePoint, CurveReport, CurveRequest, Judged, NamedCalibration, On } from '../contract';
import { examinee } from '../exam/examinee';
import { type Calibrated, calibrationKey } from '../measure/calibrated';
import { measureCurve } from '../measure/curve';
import { CurveClock } from '../measure/curve-clock';
import { mergeCurves } from '../measure/curve-part';
import { metricOf } from '../measure/curve-plan';
import { type CurveGround, curveWork } from '../measure/curve-work';
import { DEFAULT_TASK, openTask } from '../measure/task-worth';
import { operationsOf } from '../measure/work';
import { fractionMeter } from '../running/progress';
import type { Desk } from './desk';
import { groundOn, itemsGround } from './ground';
import { type Job, partGoneOn } from './job';

/** Loss, and a benchmark where asked, against the number of units dropped. `soFar` can be gone on from. */
export const curve: Job<
  On<CurveRequest>,
  CurveReport,
  { readonly onPoint?: (point: CurvePoint, soFar: CurveReport) => void }
> = {
  async run(desk, { calibration, ...request }, { signal, onProgress, onPoint }) {
    const { model, environment } = desk;
    if (request.part && request.resume) throw partGoneOn();
    const texts = await textsOf(desk, calibration, request);
    const ground = await groundsOf(desk, texts, request);
    const operations = (work: Parameters<typeof operationsOf>[0]) => operationsOf(work, model.report);
    const meter = fractionMeter(onProgress, `Pruning curve (${request.strategy})`);
    return measureCurve(texts.on, request, {
      ...{ signal, onPoint, judge: texts.judge },
      clock: { told: new CurveClock(await curveWork(request, ground), operations, meter), ground },
      examine: (task) => openTask(task, examinee(model), environment),
    });
  },
  async work(desk, { calibration, ...request }) {
    return curveWork(request, await groundsOf(desk, await textsOf(desk, calibration, request), request));
  },
  merge: mergeCurves,
};

/** What the strategy chooses on, and what judges where that is another. */
interface Texts {
  readonly on: Calibrated;
  readonly judge?: { readonly on: Calibrated; readonly judged: Judged };
}

async function textsOf(
  desk: Desk,
  calibration: Calibration | NamedCalibration,
  { judge }: CurveRequest,
): Promise<Texts> {
  const whole = await desk.calibrate(calibration);
  if (!judge) return { on: whole };
  if (judge === 'halves') {
    const [on, odd] = whole.halves();
    return { on, judge: { on: odd, judged: { on: 'odd windows', chosenOn: on.tokens } } };
  }
  const hash = async (text: Calibration) => sha256Of(await calibrationKey(text));
  const hashes = { sha256: await hash(judge), chosenSha256: await hash(desk.read(calibration)) };
  return {
    on: whole,
    judge: { on: await desk.calibrate(judge), judged: { on: 'another text', chosenOn: whole.tokens, ...hashes } },
  };
}

async function groundsOf(desk: Desk, { on, judge }: Texts, request: CurveRequest): Promise<CurveGround> {
  const { benchmark, settings } = request;
  const metric = metricOf(request);
  return {
    text: groundOn(desk, on),
    ...(judge && { judge: groundOn(desk, judge.on) }),
    ...(benchmark && { benchmark: await itemsGround(desk, benchmark) }),
    ...(metric && isOfTask(metric) && { task: await itemsGround(desk, settings?.task ?? DEFAULT_TASK) }),
  };
}
