import { FULL, without } from '../../engine/branch';
import { LopperError } from '../../errors';
import { sha256Of } from '../../formats/sha256';
import { sublayerIndex, sublayersOf } from '../../model/units';
import { formatDropList } from '../../pruning/drop-list';
import { maskFromSublayers } from '../../pruning/mask';
import { channelsOf, checkClosedRank, checkRank } from '../../recovery/fit';
import type { Placed, RecoveredUnit } from '../../recovery/module';
import { initAdam, PLAIN_RATES } from '../../recovery/training';
import { recoveredUnits, unitName } from '../../recovery/units';
import type { OnBoth, TrainEvents, TrainingRun, TrainReport, TrainRequest } from '../contract';
import { difference } from '../contract/asked';
import { TRAINING_DEFAULTS } from '../contract/train';
import type { Calibrated } from '../measure/calibrated';
import { observeMoments } from '../measure/moments';
import { DEFAULT_RANK, type FitTexts, recovered } from '../measure/recover';
import { type TrainingAsked, trainModules } from '../measure/train';
import { startOf } from '../measure/training-start';
import { plus, times, walkWork } from '../measure/work';
import { ProgressMeter } from '../running/progress';
import { lossesOf, pair, textsOf } from './fit-texts';
import { groundOn } from './ground';
import type { Job, RunningJob } from './job';
import { notesOnLoss, notesOnTokens } from './recovery-notes';

/** Where runs had come to, by what was asked: a device may be lost on the way. */
const runs = new WeakMap<TrainRequest, TrainingRun>();

/** Told at most so often, milliseconds, what can be gone on from: it may be megabytes. */
const RUN_MS = 1000;

/** Trains what stands in for dropped layers, and measures what it is worth on the text trained on and on other text. */
export const train: Job<TrainRequest, TrainReport, TrainEvents> = {
  async run(desk, request, { signal, onProgress, onStep, onRun }) {
    const { dropped, resume, start } = request;
    const init = request.init && [...request.init].sort((a, b) => lowest(a.unit) - lowest(b.unit));
    const mask = maskFromSublayers(desk.model.report.blocks, dropped);
    const units = unitsIn(request, mask.dropped, init ?? resume?.state.adapters);
    const asked = askedOf(request);
    checkAsked(request, asked, desk.model.report.width);
    const texts = await textsOf(desk, request.calibration, request.heldOut);
    const textSha256 = await sha256Of(JSON.stringify([texts.on.windows, texts.held?.windows]));
    if (resume) checkAlike(resume, { ...asked, textSha256 });
    // Where it begins counts as a step, and so do the losses at its end.
    const meter = new ProgressMeter(asked.steps + 2, 'steps', onProgress, undefined, resume && resume.state.step + 1);
    const step = (done: number) =>
      meter.update(1 + done, `Training, ${Math.min(asked.steps, Math.floor(done))} of ${asked.steps} steps`);
    const rank = request.method === 'bias' ? 0 : (request.rank ?? DEFAULT_RANK);
    const options = { rank, start, rates: asked.rates, seed: asked.seed };
    const begin =
      resume ??
      (await startOf(texts, units, options, init, {
        signal,
        onProgress: (f) => meter.update(f, 'Training, fitting where it begins'),
      }));
    let told = performance.now();
    const { run, diverged } = await trainModules(texts, begin, asked, textSha256, {
      ...{ signal, onStep, onProgress: step },
      onRun(run) {
        runs.set(request, run);
        if (performance.now() - told < RUN_MS) return;
        told = performance.now();
        onRun?.(run);
      },
    });
    onRun?.(run);
    const { modules } = run.best;
    const branches = [FULL, without(mask.dropped.map(sublayerIndex)), recovered(modules)];
    const losses = await lossesOf(texts, branches, { signal, onProgress: (f) => step(asked.steps + f) });
    const loss = { full: losses[0]!, pruned: losses[1]!, recovered: losses[2]! };
    const ranks = modules.map(({ module }) => module.map?.rank ?? 0);
    return {
      ...{ method: asked.method, rank: Math.max(...ranks), dropped: mask.dropped, modules, loss, run },
      ...(asked.method === 'mse' && { fit: asked.fit }),
      units: await unitsReport(texts, modules, { signal }),
      tokens: pair(texts, ({ tokens }) => tokens),
      notes: [
        ...(diverged
          ? [`${diverged}: training was stopped, and the best before it, after ${run.best.step} steps, was kept.`]
          : []),
        ...notesOnTokens(texts, Math.max(...ranks)),
        ...notesOnLoss(loss),
      ],
      ended: diverged ? 'diverged' : 'done',
    };
  },
  async work(desk, request) {
    const { dropped, calibration, heldOut, resume } = request;
    const { on, held } = await textsOf(desk, calibration, heldOut);
    const { steps, batch, method } = askedOf(request);
    const left = Math.max(0, steps - (resume?.state.step ?? 0));
    const part = batch === 'all' ? 1 : Math.min(1, batch / on.windows.length);
    const walked = (text: Calibrated) => walkWork(groundOn(desk, text), [FULL, without(dropped.map(sublayerIndex))]);
    // Backward every product is done twice, once for each of its sides or once again.
    const step = times(left * part * (method === 'mse' ? 1 : 3), walked(on));
    return [step, walked(on), ...(held ? [times(left + 2, walked(held))] : [])].reduce(plus);
  },
  goOn(request) {
    const run = runs.get(request);
    return run && { ...request, resume: run };
  },
};

const sublayersIn = ({ kind, block }: RecoveredUnit) => sublayersOf(kind, block).map(sublayerIndex);
const lowest = (unit: RecoveredUnit) => sublayersIn(unit)[0]!;

