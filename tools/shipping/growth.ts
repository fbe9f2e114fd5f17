import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Reporter } from '../../src/cli/terminal';
import { sha256Of } from '../../src/formats/sha256';
import type { Calibration, GrowthReport } from '../../src/lab/contract';
import { readExam } from '../../src/lab/exam/exam';
import { examinee } from '../../src/lab/exam/examinee';
import { BUNDLED_SERIES } from '../../src/lab/files/growth-file';
import { calibrationKey } from '../../src/lab/measure/calibrated';
import { measureGrowth as measure } from '../../src/lab/measure/growth';
import { openTask } from '../../src/lab/measure/task-worth';
import { GROWTH_INDEX, readGrowthIndex } from '../../src/lab/place/bundled-model';
import { isPlain, isUsual, METRIC_NAMES } from '../../src/pruning/metrics';
import type { Shipping } from './arguments';
import { openPlaces, type Place } from './place';
import type { KeptWork } from './work';

/** Those that the page shows first. */
const METRICS = METRIC_NAMES.filter(isPlain).filter(isUsual);
/** Asked of each checkpoint. */
const TASK = { task: 'school', limit: 100 };

/**
 * Measures the bundled checkpoints, a report a metric, each checkpoint at the place that is quickest for it; a run that was
 * cut goes on behind the last of them.
 */
export async function measureGrowth(
  asked: Shipping,
  { desk: { environment } }: Place,
  work: KeptWork,
  root: string,
  calibration: Calibration,
  reporter: Reporter,
): Promise<GrowthReport[]> {
  const checkpoints = readGrowthIndex(await readFile(join(root, 'public', GROWTH_INDEX), 'utf8'));
  const { dataSha256 } = await readExam(TASK, environment);
  const calibrationSha256 = await sha256Of(await calibrationKey(calibration));
  const reports: GrowthReport[] = [];
  for (const metric of METRICS) {
    const request = { series: BUNDLED_SERIES, checkpoints, metric, task: TASK };
    const report = await work.getOn<GrowthReport, GrowthReport>(`growth, ${metric}`, (resume, keep) =>
      measure(
        { ...request, resume },
        calibrationSha256,
        async ({ name, request }) => {
          reporter.note(`${metric}, ${name}`);
          const { fast } = await openPlaces(request, asked, root, reporter);
          const task = await openTask(TASK, examinee(fast.model), environment);
          return { engine: fast.model.engine, calibrated: await fast.desk.calibrate(calibration), task };
        },
        { dataSha256, onPoint: (_, soFar) => keep(soFar) },
      ),
    );
    const [failure] = report.failures;
    if (failure) throw new Error(`${failure.name} could not be measured: ${failure.message}`);
    reports.push(report);
  }
  return reports;
}
