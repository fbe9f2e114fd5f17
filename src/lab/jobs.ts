import type { JobOptions, LabItself } from './contract';
import { curve } from './jobs/curve';
import { evaluate } from './jobs/evaluate';
import { generate } from './jobs/generate';
import { growth } from './jobs/growth';
import { influence } from './jobs/influence';
import type { Job } from './jobs/job';
import { norms } from './jobs/norms';
import { score } from './jobs/score';
import { tokenInfluence } from './jobs/token-influence';

/** Every job of the lab, by the name of the method that asks for it. */
export const JOBS = { score, influence, curve, norms, tokenInfluence, growth, generate, evaluate };

/** A method for each job: `lab.score({ calibration, masks }, { job: 'mine', onProgress })`. */
export type JobMethods = {
  readonly [N in keyof typeof JOBS]: (typeof JOBS)[N] extends Job<infer Request, infer Report, infer Events>
    ? (request: Request, options: JobOptions & Events) => Promise<Report>
    : never;
};

/** All that the page and the command line may ask. */
export interface Lab extends LabItself, JobMethods {}
