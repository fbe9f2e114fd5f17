import type { AppState } from './state';
import { readTokenIds } from './token-ids';

/** Why nothing can be computed on the open model just now, for the button that would; undefined where it can. */
export function whyIdle({ machine, open, calibration }: AppState): string | undefined {
  if (machine.status === 'starting') return 'The GPU is being tested';
  if (machine.status !== 'ready') return 'Nothing can be computed here: the chip at the top says why';
  if (!open.model?.loaded) return 'The model is being opened';
  const ids = calibration.task !== undefined || readTokenIds(calibration.text) !== undefined;
  if (!open.model.report.hasTokenizer && !ids) return 'This model has no tokenizer: give it token ids as the text';
  return undefined;
}