/** The units that modules stand in for: those of modules that there are, which must be for what is dropped. */
function unitsIn(
  { splitBlocks }: TrainRequest,
  dropped: TrainRequest['dropped'],
  placed: readonly Placed[] | undefined,
): RecoveredUnit[] {
  if (dropped.length === 0) {
    throw new LopperError('usage', 'Nothing is dropped, so there is nothing to recover.', 'Drop a layer first.');
  }
  if (!placed) return recoveredUnits(dropped, splitBlocks);
  const units = placed.map(({ unit }) => unit);
  const sorted = (indices: readonly number[]) => [...indices].sort((a, b) => a - b).join();
  if (sorted(units.flatMap(sublayersIn)) === sorted(dropped.map(sublayerIndex))) return units;
  throw new LopperError(
    'mask-mismatch',
    `The modules to begin with stand in for ${units.map(unitName).join(', ') || 'nothing'}, and ${formatDropList(dropped)} is dropped.`,
    'Drop what they were made for, or begin without them.',
  );
}

function askedOf(request: TrainRequest): TrainingAsked {
  const { steps, lr, schedule, batch, seed, rates } = {
    ...TRAINING_DEFAULTS,
    rates: 'scaled' as const,
    ...request.resume?.asked,
    ...defined(request),
  };
  return { method: request.method, fit: request.fit ?? 'corrected', steps, lr, schedule, batch, seed, rates };
}

const defined = <T extends object>(of: T): Partial<T> =>
  Object.fromEntries(Object.entries(of).filter(([, value]) => value !== undefined)) as Partial<T>;

function checkAsked(request: TrainRequest, { steps, lr, batch, seed }: TrainingAsked, width: number): void {
  const { method, fit, rank, init, start } = request;
  const whole = (value: number, least: number) => Number.isInteger(value) && value >= least;
  const wrong = [
    [!whole(steps, 1), `${steps} steps`, 'Give a whole number, 1 or more.'],
    [!(lr > 0 && Number.isFinite(lr)), `a learning rate of ${lr}`, 'Give a number above 0, such as 0.001.'],
    [batch !== 'all' && !whole(batch, 1), `${batch} windows a step`, 'Give a whole number, 1 or more, or all.'],
    [!Number.isInteger(seed), `the seed ${seed}`, 'Give a whole number.'],
    [fit !== undefined && method !== 'mse', `the streams "${fit}"`, 'Leave that out: it belongs to mse.'],
    [rank !== undefined && method === 'bias', `a rank of ${rank}`, 'Leave it out: a bias has none.'],
    [
      method === 'bias' && init?.some(({ module }) => module.map),
      'linear maps to begin with',
      'Begin with bias alone.',
    ],
    [init !== undefined && start !== undefined, 'modules to begin with and a start', 'Give one of them.'],
  ] as const;
  for (const [is, what, remedy] of wrong) {
    if (is) throw new LopperError('usage', `Training by ${method} was asked for with ${what}.`, remedy);
  }
  if (method !== 'bias' && !init && !request.resume) checkRank(rank ?? DEFAULT_RANK, width);
  if (start === 'closed' && method !== 'bias') checkClosedRank(rank ?? DEFAULT_RANK, width);
}

/** Throws `result-mismatch`, naming what differs: a run goes on as it was begun. */
function checkAlike({ asked: was, textSha256 }: TrainingRun, is: TrainingAsked & { textSha256: string }): void {
  const other = difference([
    ['method', was.method, is.method],
    ['streams', was.fit, is.fit],
    ['learning rate', was.lr, is.lr],
    ['schedule', was.schedule, is.schedule],
    ['number of windows a step', was.batch, is.batch],
    ['seed', was.seed, is.seed],
    ['rates', was.rates, is.rates],
    ['SHA-256 of the texts', textSha256, is.textSha256],
  ]);
  if (!other) return;
  const [name, before, now] = other;
  throw new LopperError(
    'result-mismatch',
    `The run to go on from has the ${name} ${before}, and ${now} is asked for.`,
    'Ask for what it was begun with, or begin anew without it.',
  );
}

/** What each unit adds in the full model, and how much of that its module gives there. */
async function unitsReport(
  { on, held }: FitTexts,
  modules: readonly Placed[],
  { signal }: RunningJob,
): Promise<TrainReport['units']> {
  const texts = [on, ...(held ? [held] : [])];
  const asked = modules.map(({ unit }) => ({ unit }));
  const seen = [];
  for (const text of texts) seen.push((await observeMoments(text, FULL, asked, { signal })).seen);
  const units = [];
  for (const [i, { unit, module }] of modules.entries()) {
    const { t: mean } = seen[0]![i]!;
    const r2: number[] = [];
    for (const [k, text] of texts.entries()) {
      const { t, tt, weight } = seen[k]![i]!;
      const all = tt.reduce((sum, v, j) => sum + v + weight * (t[j]! - mean[j]!) ** 2, 0);
      const trainer = await text.engine.trainer(initAdam([{ unit, module }], [PLAIN_RATES]), {
        kind: 'match',
        on: 'full',
      });
      try {
        const loss = await trainer.loss(
          text.trees.map(({ tree }) => tree),
          { signal },
        );
        r2.push(1 - (loss * weight * mean.length) / all);
      } finally {
        trainer.dispose();
      }
    }
    const { norm, mean: channelMean, std: channelStd } = channelsOf(mean);
    units.push({ unit, norm, channelMean, channelStd, r2: r2 as unknown as OnBoth });
  }
  return units;
}
