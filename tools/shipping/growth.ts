import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Reporter } from '../../src/cli/terminal';
import type { Calibration, GrowthReport } from '../../src/lab/contract';
import { BUNDLED_SERIES } from '../../src/lab/files/growth-file';
import { SHIPPED_GROWTH, shippedGrowthFile } from '../../src/lab/files/shipped-file';
import { createLab } from '../../src/lab/lab';
import { nodeEnvironment } from '../../src/lab/place/node';
import { isPlain, isUsual, METRIC_NAMES } from '../../src/pruning/metrics';

/** Those that the page shows first. */
const METRICS = METRIC_NAMES.filter(isPlain).filter(isUsual);
/** Asked of each checkpoint. */
const TASK = { task: 'school', limit: 100 };
/** One of each kind of text that Sapling knows, so that nine models are measured in minutes. */
const TEXT = 'public/calibration/sapling.txt';
const SEQ_LEN = 256;

/** The bundled checkpoints measured: public/models/sapling/growth/results.json. */
export async function shipGrowth(root: string, reporter: Reporter): Promise<void> {
  const lab = createLab(nodeEnvironment(root));
  const { vendor, description } = await lab.start();
  const calibration: Calibration = { text: await readFile(join(root, TEXT), 'utf8'), seqLen: SEQ_LEN };
  const checkpoints = await lab.bundledCheckpoints();
  const reports: GrowthReport[] = [];
  for (const metric of METRICS) {
    const request = { series: BUNDLED_SERIES, checkpoints, metric, task: TASK, calibration };
    reporter.note(`Growth, ${metric}`);
    const report = await lab.growth(request, { job: metric, onProgress: reporter.progress });
    const [failure] = report.failures;
    if (failure) throw new Error(`${failure.name} could not be measured: ${failure.message}`);
    reports.push(report);
  }
  const adapter = [vendor, description.split(/[:(]/)[0]!.trim()].filter(Boolean).join(' ');
  await writeFile(join(root, 'public', SHIPPED_GROWTH), shippedGrowthFile(reports, adapter));
}
