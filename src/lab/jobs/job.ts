import { LopperError } from '../../errors';
import type { Progress } from '../contract';
import type { Work } from '../measure/work';
import type { Desk } from './desk';

/**
 * What the lab can be asked to work out: a request, plain data, becomes a report. A new one is a file beside this, a line in
 * `jobs.ts`, and a command and a panel that ask for it.
 */
export interface Job<Request, Report, Events = object> {
  /** It needs no model to be open: it opens its own. */
  readonly opensItsOwn?: true;
  /** Rejects with a `LopperError`. */
  run(desk: Desk, request: Request, options: RunningJob & Events): Promise<Report>;
  /** What it will come to; absent where that cannot be told. Throws what the job itself would for such a request. */
  work?(desk: Desk, request: Request): Promise<Work>;
  /**
   * The request to make in the place of one during which the device was lost, to go on from where that had come to; undefined
   * where it had come to nothing new. Without it such a request fails.
   */
  goOn?(request: Request): unknown;
  /**
   * Puts the reports of a request's parts together, the same to the bit as of one run. They are given in their order, all
   * of them and all of one request. Needs no device and no model.
   */
  merge?(parts: readonly Report[]): Report;
}

/** A part is short, and done anew where it was cut. */
export const partGoneOn = (): LopperError =>
  new LopperError(
    'usage',
    'A part of the work is asked for, and a result to go on from.',
    'Run the part anew; more parts are shorter ones.',
  );

/** How a job is told to stop, and says how far it is. */
export interface RunningJob {
  readonly signal: AbortSignal;
  readonly onProgress?: (p: Progress) => void;
}
