/** The shelf of masks: notes each mask that is tried, and keeps the rows in the browser, per model. */
import { createStore, get, set, type UseStore } from 'idb-keyval';
import { type Mask, sameMask } from '../../pruning/mask';
import { evaluationsOf } from '../store/beforehand';
import { go } from '../store/go';
import type { Scored } from '../store/losses';
import { setMask } from '../store/masks';
import type { Open } from '../store/open';
import { prunedLoss } from '../store/pruned-loss';
import { maskOf } from '../store/select';
import { forget, note, type Shelf, type Tried, triedIn } from '../store/shelf';
import type { AppState } from '../store/state';
import { changeOpen, store } from '../store/store';

/** Rows of another shape are left where they are. */
const SHAPE = 1;
/** A drag or a curve brings several masks at once: behind the first they are put away together, milliseconds. */
const REST_MS = 600;

let database: UseStore | undefined;
const kept = () => (database ??= createStore('lopper-shelf', `masks-${SHAPE}`));

const change = (next: (shelf: Shelf) => Shelf): void => changeOpen(({ shelf }) => ({ shelf: next(shelf) }));

/** From now on every mask that is tried is a row, and rows come back with their model. */
export function keepShelf(): void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let model: string | undefined;
  let waiting: (() => void) | undefined;
  // Until the rows of earlier visits are back, nothing is put in their place.
  let back = false;
  const put = () => {
    clearTimeout(timer);
    timer = undefined;
    waiting?.();
    waiting = undefined;
  };
  const keep = (fingerprint: string, shelf: Shelf) => {
    waiting = () => void set(fingerprint, shelf, kept()).catch(() => undefined);
    if (timer === undefined) put();
    timer ??= setTimeout(put, REST_MS);
  };
  // A page that is left or reloaded at once does not lose its last rows.
  if (typeof document !== 'undefined') {
    document.addEventListener('visibilitychange', put);
    window.addEventListener('pagehide', put);
  }
  store.subscribe((s, before) => {
    if (s.open === before.open && s.painting === before.painting) return;
    const fingerprint = s.open.model?.report.fingerprint;
    if (fingerprint !== model) {
      model = fingerprint;
      put();
      back = false;
      if (fingerprint) {
        void recall(fingerprint).then(() => {
          if (model !== fingerprint) return;
          back = true;
          keep(fingerprint, store.getState().open.shelf);
        });
      }
    }
    const news = newsOf(s);
    if (news) change((shelf) => note(shelf, maskOf(s), news));
    else if (s.open.shelf !== before.open.shelf && fingerprint && back) keep(fingerprint, s.open.shelf);
  });
}

/** What the rows do not say yet of the mask in force; undefined where they say all that is known. */
function newsOf(s: AppState): Partial<Omit<Tried, 'mask'>> | undefined {
  const mask = maskOf(s);
  const { full, shelf, chosen } = s.open;
  const loss = prunedLoss(s);
  if (mask.dropped.length === 0 || s.painting || !s.open.model) return undefined;
  const row = triedIn(shelf, mask);
  // A mask that is only passed through, its loss not even known yet, was not tried.
  if (!row && loss.status === 'computing') return undefined;
  const scored = loss.status === 'current' ? loss.scored : undefined;
  const newLoss = scored && full && scored !== row?.loss?.pruned && !isFromBefore(row, scored, s);
  const results = resultsOf(s.open, mask);
  const newResults = Object.entries(results).filter(([task, r]) => row?.results[task]?.report !== r.report);
  if (row && !newLoss && newResults.length === 0) return undefined;
  return {
    ...(newLoss && { loss: { full, pruned: scored, text: scored.text ?? s.calibration.source } }),
    ...(newResults.length > 0 && { results: Object.fromEntries(newResults) }),
    ...(chosen && sameMask(chosen.mask, mask) && { chosen: chosen.how }),
  };
}

/** The same loss, gone through the browser's store; or one measured beforehand where it was computed here since. */
function isFromBefore(row: Tried | undefined, { loss, tokens, origin }: Scored, { calibration }: AppState): boolean {
  if (!row?.loss) return false;
  const { pruned, text } = row.loss;
  const same = pruned.loss === loss && pruned.tokens === tokens && pruned.origin.kind === origin.kind;
  return same || (origin.kind === 'shipped' && pruned.origin.kind === 'here' && text === calibration.source);
}

/** What a mask scored to the end, beside the full model. */
function resultsOf({ evaluations }: Pick<Open, 'evaluations'>, mask: Mask): Tried['results'] {
  const done = Object.entries(evaluations).filter(
    ([, { report, masks }]) => report.results.length >= 2 && !report.partial && sameMask(masks[1]!, mask),
  );
  return Object.fromEntries(done.map(([task, { report, origin }]) => [task, { report, origin }]));
}

/** Brings back the rows of earlier visits, before those of this one, which know better. */
async function recall(fingerprint: string): Promise<void> {
  const earlier = await get<Shelf>(fingerprint, kept()).catch(() => undefined);
  const { open } = store.getState();
  if (!earlier || open.model?.report.fingerprint !== fingerprint) return;
  const rows = earlier.filter(({ mask }) => mask.blocks === open.model!.report.blocks);
  change((now) =>
    now.reduce((shelf: Shelf, { mask, ...row }) => {
      const { name, pinned = false } = triedIn(shelf, mask) ?? {};
      return note(shelf, mask, { ...row, name: row.name ?? name, pinned: row.pinned || pinned });
    }, rows),
  );
}

/** Pins the mask in force, so that it stays, or another row. */
export function keepMask(mask: Mask = maskOf(store.getState())): void {
  const results = resultsOf({ evaluations: evaluationsOf(store.getState()) }, mask);
  change((shelf) => note(shelf, mask, { pinned: true, results }));
}

export const unpinMask = (mask: Mask): void => change((shelf) => note(shelf, mask, { pinned: false }));
export const renameMask = (mask: Mask, name: string): void =>
  change((shelf) => note(shelf, mask, { name: name.trim() || undefined }));
export const forgetMask = (mask: Mask): void => change((shelf) => forget(shelf, mask));
/** Forgets all rows that are not pinned. */
export const clearShelf = (): void => change((shelf) => shelf.filter((row) => row.pinned));

/** Puts a row's mask into the tower, and goes where something is to be done with it. */
export function takeMask(mask: Mask, to?: Parameters<typeof go>[0]): void {
  setMask(mask);
  if (to) go(to);
  store.setState({ dialog: undefined });
}
