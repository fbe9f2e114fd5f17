import type { ScoreReport } from '../../lab/contract';
import { sublayerIndex } from '../../model/units';
import { type Mask, makeMask } from '../../pruning/mask';
import { pairedLoss, windowsIn } from '../../pruning/paired-loss';
import { noLosses, type Scored, type SoFar } from '../store/losses';
import { calibrationOf, canMeasure, hereOrigin } from '../store/measuring';
import { maskOf } from '../store/select';
import type { AppState } from '../store/state';
import { changeOpen, store } from '../store/store';
import { cancelJob, lab, runJob } from './jobs';
import { named } from './named';

/** Toggles closer together than this are one: long enough to tell a double click, too short to be felt. */
const DEBOUNCE_MS = 40;
/** A first answer is shown at once, and what follows as often as one can see. */
const SHOW_EVERY_MS = 60;
/** Losses kept, so that undo shows a known one at once. */
const MOST_KEPT = 400;

const known = new Map<string, Scored>();
let timer: ReturnType<typeof setTimeout> | undefined;

const keyOf = (mask: Mask) =>
  mask.dropped
    .map(sublayerIndex)
    .sort((a, b) => a - b)
    .join();

/** Forgets every loss: another model or another text. */
export function forgetScores(): void {
  known.clear();
  clearTimeout(timer);
  cancelJob('score');
  // What is being fitted would come back beside the losses of another text.
  cancelJob('recover');
  cancelJob('updates');
  changeOpen({ ...noLosses, recovered: undefined, updates: undefined });
}

/** Sees to it that the loss of the mask in force is shown: from memory, or computed soon. */
export function requestScore(): void {
  clearTimeout(timer);
  const s = store.getState();
  if (s.painting) return;
  const mask = maskOf(s);
  const kept = known.get(keyOf(mask));
  cancelJob('score');
  changeOpen({
    ...(kept && (mask.dropped.length === 0 ? { full: kept } : { pruned: kept })),
    ...{ soFar: undefined, scoreFailure: undefined },
  });
  if (!canMeasure(s)) return;
  if (kept && known.has('')) return;
  timer = setTimeout(() => void computeScore(mask), DEBOUNCE_MS);
}

/** Takes a loss that was measured on the same text elsewhere: it is shown at once where its mask comes. */
export function learnLoss(mask: Mask, loss: number): void {
  const full = known.get('');
  if (full && Number.isFinite(loss))
    remember(mask, { ...full, parts: undefined, mask, loss, perplexity: Math.exp(loss) });
}

async function computeScore(mask: Mask): Promise<void> {
  const before = store.getState();
  const full = makeMask(mask.blocks);
  const masks = [full, mask].filter((m) => !known.has(keyOf(m)));
  const wanted = mask.dropped.length === 0 ? masks.slice(0, 1) : masks;
  const run = await runJob<ScoreReport[]>({
    slot: 'score',
    label: 'Loss on the text',
    failure: 'The loss could not be computed',
    run: (options, onSoFar) =>
      named(calibrationOf(before), (calibration) =>
        lab().score({ calibration, masks: wanted.map((m) => m.dropped) }, { ...options, onSoFar }),
      ),
    showEvery: SHOW_EVERY_MS,
    show: (reports) => {
      const windowsInAll = reports.find(({ partial }) => partial)?.partial?.of;
      if (windowsInAll !== undefined) {
        changeOpen({ soFar: soFarOf(mask, wanted, reports, windowsInAll) });
        store.setState(({ calibration }) => ({ calibration: { ...calibration, windows: windowsInAll } }));
        return;
      }
      reports.forEach((report, i) => {
        keep(wanted[i]!, report, before);
      });
      changeOpen(({ full }) => ({
        full: known.get('') ?? full,
        ...(mask.dropped.length > 0 && { pruned: known.get(keyOf(mask)) }),
        soFar: undefined,
      }));
      const { tokens } = reports[0]!;
      const windows = windowsIn(reports[0]!.parts);
      store.setState(({ calibration }) => ({ calibration: { ...calibration, tokens: tokens + windows, windows } }));
    },
  });
  if (run.ended === 'failed') changeOpen({ scoreFailure: run.failure });
}

/** What the first windows say of a mask; nothing of the full model, which is held against nothing. */
function soFarOf(mask: Mask, wanted: readonly Mask[], reports: readonly ScoreReport[], of: number): SoFar | undefined {
  const partsOf = (one: Mask) =>
    known.get(keyOf(one))?.parts ?? reports[wanted.findIndex((w) => keyOf(w) === keyOf(one))]?.parts;
  const [full, pruned] = [partsOf(makeMask(mask.blocks)), partsOf(mask)];
  if (!full || !pruned || mask.dropped.length === 0) return undefined;
  return { mask, change: pairedLoss(full, pruned), of };
}

const keep = (mask: Mask, { loss, perplexity, tokens, parts }: ScoreReport, s: AppState): void =>
  remember(mask, { loss, perplexity, tokens: tokens + windowsIn(parts), parts, mask, origin: hereOrigin(s) });

function remember(mask: Mask, scored: Scored): void {
  if (known.size >= MOST_KEPT) known.delete([...known.keys()].find((k) => k !== '')!);
  known.set(keyOf(mask), scored);
}
