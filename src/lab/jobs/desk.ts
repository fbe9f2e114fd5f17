import { LopperError } from '../../errors';
import { maskFromSublayers } from '../../pruning/mask';
import type { Calibration, NamedCalibration, Pruning } from '../contract';
import type { AnswerBook } from '../exam/evaluate-answers';
import { branchOf } from '../measure/branch';
import type { Calibrated } from '../measure/calibrated';
import type { Calibrations } from '../measure/calibrations';
import type { Device } from '../place/device';
import type { Environment } from '../place/environment';
import type { OpenModel } from '../place/model';

/** What a job finds laid out for it: the model that is open as it begins, and what was measured on it before. */
export class Desk {
  constructor(
    readonly environment: Environment,
    readonly device: Device,
    readonly open: OpenModel | undefined,
    readonly calibrations: Calibrations,
    /** Answers the open model has given to benchmarks. */
    readonly answers: AnswerBook,
  ) {}

  /** With what its walks may take of memory. Throws `usage` where none is open. */
  get model(): OpenModel {
    return this.open ?? noModel();
  }

  /** A calibration on the open model, with all that was measured there. Throws `calibration-unknown`. */
  calibrate(calibration: Calibration | NamedCalibration): Promise<Calibrated> {
    return this.calibrations.on(calibration, this.model);
  }

  /** A calibration as it was given. Throws `calibration-unknown`. */
  read(calibration: Calibration | NamedCalibration): Calibration {
    return this.calibrations.read(calibration);
  }
}

export function noModel(): never {
  throw new LopperError('model-missing', 'No model is open.', 'Open one first.');
}

/**
 * What is left out, and what stands in its place, as the engine takes it. Throws `mask-mismatch` for blocks that the model
 * lacks, and for a module that stands where nothing is dropped.
 */
export function branchOfMask({ report }: OpenModel, pruning: Pruning) {
  const { dropped, modules } = 'dropped' in pruning ? pruning : { dropped: pruning, modules: [] };
  return branchOf({ mask: maskFromSublayers(report.blocks, dropped), modules });
}
