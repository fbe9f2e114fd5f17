import { DEFAULT_HOST } from '../../formats/hub-defaults';
import type { Link } from '../../pruning/link';
import { sameMask } from '../../pruning/mask';
import { notifyFailure, tell } from '../store/notify';
import { maskOf } from '../store/select';
import { store } from '../store/store';
import { loadBundledText } from './calibration';
import { restartEvaluation } from './evaluate';
import { toFailure } from './failure';
import { cancelJob, lab } from './jobs';
import { linkFromAddress } from './link';
import { openModel, startMaskFrom } from './open-model';
import { requestScore } from './score';
import { fetchShipped, openWith } from './shipped';

/**
 * Brings the page to life: shipped results first, then the adapter, then the model on it. Nothing here throws; what
 * fails is shown, and what does not depend on it goes on.
 */
export async function startSession(): Promise<void> {
  watchMask();
  const link = linkFromAddress();
  const wanted = link?.model?.kind === 'hub' ? link.model : undefined;
  if (link) applySettings(link);
  await Promise.all([loadBundledText(), showShipped(wanted ? undefined : link)]);
  if (!(await startMachine())) return;
  await openModel({ kind: 'bundled' }, wanted ? undefined : link);
  if (wanted) await openLinked(wanted, link!);
}

/** Opens the model of a link. Another host than the usual one is asked only once a person, seeing its name, says so. */
async function openLinked(
  { repo, revision, host = DEFAULT_HOST }: Extract<Link['model'], { kind: 'hub' }>,
  { dropped, locked }: Link,
): Promise<void> {
  const model = { repo, revision, host };
  if (new URL(host).origin === DEFAULT_HOST) {
    await openModel({ kind: 'hub', ...model }, { dropped, locked });
    return;
  }
  tell(
    'The link asks for a model from another place',
    `${repo} would come from ${new URL(host).href}. Nothing was asked of it yet: open it only if you know who runs it.`,
    { kind: 'open', model, dropped, locked },
  );
}

function applySettings({ prompt, temperature, seed, length, window }: Link): void {
  store.setState((s) => ({
    prompt: {
      prompt: prompt ?? s.prompt.prompt,
      temperature: temperature ?? s.prompt.temperature,
      seed: seed ?? s.prompt.seed,
      maxTokens: length ?? s.prompt.maxTokens,
    },
    calibration: { ...s.calibration, seqLen: window ?? s.calibration.seqLen },
  }));
}

async function showShipped(link: Link = { dropped: [] }): Promise<void> {
  try {
    const shipped = await fetchShipped();
    if (!shipped) return;
    const { model } = shipped;
    const open = openWith({ source: { kind: 'bundled' }, report: model, loaded: false }, shipped);
    store.setState({ shipped, open });
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
