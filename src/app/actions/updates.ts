import { calibrationOf, hereOrigin } from '../store/measuring';
import { changeOpen, store } from '../store/store';
import { lab, runJob } from './jobs';
import { named } from './named';

/** Measures what every unit adds on average on the calibration text, first positions in or out as for a recovery. */
export async function measureUpdates(): Promise<void> {
  const s = store.getState();
  const from = { origin: hereOrigin(s), text: s.calibration.source };
  const skipFirst = s.recovery.skipFirst ? 1 : 0;
  await runJob({
    slot: 'updates',
    label: 'Mean updates',
    failure: 'The mean updates could not be measured',
    run: (options) => named(calibrationOf(s), (calibration) => lab().meanUpdates({ calibration, skipFirst }, options)),
    show: (report) => changeOpen({ updates: { report, ...from } }),
  });
}
