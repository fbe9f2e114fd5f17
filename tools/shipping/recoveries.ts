/** What stands in for dropped layers of Sapling, and what it is worth, beforehand. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { MENDED, MENDERS } from '../../src/app/words/lessons/mend';
import type {
  Calibration,
  CurveRecovery,
  CurveReport,
  InfluenceReport,
  On,
  RecoverReport,
  TrainingRun,
  TrainReport,
  TrainRequest,
} from '../../src/lab/contract';
import {
  readShippedDetails,
  type ShippedDetails,
  type ShippedRecoveredCurve,
  type ShippedRecovery,
  shippedDetailsFile,
} from '../../src/lab/files/shipped-file';
import { curve } from '../../src/lab/jobs/curve';
import { evaluate } from '../../src/lab/jobs/evaluate';
import { influence } from '../../src/lab/jobs/influence';
import { recover } from '../../src/lab/jobs/recover';
import { train } from '../../src/lab/jobs/train';
import { PLAIN_UNITS } from '../../src/model/units';
import { parseDropList } from '../../src/pruning/drop-list';
import { isRecovered, METRIC_NAMES } from '../../src/pruning/metrics';
import { ofMask } from './named';
import type { Place } from './place';
import type { KeptWork } from './work';

/** What training by distillation is asked for. */
const DISTILLED = { steps: 40, lr: 5e-3, batch: 4 } as const;

/** What stands in on the way of a curve. */
const CURVE_MENDERS: readonly CurveRecovery[] = [{ method: 'mean' }, { method: 'linear', rank: 8 }];

/** Tokens a window. */
export const SEQ_LEN = 128;
/** Every second window judges what was fitted on the others, as on the page. */
const HELD_OUT = 0.5;

/** What of the details speaks of what stands in. */
export type Recoveries = Required<Pick<ShippedDetails, 'curves' | 'recoveries' | 'influence'>>;

/** All of it, on the curves that there are. */
export async function measureRecoveries(
  place: Place,
  work: KeptWork,
  root: string,
  calibration: Calibration,
  curves: ShippedDetails['curves'],
): Promise<Recoveries> {
  return {
    influence: await measureRecovered(place, work, calibration),
    curves: await mendCurves(place, work, calibration, curves),
    recoveries: await mendMasks(place, work, root),
  };
}

/** Each mask of the lesson with each of its stand-ins, fitted on one half of the text and measured on both. */
async function mendMasks(place: Place, work: KeptWork, root: string): Promise<ShippedRecovery[]> {
  const found: ShippedRecovery[] = [];
  for (const { drop, source, tasks, distilled } of MENDED) {
    const text = await readFile(join(root, 'public', source), 'utf8');
    const calibration: Calibration = { text, seqLen: SEQ_LEN };
    const dropped = parseDropList(drop);
    const by: ShippedRecovery['by'] = [];
    let last: Pick<RecoverReport, 'loss' | 'tokens'> | undefined;
    for (const { method, rank } of distilled ? MENDERS : MENDERS.filter((one) => one.method !== 'distill')) {
      const name = `recovery of ${drop} on ${source}, ${method}${rank ? ` ${rank}` : ''}`;
      const asked = { calibration, heldOut: HELD_OUT, dropped, ...(rank && { rank }) };
      const report =
        method === 'distill'
          ? await distil(place, work, name, { ...asked, method, ...DISTILLED })
          : await work.get(name, () => place.run(recover, { ...asked, method }, name));
      const answered = [];
      for (const task of method === 'distill' ? [] : tasks) {
        const masks = [[], { dropped, modules: report.modules }];
        const ask = () => place.run(evaluate, { task, masks }, `${task}, ${name}`);
        const { items: _, ...answers } = await work.get(`${task}, ${name}`, ask);
        answered.push(ofMask(answers));
      }
      const loss = both(report.loss.recovered);
      by.push({ method, ...(rank && { rank }), loss, ...(answered[0] && { tasks: answered }) });
      last = report;
    }
    if (!last) continue;
    const { full, pruned } = last.loss;
    found.push({ drop, source, tokens: last.tokens as [number, number], full: both(full), pruned: both(pruned), by });
  }
  return found;
}

/** Trains, going on from where it was cut. */
const distil = (place: Place, work: KeptWork, name: string, request: On<TrainRequest>): Promise<TrainReport> =>
  work.getOn<TrainReport, TrainingRun>(name, (resume, onRun) =>
    place.run(train, { ...request, ...(resume && { resume, rank: undefined }) }, name, { onRun }),
  );

/** Leave-one-out after recovery, of every kind of unit. */
async function measureRecovered(place: Place, work: KeptWork, calibration: Calibration): Promise<InfluenceReport[]> {
  const found: InfluenceReport[] = [];
  for (const metric of METRIC_NAMES.filter(isRecovered)) {
    for (const unit of PLAIN_UNITS) {
      const name = `${metric}, ${unit}`;
      found.push(await work.get(name, () => place.run(influence, { metric, unit, calibration }, name)));
    }
  }
  return found;
}

/** What stands in at every point of the curves of blocks, attention and feed-forward chosen one by one. */
async function mendCurves(
  place: Place,
  work: KeptWork,
  calibration: Calibration,
  curves: ShippedDetails['curves'],
): Promise<ShippedDetails['curves']> {
  const mended: ShippedDetails['curves'] = [];
  for (const one of curves) {
    const { report, request } = one;
    const recovered: ShippedRecoveredCurve[] = [];
    for (const recover of report.strategy === 'greedy' && report.unit !== 'sublayer' ? CURVE_MENDERS : []) {
      const name = `curve ${report.strategy} ${report.unit}, ${recover.method}${recover.rank ? ` ${recover.rank}` : ''}`;
      const { points } = await work.getOn<CurveReport, CurveReport>(name, (before = report, keep) =>
        place.run(curve, { ...request, calibration, recover, resume: before }, name, {
          onPoint: (_, soFar) => keep(soFar),
        }),
      );
      recovered.push({ recover, losses: points.map((point) => rounded(point.recovered ?? Number.NaN)) });
    }
    mended.push(recovered.length > 0 ? { ...one, recovered } : one);
  }
  return mended;
}

export const rounded = (loss: number) => Number(loss.toFixed(5));

export const both = ([fitted, held = Number.NaN]: readonly [number, number?]): [number, number] => [
  rounded(fitted),
  rounded(held),
];

/** Measures them on the curves of a file of details that is there, and leaves all else in it as it is. */
export async function shipRecoveries(
  file: string,
  measure: (curves: ShippedDetails['curves']) => Promise<Recoveries>,
): Promise<void> {
  const details = readShippedDetails(await readFile(file, 'utf8'), file);
  await writeFile(file, shippedDetailsFile({ ...details, ...(await measure(details.curves)) }));
}
