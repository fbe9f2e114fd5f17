import { BUNDLED_TEXT_NAME, type CalibrationText } from '../store/calibration';
import { store } from '../store/store';
import { forgetScores, requestScore } from './score';

const BUNDLED_TEXT = 'calibration/sapling.txt';

/** Puts the bundled text in place. Where it cannot be had the page asks for another. */
export async function loadBundledText(): Promise<void> {
  const answer = await fetch(new URL(BUNDLED_TEXT, document.baseURI)).catch(() => undefined);
  if (!answer?.ok) return;
  setCalibration({
    source: BUNDLED_TEXT_NAME,
    bundled: true,
    text: await answer.text(),
    seqLen: store.getState().calibration.seqLen,
  });
}

/** Another text or window: every loss is measured anew. */
export function setCalibration(calibration: CalibrationText): void {
  const loaded = store.getState().open.model?.loaded;
  store.setState({ calibration });
  // Before the model is loaded the losses shown are the shipped ones, which were measured on the bundled text.
  if (!loaded) return;
  forgetScores();
  requestScore();
}
