import { LopperError } from '../../errors';
import type { Calibration, NamedCalibration } from '../contract';
import type { Environment } from '../place/environment';
import type { OpenModel } from '../place/model';
import { Calibrated, calibrationKey } from './calibrated';
import { windowsOf } from './windows-of';

/** Calibrations whose measurements are kept. */
const MOST_MEASURED = 4;
/** Calibrations that can be named. */
const MOST_NAMED = 8;

/** The calibrations that can be named, and what the open model measured on the last few. */
export class Calibrations {
  readonly #named = new Map<string, Calibration>();
  #calibrated = new Map<string, Calibrated>();

  constructor(readonly environment: Environment) {}

  /** Gives a calibration its name. */
  name(name: string, calibration: Calibration): void {
    this.#calibrated.delete(keyOfName(name));
    this.#named.delete(name);
    this.#named.set(name, calibration);
    forgetOldest(this.#named, MOST_NAMED);
  }

  /** A calibration that is given, or named. Throws `calibration-unknown`. */
  read(calibration: Calibration | NamedCalibration): Calibration {
    if (!('named' in calibration)) return calibration;
    const known = this.#named.get(calibration.named);
    if (known) return known;
    throw new LopperError(
      'calibration-unknown',
      `There is no calibration named "${calibration.named}" (any more).`,
      'Hand it over again.',
    );
  }

  /** A calibration on the open model. Throws `calibration-unknown` and what reading its windows throws. */
  async on(calibration: Calibration | NamedCalibration, model: OpenModel): Promise<Calibrated> {
    const read = this.read(calibration);
    const key = 'named' in calibration ? keyOfName(calibration.named) : await calibrationKey(read);
    // What is cleared while the windows are read is not added to.
    const calibrated = this.#calibrated;
    let found = calibrated.get(key);
    if (!found) {
      found = new Calibrated(model.engine, await windowsOf(read, model, this.environment));
      calibrated.set(key, found);
      forgetOldest(calibrated, MOST_MEASURED);
    }
    return found;
  }

  /** To be called when measurements mean nothing any more: with another model, on another device, with other items. */
  clear(): void {
    this.#calibrated = new Map();
  }
}

const keyOfName = (name: string) => `named ${name}`;

function forgetOldest(entries: Map<string, unknown>, most: number): void {
  if (entries.size > most) entries.delete(entries.keys().next().value!);
}
