/**
 * Computes the results that ship with the bundled model, on this machine's adapter, through the same lab as the page:
 * `npm run ship-results` writes public/models/sapling/results.json.
 */
import { createHash } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Reporter } from '../src/cli/terminal';
import type { Calibration, GrowthReport, InfluenceReport, JobOptions } from '../src/lab/contract';
import { BUNDLED_SERIES } from '../src/lab/files/growth-file';
import {
  SHIPPED_GROWTH,
  SHIPPED_RESULTS,
  type ShippedResults,
  shippedFile,
  shippedGrowthFile,
} from '../src/lab/files/shipped-file';
import type { Lab } from '../src/lab/jobs';
import { createLab } from '../src/lab/lab';
import { nodeEnvironment } from '../src/lab/place/node';
import { UNIT_NAMES } from '../src/model/units';
import { isPlain, isUsual, METRIC_NAMES } from '../src/pruning/metrics';

const CALIBRATION = 'calibration/sapling.txt';
/** Tokens a window, as in the page. */
const SEQ_LEN = 256;
/** Those that the page shows first. */
const METRICS = METRIC_NAMES.filter(isPlain).filter(isUsual);
/** Items of each task; more only narrow the intervals. */
const TASKS = [
  { task: 'school', limit: undefined },
  { task: 'school_letters', limit: undefined },
  { task: 'school_math', limit: undefined },
];

/** Asked of each checkpoint. */
const GROWTH_TASK = { task: 'school', limit: 100 };

export async function main(_: readonly string[], root: string): Promise<number> {
  const reporter = new Reporter(process.stderr, false);
  const lab = createLab(nodeEnvironment(root, { onSoftware: (driver) => reporter.note(`Computing on ${driver}.`) }));
  const job = (name: string): JobOptions => {
    reporter.note(name);
    return { job: name, onProgress: reporter.progress };
  };
  const { vendor, description } = await lab.start();
  const model = await lab.open({ kind: 'bundled' }, job('Opening sapling'));
  const text = await readFile(join(root, 'public', CALIBRATION), 'utf8');
  const calibration = { text, seqLen: Math.min(SEQ_LEN, model.context) };
  const [full] = await lab.score({ calibration, masks: [[]] }, job('Loss'));
  const { loss, perplexity, tokens } = full!;
  const influence: InfluenceReport[] = [];
  for (const metric of METRICS) {
    for (const unit of UNIT_NAMES)
      influence.push(await lab.influence({ calibration, metric, unit }, job(`${metric}, ${unit}`)));
  }
  const results: Omit<ShippedResults, 'format' | 'version'> = {
    model,
    calibration: {
      source: CALIBRATION,
      tokens: influence[0]!.tokens,
      sha256: createHash('sha256').update(text).digest('hex'),
    },
    score: { loss, perplexity, tokens },
    influence,
    evaluations: await evaluations(lab, job),
    madeBy: {
      lopper: JSON.parse(await readFile(join(root, 'package.json'), 'utf8')).version,
      // "llvmpipe: Mesa 25.0.7 (LLVM 15.0.6)" is more than a caption can hold.
      adapter: [vendor, description.split(/[:(]/)[0]!.trim()].filter(Boolean).join(' '),
      dtype: model.dtype,
    },
  };
  await writeFile(join(root, 'public', SHIPPED_RESULTS), shippedFile(results));
  await shipGrowth(lab, calibration, results.madeBy.adapter, root, job);
  reporter.clear();
  const accuracies = results.evaluations.map((e) => `${e.task} ${e.results[0]!.accuracy.toFixed(3)}`);
  console.log(`sapling: loss ${loss.toFixed(4)} over ${tokens} tokens; ${accuracies.join(', ')}`);
  return 0;
}

/** The bundled checkpoints measured: public/models/sapling/growth/results.json. */
async function shipGrowth(
  lab: Lab,
  calibration: Calibration,
  adapter: string,
  root: string,
  job: (name: string) => JobOptions,
): Promise<void> {
  const checkpoints = await lab.bundledCheckpoints();
  const reports: GrowthReport[] = [];
  for (const metric of METRICS) {
    const request = { series: BUNDLED_SERIES, checkpoints, metric, task: GROWTH_TASK };
    const report = await lab.growth({ ...request, calibration }, job(`Growth, ${metric}`));
    const [failure] = report.failures;
    if (failure) throw new Error(`${failure.name} could not be measured: ${failure.message}`);
    reports.push(report);
  }
  await writeFile(join(root, 'public', SHIPPED_GROWTH), shippedGrowthFile(reports, adapter));
}

async function evaluations(lab: Lab, job: (name: string) => JobOptions): Promise<ShippedResults['evaluations']> {
  const reports: ShippedResults['evaluations'][number][] = [];
  for (const { task, limit } of TASKS) {
    const { items: _, ...report } = await lab.evaluate({ task, limit, masks: [[]] }, job(task));
    reports.push(report);
  }
  return reports;
}
