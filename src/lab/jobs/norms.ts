import type { NormsReport, On } from '../contract';
import { measureNorms } from '../measure/norms';
import { fractionMeter } from '../running/progress';
import type { Job } from './job';

/** Update norms and block-to-block angles, one pass of the full model. */
export const norms: Job<On, NormsReport> = {
  async run(desk, { calibration }, { signal, onProgress }) {
    const meter = fractionMeter(onProgress, 'Update norms');
    return measureNorms(await desk.calibrate(calibration), { signal, onProgress: meter });
  },
};
