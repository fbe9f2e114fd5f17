import type { Precision } from '../../model/precision';
import { pairedLoss } from '../../pruning/paired-loss';
import { calibrationOf } from '../store/measuring';
import { changeOpen, store } from '../store/store';
import { lab, runJob } from './jobs';
import { named } from './named';
import { openAgain } from './open-model';

/** Opens the model that is open anew, its weights as published or made smaller. */
export const openAtPrecision = (precision: Precision): Promise<void> => openAgain({ precision });

/** Measures what the smaller weights cost: the full model's loss with them beside that with its weights as published. */
export async function measurePrecision(): Promise<void> {
  const s = store.getState();
  const text = s.calibration.source;
  await runJob({
    slot: 'precision',
    label: 'Cost of the precision',
    failure: 'The cost of the precision could not be measured',
    run: (options) =>
      named(calibrationOf(s), async (calibration) => {
        const [made] = await lab().score({ calibration, masks: [[]] }, options);
        const published = await lab().scorePublished({ calibration }, options);
        return { published: published.loss, cost: pairedLoss(published.parts, made!.parts), text };
      }),
    show: (precisionCost) => changeOpen({ precisionCost }),
  });
}
