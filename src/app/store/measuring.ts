/** What a measurement that is made now is made on, and whether it can be made. */
import type { Calibration } from '../../lab/contract';
import { adapterName } from './machine';
import type { Origin } from './measured';
import type { Open } from './open';
import { canCompute } from './select';
import type { AppState } from './state';
import { readTokenIds } from './token-ids';

export const hereOrigin = ({ machine }: AppState): Origin => ({
  kind: 'here',
  adapter: machine.status === 'ready' ? adapterName(machine.adapter) : 'unknown adapter',
});

/** The calibration as the lab takes it: a text within the model's context, ids as they are, or a benchmark's items. */
export function calibrationOf(s: Pick<AppState, 'calibration'> & { readonly open: Pick<Open, 'model'> }): Calibration {
  const { text, seqLen, task } = s.calibration;
  if (task) return task;
  const ids = readTokenIds(text);
  if (ids) return { ids };
  return { text, seqLen: Math.min(seqLen, s.open.model?.report.context ?? seqLen) };
}

/** Windows from which on halves say something by themselves. */
const ENOUGH_WINDOWS = 4;

/** What strategies are judged on: the half of the text that they do not choose on, where it is long enough to have two. */
export const judgeOf = ({ calibration: { windows = 1 } }: Pick<AppState, 'calibration'>): 'halves' | undefined =>
  windows >= ENOUGH_WINDOWS ? 'halves' : undefined;

/** Whether the open model cannot read the text in use: one without a tokenizer takes token ids only. */
export const needsIds = (s: AppState): boolean =>
  s.open.model?.report.hasTokenizer === false && readTokenIds(s.calibration.text) === undefined;

/** Whether the text can be measured on this model: one without a tokenizer takes token ids only. */
export function canMeasure(s: AppState): boolean {
  const { text, task } = s.calibration;
  if (!canCompute(s) || (text === '' && !task)) return false;
  return !needsIds(s);
}
