import type { BundledText } from '../../lab/contract/bundled-texts';
import { bundledText, type CalibrationText, textToBe, usualText } from '../store/calibration';
import { store } from '../store/store';
import { forgetScores, requestScore } from './score';

/** Puts a bundled text in place. Where it cannot be had the page asks for another. */
async function putText(text: BundledText, more: Partial<CalibrationText> = {}): Promise<void> {
  const before = { ...textToBe(text), ...more };
  if (store.getState().calibration.name !== text.name) setCalibration(before);
  const read = await fetch(new URL(text.path, document.baseURI))
    .then((answer) => (answer.ok ? answer.text() : undefined))
    .catch(() => undefined);
  const { name, text: here } = store.getState().calibration;
  // Another may have been chosen meanwhile.
  if (read === undefined || name !== text.name || here !== '') return;
  setCalibration({ ...before, text: read });
}

/** One that a person chose. */
export const chooseText = (text: BundledText): Promise<void> => putText(text, { chosen: true });

/** What a link names, or the usual one; `window`: tokens a window. A name that this page does not know is passed over. */
export function loadText(name: string | undefined, window?: number): Promise<void> {
  const named = bundledText(name);
  const { calibration } = store.getState();
  // One's own text stays: a link cannot bring it.
  if (!named && !calibration.name) return Promise.resolve();
  const text = named ?? usualText(store.getState());
  if (calibration.name === text.name && calibration.text !== '') {
    if (window !== undefined && window !== calibration.seqLen)
      setCalibration({ ...calibration, seqLen: window, windows: undefined });
    return Promise.resolve();
  }
  return putText(text, {
    ...(named && { chosen: true }),
    ...(window !== undefined && { seqLen: window }),
  });
}

/** After another model was opened: a text that nobody chose gives way to one that suits it. */
export async function suitText(): Promise<void> {
  const s = store.getState();
  const usual = usualText(s);
  if (!s.calibration.chosen && s.calibration.name && s.calibration.name !== usual.name) await putText(usual);
}

/** Another text or window: every loss is measured anew. */
export function setCalibration(calibration: CalibrationText): void {
  const loaded = store.getState().open.model?.loaded;
  // Before the model is loaded the losses shown are the shipped ones, whatever the text. Else what is on its way is put
  // away first: its windows are the old text's.
  if (loaded) forgetScores();
  store.setState({ calibration });
  if (loaded) requestScore();
}
