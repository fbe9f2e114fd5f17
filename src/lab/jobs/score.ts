import type { ScoreReport, ScoreRequest } from '../contract';
import { walkWork } from '../measure/work';
import { fractionMeter } from '../running/progress';
import { branchOfMask } from './desk';
import { groundOf } from './ground';
import type { Job } from './job';

/** Loss of each mask on the calibration text; masks share what they have in common. */
export const score: Job<ScoreRequest, ScoreReport[]> = {
  async run(desk, { calibration, masks, logits, windows = logits }, { signal, onProgress }) {
    const branches = masks.map((mask) => branchOfMask(desk.model, mask));
    const meter = fractionMeter(onProgress, 'Scoring');
    const on = await desk.calibrate(calibration);
    const reports = await on.score(branches, { signal, logits, onProgress: meter });
    return windows ? reports : reports.map(({ windows: _, ...whole }) => whole);
  },
  async work(desk, { calibration, masks }) {
    const branches = masks.map((mask) => branchOfMask(desk.model, mask));
    return walkWork(await groundOf(desk, calibration), branches);
  },
};
