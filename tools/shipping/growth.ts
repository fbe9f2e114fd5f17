import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Calibration, GrowthReport } from '../../src/lab/contract';
import { BUNDLED_SERIES } from '../../src/lab/files/growth-file';
import { growth } from '../../src/lab/jobs/growth';
import { GROWTH_INDEX, readGrowthIndex } from '../../src/lab/place/bundled-model';
import { isPlain, isUsual, METRIC_NAMES } from '../../src/pruning/metrics';
import type { Place } from './place';
import type { KeptWork } from './work';

/** Those that the page shows first. */
const METRICS = METRIC_NAMES.filter(isPlain).filter(isUsual);
/** Asked of each checkpoint. */
const TASK = { task: 'school', limit: 100 };

/** Measures the bundled checkpoints, a report a metric; a run that was cut goes on behind the last of them. */
export async function measureGrowth(
  place: Place,
  work: KeptWork,
  root: string,
  calibration: Calibration,
): Promise<GrowthReport[]> {
  const checkpoints = readGrowthIndex(await readFile(join(root, 'public', GROWTH_INDEX), 'utf8'));
  const reports: GrowthReport[] = [];
  for (const metric of METRICS) {
    const name = `growth, ${metric}`;
    const request = { series: BUNDLED_SERIES, checkpoints, metric, task: TASK, calibration };
    const report = await work.getOn<GrowthReport, GrowthReport>(name, (resume, keep) =>
      place.run(growth, { ...request, resume }, name, { onPoint: (_, soFar) => keep(soFar) }),
    );
    const [failure] = report.failures;
    if (failure) throw new Error(`${failure.name} could not be measured: ${failure.message}`);
    reports.push(report);
  }
  return reports;
}
