/** The trainings of each model, kept in the browser as they go and brought back with it: a reload only pauses them. */
import { createStore, get, set, type UseStore } from 'idb-keyval';
import { changeOpen, store } from '../store/store';
import type { Trained } from '../store/training';

let database: UseStore | undefined;
const kept = () => (database ??= createStore('lopper-training', 'trainings-2'));

const read = async (fingerprint: string) => get<readonly Trained[]>(fingerprint, kept());
const write = async (fingerprint: string, trained: readonly Trained[]) => set(fingerprint, trained, kept());

/** A step may bring megabytes to store, and there are several a second, milliseconds. */
const REST_MS = 3000;

/** From now on the trainings of each model are kept in the browser. */
export function keepTrainings(): void {
  const waiting = new Map<string, readonly Trained[]>();
  const keep = (fingerprint: string) => {
    const now = waiting.get(fingerprint);
    waiting.delete(fingerprint);
    if (now) void write(fingerprint, now.map(asPaused)).catch(() => undefined);
  };
  store.subscribe((s, before) => {
    const { trained, model } = s.open;
    const same = model?.report.fingerprint === before.open.model?.report.fingerprint;
    if (!model || !same || trained === before.open.trained) return;
    const { fingerprint } = model.report;
    if (!waiting.has(fingerprint)) setTimeout(() => keep(fingerprint), REST_MS);
    waiting.set(fingerprint, trained);
    // Who pauses may be about to close the tab.
    if (!trained.some(({ state }) => state === 'running')) keep(fingerprint);
  });
}

/** As it will be found: at the last step that it can go on from. */
function asPaused(one: Trained): Trained {
  if (one.state !== 'running' && one.state !== 'paused') return one;
  const { losses = [], heldLosses = [], best } = one.run ?? {};
  return { ...one, state: 'paused', losses, heldLosses, best: best?.step ?? 0 };
}

/** Brings back the trainings of an earlier visit, where there are none yet. */
export async function recallTrainings(): Promise<void> {
  const { model } = store.getState().open;
  if (!model) return;
  const found = await read(model.report.fingerprint).catch(() => undefined);
  const { open } = store.getState();
  if (!found || open.model !== model || open.trained.length > 0) return;
  if (found.every(({ mask }) => mask.blocks === model.report.blocks)) changeOpen({ trained: found });
}
