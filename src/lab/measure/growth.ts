import { FULL } from '../../engine/branch';
import type { EngineContract, RunOptions } from '../../engine/contract';
import { LopperError, throwIfCancelled } from '../../errors';
import { traitsOf } from '../../pruning/metrics';
import type { Accuracy, Checkpoint, GrowthMetric, GrowthPoint, GrowthReport, GrowthRequest } from '../contract';
import { difference, type GrowthFacts, growthPairs } from '../contract/asked';
import { shareOf } from '../contract/part';
import { notFinite } from '../running/finite';
import type { Calibrated } from './calibrated';
import { measureInfluence } from './influence';
import type { TaskWorth } from './task-worth';

/** A checkpoint on the device, as far as growth needs it. */
export interface Grown {
  readonly engine: EngineContract;
  readonly calibrated: Calibrated;
  /** The request's task, where it has one. */
  readonly task?: TaskWorth;
}

export interface GrowthOptions {
  /** Of the items that the request's task asks. */
  readonly dataSha256?: string;
  readonly signal?: AbortSignal;
  /** Checkpoints done; a part of one counts. */
  readonly onProgress?: (done: number, name: string) => void;
  readonly onPoint?: (point: GrowthPoint, soFar: GrowthReport) => void;
}

/**
 * Influence during training: one checkpoint after the other is opened, measured and freed again, so that one is in
 * memory at a time. A checkpoint that cannot be measured is listed with the reason, and the others stand; only where all
 * fail does the first failure throw. Throws `result-mismatch` for a report to go on from that was measured otherwise.
 */
export async function measureGrowth(
  request: GrowthRequest,
  calibrationSha256: string,
  open: (checkpoint: Checkpoint, onProgress: (fraction: number) => void) => Promise<Grown>,
  { signal, dataSha256, onProgress, onPoint }: GrowthOptions = {},
): Promise<GrowthReport> {
  const { series, metric, task, resume, part } = request;
  if (request.checkpoints.length === 0) {
    throw new LopperError('usage', 'No checkpoints are given.', 'Name revisions, or a folder of checkpoint folders.');
  }
  const checkpoints = request.checkpoints.slice(...shareOf(request.checkpoints.length, part));
  const asked = { series, calibrationSha256, metric, ...(task && { task: { ...task, dataSha256 } }) };
  if (resume) checkAlike(resume, asked);
  const points: GrowthPoint[] = [];
  const failures: { name: string; message: string }[] = [];
  let tokens = resume?.tokens ?? 0;
  let firstError: unknown;
  const report = (): GrowthReport => ({
    ...asked,
    tokens,
    points: [...points],
    failures: [...failures],
    partial: points.length + failures.length < checkpoints.length,
    ...(part && { part }),
  });
  for (const [i, checkpoint] of checkpoints.entries()) {
    throwIfCancelled(signal);
    const { name } = checkpoint;
    const known = resume?.points.find((p) => p.name === name);
    if (known) {
      points.push(known);
      onPoint?.(known, report());
      continue;
    }
    const step = (part: number) => onProgress?.(i + part, name);
    step(0);
    try {
      const grown = await open(checkpoint, (fraction) => step(0.5 * fraction));
      try {
        const measured = await measure(grown, metric, { signal, onProgress: (f) => step(0.5 + 0.5 * f) });
        tokens = measured.tokens;
        points.push({ name, step: checkpoint.step, ...measured.point });
      } finally {
        grown.engine.dispose();
      }
      onPoint?.(points.at(-1)!, report());
    } catch (error) {
      throwIfCancelled(signal);
      // A lost device or a bug would spoil every checkpoint that follows: only what the files or numbers say is noted.
      if (!(error instanceof LopperError) || error.code === 'device-lost') throw error;
      firstError ??= error;
      failures.push({ name, message: `${error.message} ${error.remedy}` });
    }
  }
  // Other parts may have some.
  if (points.length === 0 && !part) throw firstError;
  return report();
}

/** The whole of its parts, in their order. Throws `result-invalid` where no checkpoint at all could be measured. */
export function mergeGrowth(parts: readonly GrowthReport[]): GrowthReport {
  const [{ series, calibrationSha256, metric, task, partial }] = parts as [GrowthReport];
  const points = parts.flatMap((one) => one.points);
  const failures = parts.flatMap((one) => one.failures);
  const [failed] = failures;
  if (points.length === 0 && failed) {
    throw new LopperError(
      'result-invalid',
      `No checkpoint was measured; ${failed.name}: ${failed.message}`,
      'See to that, and run the parts again.',
    );
  }
  const tokens = Math.max(...parts.map((one) => one.tokens));
  return { series, calibrationSha256, metric, ...(task && { task }), tokens, points, failures, partial };
}

/** Throws `result-mismatch`, naming what differs: points that were measured otherwise cannot stand beside new ones. */
function checkAlike(before: GrowthFacts, asked: GrowthFacts): void {
  const other = difference(growthPairs(before, asked));
  if (!other) return;
  const [name, was, is] = other;
  throw new LopperError(
    'result-mismatch',
    `The result to go on from has the ${name} ${was ?? 'none'}, and ${is ?? 'none'} is asked for.`,
    'Ask for what it was measured with, or start anew without it.',
  );
}

async function measure(
  { calibrated, task }: Grown,
  metric: GrowthMetric,
  { signal, onProgress }: RunOptions,
): Promise<{ tokens: number; point: Omit<GrowthPoint, 'name' | 'step'> }> {
  const parts = task ? 3 : 2;
  const part = (n: number): RunOptions => ({ signal, onProgress: (f) => onProgress?.((n + f) / parts) });
  const [full] = await calibrated.score([FULL], part(0));
  const block = await measureInfluence(calibrated, metric, 'block', part(0));
  const sublayer = await measureInfluence(calibrated, metric, 'sublayer', part(1));
  const base = traitsOf(metric).base === 'full-loss' ? full!.loss : 0;
  const values = sublayer.values.map((v) => v - base);
  return {
    tokens: block.tokens,
    point: {
      loss: full!.loss,
      block: block.values.map((v) => v - base),
      attn: values.filter((_, i) => i % 2 === 0),
      ffn: values.filter((_, i) => i % 2 === 1),
      ...(task && { accuracy: await accuracyOn(task, part(2)) }),
    },
  };
}

/** Throws `not-finite` where the checkpoint gives no numbers. */
async function accuracyOn(task: TaskWorth, options: RunOptions): Promise<Accuracy> {
  const [accuracy] = await task.accuracies([FULL], options);
  if (accuracy) return accuracy;
  throw notFinite(FULL);
}
