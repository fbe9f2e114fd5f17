import type { Sublayer } from '../../model/units';
import { maskFromSublayers, toDropSet } from '../../pruning/mask';
import type { Calibration, NamedCalibration, Progress } from '../contract';
import type { AnswerBook } from '../exam/evaluate-answers';
import type { Calibrated } from '../measure/calibrated';
import type { Device } from '../place/device';
import type { Environment } from '../place/environment';
import type { OpenModel } from '../place/model';

/**
 * What the lab can be asked to work out: a request, plain data, becomes a report. A new one is a file beside this, a line in
 * `jobs.ts`, and a command and a panel that ask for it.
 */
export interface Job<Request, Report, Events = object> {
  /** It needs no model to be open: it opens its own. */
  readonly opensItsOwn?: true;
  /** Rejects with a `LopperError`. */
  run(desk: Desk, request: Request, options: RunningJob & Events): Promise<Report>;
  /** Puts together the reports of a request's parts, for work that several machines share. */
  merge?(parts: readonly Report[]): Report;
}

/** How a job is told to stop, and says how far it is. */
export interface RunningJob {
  readonly signal: AbortSignal;
  readonly onProgress?: (p: Progress) => void;
}

/** What a job finds laid out for it. */
export interface Desk {
  readonly environment: Environment;
  readonly device: Device;
  /** With what its walks may take of memory. Throws `usage` where none is open. */
  readonly model: OpenModel;
  /** Answers the open model has given to benchmarks. */
  readonly answers: AnswerBook;
  /** A calibration on the open model, with all that was measured there. Throws `calibration-unknown`. */
  calibrate(calibration: Calibration | NamedCalibration): Promise<Calibrated>;
  /** A calibration as it was given. Throws `calibration-unknown`. */
  read(calibration: Calibration | NamedCalibration): Calibration;
}

/** A mask as the engine takes it. Throws `mask-mismatch` for blocks that the model lacks. */
export const dropSet = ({ report }: OpenModel, mask: readonly Sublayer[]) =>
  toDropSet(maskFromSublayers(report.blocks, mask));
