import { LopperError } from '../errors';
import type { Cost, JobOptions, LabItself } from './contract';
import { curve } from './jobs/curve';
import { evaluate } from './jobs/evaluate';
import { examine } from './jobs/examine';
import { generate } from './jobs/generate';
import { growth } from './jobs/growth';
import { influence } from './jobs/influence';
import type { Job } from './jobs/job';
import { meanUpdates } from './jobs/mean-updates';
import { norms } from './jobs/norms';
import { plan } from './jobs/plan';
import { recover, recoverEach, recoverStrengths } from './jobs/recover';
import { score } from './jobs/score';
import { scorePublished } from './jobs/score-published';
import { tokenInfluence } from './jobs/token-influence';
import { train } from './jobs/train';

/** Every job of the lab, by the name of the method that asks for it. */
export const JOBS = {
  score,
  scorePublished,
  influence,
  curve,
  plan,
  norms,
  tokenInfluence,
  growth,
  generate,
  evaluate,
  meanUpdates,
  recover,
  recoverEach,
  recoverStrengths,
  train,
  examine,
};

type Jobs = typeof JOBS;
export type JobName = keyof Jobs;
type Types<N extends JobName> =
  Jobs[N] extends Job<infer Request, infer Report, infer Events>
    ? { request: Request; report: Report; options: JobOptions & Events }
    : never;

/** A method for each job: `lab.score({ calibration, masks }, { job: 'mine', onProgress })`. */
export type JobMethods = {
  readonly [N in JobName]: (request: Types<N>['request'], options: Types<N>['options']) => Promise<Types<N>['report']>;
};

/** These methods, each of which has its job run. */
export function jobMethods(
  run: (job: Job<never, unknown>, request: never, options: JobOptions) => Promise<unknown>,
): JobMethods {
  const jobs: readonly (readonly [string, Job<never, unknown>])[] = Object.entries(JOBS);
  const methods = jobs.map(([name, job]) => [name, (...asked: [never, JobOptions]) => run(job, ...asked)]);
  return Object.fromEntries(methods);
}

/** All that the page and the command line may ask. */
export interface Lab extends LabItself, JobMethods {
  /**
   * What a job would take, at most; undefined for those that cannot tell. A text is read on the way to it, which the job
   * then need not do again, and a few tokens are walked where the model's pace is not known. Rejects as the job would.
   */
  cost<N extends JobName>(job: N, request: Types<N>['request']): Promise<Cost | undefined>;
  /**
   * The report on a whole request from those on its parts: all of them, in their order. The same to the bit as one run
   * gives. Throws `usage` for a job that is not done in parts, `result-invalid`.
   */
  merge<N extends JobName>(job: N, parts: readonly Types<N>['report'][]): Promise<Types<N>['report']>;
}

/** As `Lab.merge` says: the whole of a job's parts. */
export function mergeParts(name: JobName, parts: readonly never[]): never {
  const job: Job<never, never> = JOBS[name] as Job<never, never>;
  if (!job.merge) throw new LopperError('usage', `A job of ${name} is not done in parts.`, 'Run it whole.');
  return job.merge(parts);
}
