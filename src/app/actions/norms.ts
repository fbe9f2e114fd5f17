import type { TokenInfluenceReport } from '../../lab/contract';
import { calibrationOf, hereOrigin } from '../store/measuring';
import { changeOpen, store } from '../store/store';
import { lab, runJob } from './jobs';
import { named } from './named';

/** Measures update norms and angles between blocks on the calibration text, in one pass of the full model. */
export async function measureNorms(): Promise<void> {
  const s = store.getState();
  const from = { origin: hereOrigin(s), text: s.calibration.source };
  await runJob({
    slot: 'norms',
    label: 'Update norms',
    failure: 'The norms could not be measured',
    run: (options) => named(calibrationOf(s), (calibration) => lab().norms({ calibration }, options)),
    show: (report) => changeOpen({ norms: { report, ...from } }),
  });
}

/** Measures what every unit does to every token of a text. */
export async function measureTokens(text: string, metric: TokenInfluenceReport['metric']): Promise<void> {
  const origin = hereOrigin(store.getState());
  await runJob({
    slot: 'tokens',
    label: 'Influence token by token',
    failure: 'The tokens could not be measured',
    run: (options) => lab().tokenInfluence({ text, metric }, options),
    show: (report) => changeOpen({ tokenInfluence: { report, origin, text } }),
  });
}
