import type { Calibration } from '../contract';
import type { Environment } from '../place/environment';
import type { OpenModel } from '../place/model';
import { Calibrated, calibrationKey } from './calibrated';
import { windowsOf } from './windows-of';

/** Calibrations whose measurements are kept. */
const KEPT = 4;

/** The calibrations that the open model was measured on of late. */
export class Calibrations {
  readonly #calibrated = new Map<string, Calibrated>();

  constructor(readonly environment: Environment) {}

  /** A calibration on the open model. Throws what reading its windows throws. */
  async of(calibration: Calibration, model: OpenModel): Promise<Calibrated> {
    const key = await calibrationKey(calibration);
    let found = this.#calibrated.get(key);
    if (!found) {
      found = new Calibrated(model.engine, await windowsOf(calibration, model, this.environment));
      if (this.#calibrated.size >= KEPT) this.#calibrated.delete(this.#calibrated.keys().next().value!);
      this.#calibrated.set(key, found);
    }
    return found;
  }

  /** To be called when measurements mean nothing any more: with another model, on another device, with other items. */
  clear(): void {
    this.#calibrated.clear();
  }
}
