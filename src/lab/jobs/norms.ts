import { FULL } from '../../engine/branch';
import type { NormsReport, On } from '../contract';
import { measureNorms } from '../measure/norms';
import { walkWork } from '../measure/work';
import { fractionMeter } from '../running/progress';
import { groundOf } from './ground';
import type { Job } from './job';

/** Update norms and block-to-block angles, one pass of the full model. */
export const norms: Job<On, NormsReport> = {
  async run(desk, { calibration }, { signal, onProgress }) {
    const meter = fractionMeter(onProgress, 'Update norms');
    return measureNorms(await desk.calibrate(calibration), { signal, onProgress: meter });
  },
  async work(desk, { calibration }) {
    return walkWork(await groundOf(desk, calibration), [FULL]);
  },
};
