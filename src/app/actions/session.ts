import type { Link } from '../../pruning/link';
import { sameMask } from '../../pruning/mask';
import { notifyFailure } from '../store/notify';
import { maskOf } from '../store/select';
import { store } from '../store/store';
import { keepAddress, linkFromAddress } from './address';
import { loadText } from './calibration';
import { offerUnfinished } from './downloads';
import { restartEvaluation } from './evaluate';
import { toFailure } from './failure';
import { cancelJob, lab } from './jobs';
import { keepRecovery, recallRecovery } from './kept-recovery';
import { keepTrainings, recallTrainings } from './kept-training';
import { applySettings, openLinked } from './open-link';
import { openModel, startMaskFrom } from './open-model';
import { requestScore } from './score';
import { keepShelf } from './shelf';
import { fetchShipped, learnResults, openWith, showBeside } from './shipped';
import { recallTokens } from './tokens';

/**
 * Brings the page to life: shipped results first, then the adapter, then the model on it. Nothing here throws; what
 * fails is shown, and what does not depend on it goes on.
 */
export async function startSession(): Promise<void> {
  watchMask();
  keepShelf();
  keepRecovery();
  keepTrainings();
  const link = linkFromAddress();
  const wanted = link?.model?.kind === 'hub' ? link.model : undefined;
  if (link) applySettings(link);
  void recallTokens();
  const start = wanted || link?.folder || link?.results ? undefined : link;
  await Promise.all([loadText(link?.text, link?.window), showShipped(start)]);
  // They need no adapter.
  if (link?.results) await openLinked(link);
  await Promise.all([recallRecovery(), recallTrainings()]);
  // Until the link's model is there, the address still says what was asked for.
  if (!wanted) keepAddress();
  // Who has chosen a model meanwhile wants that one.
  if ((await startMachine()) && !hasChosen()) {
    await openModel({ kind: 'bundled', ...(start?.precision && { precision: start.precision }) }, start);
    if (link && !link.results) await openLinked(link);
    if (!hasChosen()) void offerUnfinished();
  }
  if (wanted) keepAddress();
}

function hasChosen(): boolean {
  const { jobs, open } = store.getState();
  return jobs.open !== undefined || (open.model !== undefined && open.model.source.kind !== 'bundled');
}

async function showShipped(link: Link = { dropped: [] }): Promise<void> {
  try {
    const shipped = await fetchShipped();
    if (!shipped) return;
    const { model } = learnResults(shipped, 'shipped').results;
    store.setState({ open: openWith({ source: { kind: 'bundled' }, report: model, loaded: false }) });
    void showBeside(shipped);
    startMaskFrom(model.blocks, link);
  } catch (error) {
    notifyFailure('The shipped results could not be read', toFailure(error));
  }
}

/** What a machine without an adapter is; anything else that went wrong is a breakage. */
const STATUSES: Readonly<Partial<Record<string, 'absent' | 'untrusted'>>> = {
  'no-webgpu': 'absent',
  'no-adapter': 'absent',
  'adapter-untrusted': 'untrusted',
};

/** Finds the adapter and lets it prove itself. */
async function startMachine(): Promise<boolean> {
  store.setState({ machine: { status: 'starting' } });
  try {
    store.setState({ machine: { status: 'ready', adapter: await lab().start() } });
    return true;
  } catch (error) {
    const failure = toFailure(error);
    const status = STATUSES[failure.code] ?? 'broken';
    if (status === 'broken') console.error(error);
    store.setState({ machine: { status, failure } });
    return false;
  }
}

/** Bytes a walk's branches may take, from now on. */
export async function setMemoryBudget(memoryBudget: number): Promise<void> {
  try {
    await lab().configure({ memoryBudget });
    await refreshMemory();
  } catch (error) {
    notifyFailure('The memory budget was not changed', toFailure(error));
  }
}

/** Asks what the model holds in GPU memory, for the adapter's panel. */
export async function refreshMemory(): Promise<void> {
  try {
    const memory = await lab().memory();
    store.setState(({ machine }) => ({ machine: machine.status === 'ready' ? { ...machine, memory } : machine }));
  } catch {
    // Only a figure beside others: without it the panel says less.
  }
}

/** A new mask makes what is being computed for the old one worthless, and asks for its own loss. */
function watchMask(): void {
  store.subscribe((s, before) => {
    const changed = !sameMask(maskOf(s), maskOf(before));
    if (changed) {
      for (const slot of ['generate', 'speed'] as const) cancelJob(slot);
      restartEvaluation();
    }
    if (changed || (before.painting && !s.painting)) requestScore();
  });
}
