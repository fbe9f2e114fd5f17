import type { HowOpened, JobOptions, ModelReport, ModelRequest } from '../../lab/contract';
import type { Precision } from '../../model/precision';
import type { Link } from '../../pruning/link';
import { makeMask, maskFromSublayers } from '../../pruning/mask';
import { startMask } from '../store/masks';
import { forgetOffers, notifyFailure, tell } from '../store/notify';
import type { ModelSource, OpenModel } from '../store/open';
import { changeOpen, store } from '../store/store';
import { suitText } from './calibration';
import { showUnfinished } from './evaluate';
import { toFailure } from './failure';
import { computeInfluence } from './influence';
import { type Ended, endModelJobs, lab, runJob } from './jobs';
import { recallRecovery } from './kept-recovery';
import { recallTrainings } from './kept-training';
import { forgetScores, requestScore } from './score';
import { openWith } from './shipped';
import { sayIfItWaits } from './waiting';

/** Weights below these are measured without asking: on a GPU a moment, on the processor a few seconds. */
const CHEAP_BYTES = { gpu: 300e6, software: 12e6 };

/** What a link brings. */
export type Start = Pick<Link, 'dropped' | 'locked'>;
const NOTHING: Start = { dropped: [] };

/** A folder that a link names, with what the link drops in it: only a person can open the folder. */
let awaited: { readonly folder: string; readonly start: Start; readonly precision?: Precision } | undefined;

export function awaitFolder(folder: string, start: Start, precision?: Precision): void {
  awaited = { folder, start, precision };
}

const sourceOf = (request: ModelRequest): ModelSource => {
  switch (request.kind) {
    case 'files':
      return { kind: 'files', name: request.name };
    case 'hub': {
      const { repo, revision, host, file } = request;
      return { kind: 'hub', repo, revision, host, ...(file !== undefined && { file }) };
    }
    default:
      return { kind: 'bundled' };
  }
};

/**
 * Opens a model and, once it is there, puts it in the place of the one before: a failed or cancelled attempt changes
 * nothing. `start` is what is dropped and locked to begin with. Resolves to how it ended.
 */
export async function openModel(
  request: ModelRequest,
  start = awaitedStart(request),
): Promise<Ended<unknown>['ended']> {
  const asked = { ...request, ...awaitedPrecision(request) };
  const name = request.kind === 'hub' ? request.repo : request.kind === 'files' ? request.name : 'Sapling';
  const { ended } = await runJob({
    slot: 'open',
    label: `Opening ${name}`,
    failure: `${name} could not be opened`,
    async run(options) {
      if (request.kind === 'hub') keepForGood();
      const goesOn = sayIfItWaits(name);
      const onProgress: JobOptions['onProgress'] = (progress) => {
        goesOn();
        options.onProgress?.(progress);
      };
      const report = await lab()
        .open(asked, { ...options, onProgress })
        .finally(goesOn);
      // It is open now, also where it was cancelled while word of that was on its way.
      opened = asked;
      showModel({ source: sourceOf(asked), report, loaded: true, stay: asked.stay }, start);
    },
  });
  return ended;
}

/** Asks the browser not to clear what is downloaded away when room is short; some ask a person, and it may say no. */
function keepForGood(): void {
  void globalThis.navigator?.storage?.persist?.().catch(() => false);
}

/** What was opened last: files that a person chose are known to nothing else. */
let opened: ModelRequest | undefined;

/** Opens the model that is open anew, otherwise than before; what is dropped stays dropped. */
export async function openAgain(change: HowOpened): Promise<void> {
  const { masks, locked } = store.getState().open;
  if (opened) await openModel({ ...opened, ...change }, { dropped: masks.present.dropped, locked });
}

/** A person who opens a folder for a link says nothing of precision: the link does. */
const awaitedPrecision = (request: ModelRequest): Pick<ModelRequest, 'precision'> =>
  request.kind === 'files' && request.precision === undefined && request.name === awaited?.folder
    ? { precision: awaited.precision }
    : {};

const awaitedStart = (request: ModelRequest): Start =>
  request.kind === 'files' && request.name === awaited?.folder ? awaited.start : NOTHING;

/** Puts a model in the place of the one before, with all that belonged to it. */
export function showModel(model: OpenModel, start: Start = NOTHING): void {
  endModelJobs();
  const { open } = store.getState();
  forgetScores();
  const { source, report } = model;
  // The bundled model taking the place of its own shipped results: the mask made meanwhile stays, and its training.
  const same = open.model?.loaded === false && open.model.report.fingerprint === report.fingerprint;
  const { masks, locked, shelf, chosen, growth, moment, recovered, trained } = open;
  const next = openWith(model);
  // What each layer costs, where that is known; else what one pass tells.
  const costs = next.influence.some(({ report }) => report.metric === 'loo-loss');
  store.setState({
    open: { ...next, ...(same && { masks, locked, shelf, chosen, growth, moment, recovered, trained }) },
    ...(source.kind !== 'bundled' && { metric: costs ? ('loo-loss' as const) : ('cosine' as const) }),
  });
  if (!same) {
    forgetOffers();
    startMaskFrom(report.blocks, start);
  }
  tellNotes(report);
  void showUnfinished();
  void suitText().then(() => {
    // Another may have been opened meanwhile.
    if (store.getState().open.model !== model) return;
    requestScore();
    void recallRecovery();
    void recallTrainings();
    if (model.loaded && source.kind !== 'bundled' && isCheap(report)) void computeInfluence('cosine');
  });
}

/** What a person should know of how the model was read. */
function tellNotes({ id, notes = [], listedAsDropped: sublayers = [] }: ModelReport): void {
  if (notes.length === 0) return;
  tell(`${id} is open`, notes.join(' '), sublayers.length > 0 ? { kind: 'drop', sublayers } : undefined);
}

/** The mask a link brings, or none where the model has no such layers. */
export function startMaskFrom(blocks: number, { dropped, locked = [] }: Start): void {
  startMask(makeMask(blocks));
  changeOpen({ locked: locked.filter(({ block }) => block < blocks) });
  try {
    if (dropped.length > 0) startMask(maskFromSublayers(blocks, dropped));
  } catch (error) {
    notifyFailure('The link’s layers were not dropped', toFailure(error));
  }
}

function isCheap(report: ModelReport): boolean {
  const { machine } = store.getState();
  if (machine.status !== 'ready' || report.streamed || !report.hasTokenizer) return false;
  return report.weightBytes <= (machine.adapter.software ? CHEAP_BYTES.software : CHEAP_BYTES.gpu);
}
