import { sha256Of } from '../../formats/sha256';
import type { Checkpoint, GrowthPoint, GrowthReport, GrowthRequest, On, TaskRequest } from '../contract';
import { shareOf } from '../contract/part';
import { readExam } from '../exam/exam';
import { examinee } from '../exam/examinee';
import { Calibrated, calibrationKey } from '../measure/calibrated';
import { measureGrowth, mergeGrowth } from '../measure/growth';
import { openTask } from '../measure/task-worth';
import { windowsOf } from '../measure/windows-of';
import { loadModel, readModel } from '../place/model';
import { ProgressMeter } from '../running/progress';
import { type Job, partGoneOn } from './job';

/** Influence at one checkpoint after another; the open model stays open. `soFar` can be gone on from. */
export const growth: Job<
  On<GrowthRequest>,
  GrowthReport,
  { readonly onPoint?: (point: GrowthPoint, soFar: GrowthReport) => void }
> = {
  opensItsOwn: true,
  async run(desk, { calibration: given, ...request }, { signal, onProgress, onPoint }) {
    const { device, environment } = desk;
    const calibration = desk.read(given);
    if (request.part && request.resume) throw partGoneOn();
    const [first, end] = shareOf(request.checkpoints.length, request.part);
    const length = end - first;
    const meter = new ProgressMeter(length, 'steps', onProgress);
    const open = async (checkpoint: Checkpoint, step: (fraction: number) => void) => {
      const files = await environment.files(checkpoint.request, () => undefined);
      const { precision, stay } = checkpoint.request;
      const found = await readModel(files, { signal, precision, stay });
      const onLoad = (done: number, total: number) => step(done / total);
      const model = await loadModel(device, found, { signal, onLoad });
      try {
        return {
          engine: model.engine,
          calibrated: new Calibrated(model.engine, await windowsOf(calibration, model, environment)),
          task: request.task && (await openTask(request.task, examinee(model), environment)),
        };
      } catch (error) {
        // A text that this checkpoint cannot read leaves none of its weights on the device.
        model.engine.dispose();
        throw error;
      }
    };
    const itemsOf = async (task?: TaskRequest) => task && (await readExam(task, environment)).dataSha256;
    const own = 'task' in calibration ? await itemsOf({ ...calibration, shots: 0 }) : '';
    return measureGrowth(request, await sha256Of((await calibrationKey(calibration)) + own), open, {
      ...{ signal, onPoint },
      dataSha256: await itemsOf(request.task),
      onProgress: (done, name) => meter.update(done, `${name}, ${Math.floor(done) + 1} of ${length}`),
    });
  },
  merge: mergeGrowth,
};
