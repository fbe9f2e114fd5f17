import { LopperError } from '../../errors';
import type { Calibration, NamedCalibration } from '../../lab/contract';
import { sameCalibration } from '../../lab/contract/asked';
import { lab } from './jobs';

/** Calibrations whose names are kept: fewer than the lab keeps itself, so that it mostly knows them. */
const MOST_NAMED = 4;

/** Those the lab was handed last, the newest first. */
let handed: readonly { readonly calibration: Calibration; readonly name: string }[] = [];
let names = 0;

/**
 * Asks the lab for something on a calibration by its name: the text goes to the worker once, not with every drop of a layer.
 * Where the lab does not know it any more it is handed over again.
 */
export async function named<T>(calibration: Calibration, ask: (on: NamedCalibration) => Promise<T>): Promise<T> {
  try {
    return await ask({ named: nameOf(calibration) });
  } catch (error) {
    if (!(error instanceof LopperError) || error.code !== 'calibration-unknown') throw error;
    handed = handed.filter((h) => !sameCalibration(h.calibration, calibration));
    return ask({ named: nameOf(calibration) });
  }
}

/** Waits for nothing: messages to the worker arrive in order, the calibration before what is asked of it. */
function nameOf(calibration: Calibration): string {
  const known = handed.find((h) => sameCalibration(h.calibration, calibration));
  const own = known ?? { calibration, name: `calibration ${++names}` };
  handed = [own, ...handed.filter((h) => h !== own)].slice(0, MOST_NAMED);
  if (!known) {
    void lab()
      .calibrate(own.name, calibration)
      .catch(() => undefined);
  }
  return own.name;
}
