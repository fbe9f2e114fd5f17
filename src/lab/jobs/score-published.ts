import { FULL } from '../../engine/branch';
import { LopperError } from '../../errors';
import type { ScorePublishedRequest, ScoreReport } from '../contract';
import { Calibrated } from '../measure/calibrated';
import { times, walkWork } from '../measure/work';
import { openPublished } from '../place/model';
import { fractionMeter } from '../running/progress';
import { groundOf } from './ground';
import type { Job } from './job';

/**
 * Loss of the whole model on the calibration text with its weights as they are published, where those of the open one were
 * made smaller while loading: what the precision cost. They pass through GPU memory a few sublayers at a time, beside the
 * open model. Throws `usage` where the open model's weights are as published.
 */
export const scorePublished: Job<ScorePublishedRequest, ScoreReport> = {
  async run(desk, { calibration }, { signal, onProgress }) {
    const { device, model } = desk;
    if (!model.published) {
      throw new LopperError(
        'usage',
        'The weights of the open model are as they are published.',
        'Open it with weights of 8 or 4 bits (--precision q8) to see what they cost.',
      );
    }
    const { windows } = await desk.calibrate(calibration);
    const engine = await openPublished(device, model.published, signal);
    try {
      const meter = fractionMeter(onProgress, 'Scoring as published');
      const [report] = await new Calibrated(engine, windows).score([FULL], { signal, onProgress: meter });
      return report!;
    } finally {
      engine.dispose();
    }
  },
  async work(desk, { calibration }) {
    return times(1, walkWork(await groundOf(desk, calibration), [FULL]));
  },
};
