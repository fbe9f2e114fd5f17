/** The last recovery of each model, kept in the browser and brought back with it. */
import { createStore, get, set, type UseStore } from 'idb-keyval';
import { samePlain } from '../../lab/contract/asked';
import type { Recovered } from '../store/recovery';
import type { AppState } from '../store/state';
import { changeOpen, store } from '../store/store';
import { recoveredOf } from '../store/third';

/** What is kept of a recovery in the browser, by the model: itself, and the text that its losses are of. */
interface KeptRecovery {
  readonly recovered: Recovered;
  readonly text: readonly [source: string, letters: number, seqLen: number];
}

const textOf = ({ calibration: { source, text, seqLen } }: AppState) => [source, text.length, seqLen] as const;

let database: UseStore | undefined;
const kept = () => (database ??= createStore('lopper-recovery', 'recoveries-1'));

const read = async (fingerprint: string) => get<KeptRecovery>(fingerprint, kept());

/** A slider moves faster than a browser stores, milliseconds. */
const REST_MS = 600;

/** From now on the last recovery of each model is kept in the browser. */
export function keepRecovery(): void {
  let rest: ReturnType<typeof setTimeout> | undefined;
  store.subscribe((s, before) => {
    const { recovered, model } = s.open;
    if (!recovered || !model || recovered === before.open.recovered) return;
    clearTimeout(rest);
    const entry: KeptRecovery = { recovered, text: textOf(s) };
    rest = setTimeout(() => void set(model.report.fingerprint, entry, kept()).catch(() => undefined), REST_MS);
  });
}

/** Brings back what stood in on an earlier visit, where nothing does yet; losses on another text are measured anew. */
export async function recallRecovery(): Promise<void> {
  const { model } = store.getState().open;
  if (!model) return;
  const found = await read(model.report.fingerprint).catch(() => undefined);
  const s = store.getState();
  const { open } = s;
  if (!found || open.model !== model || open.recovered) return;
  const { mask, modules, name, strength, applied } = found.recovered;
  if (mask.blocks !== model.report.blocks) return;
  const same = samePlain(found.text, textOf(s));
  const recovered = same ? found.recovered : { mask, modules, name, strength, applied, losses: [] };
  changeOpen({ recovered });
  if (same || !recoveredOf(store.getState())) return;
  // What fits and reads recoveries is fetched when there is one.
  const { measureTaken } = await import('./recovery');
  await measureTaken(recovered);
}
