import { FULL } from '../../engine/branch';
import { unitsOf } from '../../model/units';
import { channelsOf } from '../../recovery/fit';
import { unitOf } from '../../recovery/units';
import type { MeanUpdatesReport, MeanUpdatesRequest } from '../contract';
import { observeMoments } from '../measure/moments';
import { walkWork } from '../measure/work';
import { fractionMeter } from '../running/progress';
import { groundOf } from './ground';
import type { Job } from './job';

/** What every sublayer and every block adds on average, in one pass of the full model. */
export const meanUpdates: Job<MeanUpdatesRequest, MeanUpdatesReport> = {
  async run(desk, { calibration, skipFirst }, { signal, onProgress }) {
    const on = await desk.calibrate(calibration);
    const { blocks } = desk.model.report;
    const units = (['sublayer', 'block'] as const).flatMap((kind) => unitsOf(blocks, kind)).map(unitOf);
    const asked = units.map((unit) => ({ unit, skipFirst }));
    const { seen } = await observeMoments(on, FULL, asked, {
      signal,
      onProgress: fractionMeter(onProgress, 'Mean updates'),
    });
    return {
      tokens: on.tokens,
      units: units.map((unit, i) => {
        const channels = Float32Array.from(seen[i]!.t);
        const { norm, mean: channelMean, std: channelStd } = channelsOf(channels);
        return { unit, norm, channelMean, channelStd, channels };
      }),
    };
  },
  async work(desk, { calibration }) {
    return walkWork({ ...(await groundOf(desk, calibration)), scored: 0 }, [FULL]);
  },
};
