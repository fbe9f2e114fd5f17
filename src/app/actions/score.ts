import type { Calibration, NamedFile, ScoreReport } from '../../lab/contract';
import { sublayerIndex } from '../../model/units';
import { type Mask, makeMask } from '../../pruning/mask';
import { noLosses, type Scored } from '../store/losses';
import { adapterName } from '../store/machine';
import type { Origin } from '../store/measured';
import type { Open } from '../store/open';
import { canCompute, maskOf } from '../store/select';
import type { AppState } from '../store/state';
import { changeOpen, store } from '../store/store';
import { cancelJob, lab, runJob } from './jobs';
import { readTokenIds } from './token-ids';

/** Toggles closer together than this are one: long enough to tell a double click, too short to be felt. */
const DEBOUNCE_MS = 40;
/** Losses kept, so that undo shows a known one at once. */
const MOST_KEPT = 400;

const known = new Map<string, Scored>();
let timer: ReturnType<typeof setTimeout> | undefined;

const keyOf = (mask: Mask) =>
  mask.dropped
    .map(sublayerIndex)
    .sort((a, b) => a - b)
    .join();

export const hereOrigin = (s: AppState): Origin => ({
  kind: 'here',
  adapter: s.machine.status === 'ready' ? adapterName(s.machine.adapter) : 'unknown adapter',
});

/** The calibration as the lab takes it: a text within the model's context, ids as they are, or a benchmark's items. */
export function calibrationOf(s: Pick<AppState, 'calibration'> & { readonly open: Pick<Open, 'model'> }): Calibration {
  const { text, seqLen, task } = s.calibration;
  if (task) return task;
  const ids = readTokenIds(text);
  if (ids) return { ids };
  return { text, seqLen: Math.min(seqLen, s.open.model?.report.context ?? seqLen) };
}

/** Whether the text can be measured on this model: one without a tokenizer takes token ids only. */
export function canMeasure(s: AppState): boolean {
  const { text, task } = s.calibration;
  if (!canCompute(s) || (text === '' && !task)) return false;
  return s.open.model!.report.hasTokenizer || readTokenIds(text) !== undefined;
}

/** Whether two calibrations are the same windows. */
export function sameCalibration(a: Calibration, b: Calibration): boolean {
  // Texts and files may be large, and are mostly the same objects.
  if ('text' in a && 'text' in b && a.text !== b.text) return false;
  if ('task' in a && 'task' in b && !sameFiles(a.data, b.data)) return false;
  return a === b || settingsOf(a) === settingsOf(b);
}

const settingsOf = (calibration: Calibration) => JSON.stringify({ ...calibration, text: '', data: '' });

const sameFiles = (a: readonly NamedFile[] = [], b: readonly NamedFile[] = []) =>
  a === b || (a.length === b.length && a.every((file, i) => file === b[i]));

/** Forgets every loss: another model or another text. */
export function forgetScores(): void {
  known.clear();
  clearTimeout(timer);
  cancelJob('score');
  changeOpen(noLosses);
}

/** Sees to it that the loss of the mask in force is shown: from memory, or computed soon. */
export function requestScore(): void {
  clearTimeout(timer);
  const s = store.getState();
  if (s.painting) return;
  const mask = maskOf(s);
  const kept = known.get(keyOf(mask));
  cancelJob('score');
  changeOpen({ ...(kept && (mask.dropped.length === 0 ? { full: kept } : { pruned: kept })), scoreFailure: undefined });
  if (!canMeasure(s)) return;
  if (kept && known.has('')) return;
  timer = setTimeout(() => void computeScore(mask), DEBOUNCE_MS);
}

/** Takes a loss that was measured on the same text elsewhere: it is shown at once where its mask comes. */
export function learnLoss(mask: Mask, loss: number): void {
  const full = known.get('');
  if (full && Number.isFinite(loss)) remember(mask, { ...full, mask, loss, perplexity: Math.exp(loss) });
}

async function computeScore(mask: Mask): Promise<void> {
  const before = store.getState();
  const full = makeMask(mask.blocks);
  const masks = [full, mask].filter((m) => !known.has(keyOf(m)));
  const wanted = mask.dropped.length === 0 ? masks.slice(0, 1) : masks;
  const run = await runJob({
    slot: 'score',
    label: 'Loss on the calibration text',
    failure: 'The loss could not be computed',
    run: (options) => lab().score({ calibration: calibrationOf(before), masks: wanted.map((m) => m.dropped) }, options),
    show: (reports) => {
      reports.forEach((report, i) => {
        keep(wanted[i]!, report, before);
      });
      changeOpen(({ full }) => ({
        full: known.get('') ?? full,
        ...(mask.dropped.length > 0 && { pruned: known.get(keyOf(mask)) }),
      }));
      store.setState(({ calibration }) => ({ calibration: { ...calibration, tokens: reports[0]!.tokens } }));
    },
  });
  if (run.ended === 'failed') changeOpen({ scoreFailure: run.failure });
}

const keep = (mask: Mask, { loss, perplexity, tokens }: ScoreReport, s: AppState): void =>
  remember(mask, { loss, perplexity, tokens, mask, origin: hereOrigin(s) });

function remember(mask: Mask, scored: Scored): void {
  if (known.size >= MOST_KEPT) known.delete([...known.keys()].find((k) => k !== '')!);
  known.set(keyOf(mask), scored);
}
