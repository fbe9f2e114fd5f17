/** The texts that a recovery is fitted on, and judged on. */
import type { Branch } from '../../engine/branch';
import { LopperError } from '../../errors';
import type { Calibration, NamedCalibration, OnBoth, RecoverRequest } from '../contract';
import { Calibrated } from '../measure/calibrated';
import type { FitTexts } from '../measure/recover';
import type { Desk } from './desk';

/** What is fitted on, and what is held out. Throws `usage` where no text is left for one of them. */
export async function textsOf(
  desk: Desk,
  calibration: Calibration | NamedCalibration,
  heldOut: RecoverRequest['heldOut'],
): Promise<FitTexts> {
  const all = await desk.calibrate(calibration);
  if (heldOut === undefined) return { on: all };
  if (typeof heldOut !== 'number') return { on: all, held: await desk.calibrate(heldOut) };
  return part(all, heldOut);
}

function part(all: Calibrated, heldOut: number): FitTexts {
  const isHeld = (i: number) => Math.floor((i + 1) * heldOut) > Math.floor(i * heldOut);
  const windows = (held: boolean) => all.windows.filter((_, i) => isHeld(i) === held);
  // Of the halves there are, what was measured on them need not be again.
  if (heldOut === 0.5 && all.windows.length > 1) {
    const [on, held] = all.halves();
    return { on, held };
  }
  const [on, held] = [windows(false), windows(true)];
  if (on.length === 0 || held.length === 0) {
    throw new LopperError(
      'usage',
      `A share of ${heldOut} of ${all.windows.length} window${all.windows.length === 1 ? '' : 's'} leaves none to ${held.length === 0 ? 'hold out' : 'fit on'}.`,
      'Give a longer text, cut it into shorter windows, or hold out another text.',
    );
  }
  return { on: new Calibrated(all.engine, on), held: new Calibrated(all.engine, held) };
}

/** [branch]: its loss on each text. */
export async function lossesOf(
  texts: FitTexts,
  branches: readonly Branch[],
  { signal, onProgress }: { signal: AbortSignal; onProgress: (fraction: number) => void },
): Promise<OnBoth[]> {
  const all = [texts.on, ...(texts.held ? [texts.held] : [])];
  const found: number[][] = branches.map(() => []);
  for (const [t, text] of all.entries()) {
    const reports = await text.score(branches, { signal, onProgress: (f) => onProgress((t + f) / all.length) });
    for (const [b, { loss }] of reports.entries()) found[b]!.push(loss);
  }
  return found as unknown as OnBoth[];
}

export const pair = ({ on, held }: FitTexts, of: (text: Calibrated) => number): OnBoth =>
  held ? [of(on), of(held)] : [of(on)];
