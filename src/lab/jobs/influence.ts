import { LopperError } from '../../errors';
import { unitsOf } from '../../model/units';
import { formatDropList } from '../../pruning/drop-list';
import { checkMetric, isGradient, isOfTask, isRecovered, isShapley, isStatic } from '../../pruning/metrics';
import type { InfluenceReport, InfluenceRequest, On } from '../contract';
import { examinee } from '../exam/examinee';
import { Calibrated } from '../measure/calibrated';
import { standingName } from '../measure/curve-plan';
import { measureInfluence } from '../measure/influence';
import type { InfluenceOptions } from '../measure/influence-options';
import { measurePart, mergeInfluence } from '../measure/influence-part';
import { influenceWork } from '../measure/influence-work';
import { samplesAsked } from '../measure/shapley';
import { DEFAULT_TASK, openTask } from '../measure/task-worth';
import { times } from '../measure/work';
import { ProgressMeter } from '../running/progress';
import { branchOfMask } from './desk';
import { groundOf, itemsGround } from './ground';
import { type Job, partGoneOn } from './job';

/** Sampled metrics come again and again, surer each time, through `onEstimate`; cancelled, the last one can be gone on from. */
export const influence: Job<
  On<InfluenceRequest>,
  InfluenceReport,
  { readonly onEstimate?: (soFar: InfluenceReport) => void }
> = {
  async run(desk, { calibration, ...request }, { signal, onProgress, onEstimate }) {
    const { metric, unit, resume, from, part } = request;
    checkMetric(metric);
    if (part && resume) throw partGoneOn();
    const standing = from && (standingName({ standing: from.modules }) || formatDropList(from.dropped));
    if (resume && resume.standing !== standing) {
      throw new LopperError(
        'usage',
        'The result to go on from is of another model: something else was dropped beforehand, or stood in.',
        'Give the recovery that it was measured with, or start anew.',
      );
    }
    const told = (report: InfluenceReport) => (standing ? { ...report, standing } : report);
    const { model, environment } = desk;
    // A task is a text of its own.
    const on = isOfTask(metric) ? new Calibrated(model.engine, []) : await desk.calibrate(calibration);
    const { name, total } = stepsOf(request, unitsOf(model.report.blocks, unit).length);
    const meter = new ProgressMeter(total, 'steps', onProgress, undefined, resume?.sampling?.drawn);
    const report = await measured(on, metric, unit, {
      ...request,
      ...(from && { base: branchOfMask(model, from) }),
      ...{ signal, onEstimate: (soFar) => onEstimate?.(told(soFar)) },
      examine: (task) => openTask(task, examinee(model), environment),
      onProgress(fraction) {
        const done = fraction * total;
        meter.update(done, `${name}, ${Math.floor(done)} of ${total}`);
      },
    });
    return told(report);
  },
  async work(desk, { calibration, part, ...request }) {
    const { metric, task = DEFAULT_TASK } = request;
    checkMetric(metric);
    const ground = await (isOfTask(metric) ? itemsGround(desk, task) : groundOf(desk, calibration));
    const whole = influenceWork(request, ground, request.from && branchOfMask(desk.model, request.from));
    return part ? times(1 / part.of, whole) : whole;
  },
  merge: mergeInfluence,
};

const measured = (
  on: Calibrated,
  metric: InfluenceRequest['metric'],
  unit: InfluenceRequest['unit'],
  { part, ...options }: InfluenceOptions,
) => (part ? measurePart(on, metric, unit, { ...options, part }) : measureInfluence(on, metric, unit, options));

/** What people are told is done, and how many times. */
function stepsOf(request: InfluenceRequest, units: number): { name: string; total: number } {
  const { metric } = request;
  if (isShapley(metric)) return { name: 'Shapley values', total: samplesAsked(metric, units, request) };
  return {
    name:
      isStatic(metric) || isGradient(metric)
        ? `Influence (${metric})`
        : isRecovered(metric)
          ? 'Leave-one-out after recovery'
          : 'Leave-one-out',
    total: units,
  };
}
