/** The page's address says what is on the screen, so that a reload, a bookmark and a copied address bring it back. */
import { measuredNamed } from '../../lab/contract/measured-models';
import { formatLink, type Link, parseLink } from '../../pruning/link';
import { bundledText, DEFAULT_SEQ_LEN, usualText } from '../store/calibration';
import { notify, notifyFailure } from '../store/notify';
import { promptAtFirst } from '../store/prompt';
import { VIEWS, viewOf } from '../store/route';
import { maskOf } from '../store/select';
import type { AppState } from '../store/state';
import { store } from '../store/store';
import { toFailure } from './failure';
import { followHistory, followLink } from './open-link';

/** Browsers stop a page that writes its address at every movement of a drag. */
const REST_MS = 250;

/** What the page's address carries; a link that cannot be read is said and passed over. */
export function linkFromAddress(): Link | undefined {
  if (location.hash.length < 2) return undefined;
  try {
    return parseLink(location.hash);
  } catch (error) {
    notifyFailure('The link could not be read', toFailure(error));
    return undefined;
  }
}

/** What an address without a link says: a plain one is Sapling's; one that ends in "#" names no model. */
const plainLink = (): Link => ({ dropped: [], ...(!location.href.endsWith('#') && { model: { kind: 'bundled' } }) });

/** What is open: a step back leads to the one before. */
function placeOf({ open, route }: AppState): Omit<Link, 'dropped'> {
  const { tab, layers, lesson, present, paper } = route;
  const source = open.model?.source;
  const view = viewOf(route, tab);
  const precision = open.model?.report.precision;
  return {
    ...(source?.kind === 'files' && { folder: source.name }),
    ...(source?.kind === 'results' && measuredNamed(source.name) && { results: source.name }),
    ...((source?.kind === 'bundled' || source?.kind === 'hub') && { model: source }),
    ...(precision && source?.kind !== 'results' && { precision }),
    ...(!layers && { tab }),
    ...(!layers && view !== VIEWS[tab][0] && { view }),
    ...(lesson && { lesson: lesson.name }),
    ...(present && { present }),
    ...(paper && { paper }),
  };
}

/** All that the address says; a setting that is as on a fresh page is left out. */
function linkOf(s: AppState): Link {
  const { prompt, temperature, seed, maxTokens } = s.prompt;
  const first = promptAtFirst.prompt;
  const text = bundledText(s.calibration.name);
  const unless = <T>(value: T, usual: T) => (value === usual ? undefined : value);
  return {
    ...placeOf(s),
    dropped: maskOf(s).dropped,
    locked: s.open.locked,
    step: s.route.lesson?.step,
    prompt: unless(prompt, first.prompt),
    temperature: unless(temperature, first.temperature),
    seed: unless(seed, first.seed),
    length: unless(maxTokens, first.maxTokens),
    text: s.calibration.chosen ? unless(text?.name, usualText(s).name) : undefined,
    window: unless(s.calibration.seqLen, text?.seqLen ?? DEFAULT_SEQ_LEN),
  };
}

/** The hash of a state; '' for the page as it comes. */
export function hashOf(s: AppState): string {
  const hash = formatLink(linkOf(s));
  return hash === '#model=sapling' ? '' : hash;
}

/** Of an entry that this page wrote, told apart from a link that a person put into the address. */
const OURS = 'lopper';

/**
 * From now on the address follows the page, and the page the address: another tab, view or model is a step of the
 * browser's history, any other change is written into the present one.
 */
export function keepAddress(): void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let place = formatLink({ ...placeOf(store.getState()), dropped: [] });
  /** Ways that the address leads and the page has not come to the end of: they are no steps of its own. */
  let following = 0;
  // Else a step back to where the page was opened would be taken for a link, and put its mask in force.
  history.replaceState(OURS, '');

  const write = (how: 'pushState' | 'replaceState') => {
    clearTimeout(timer);
    const s = store.getState();
    place = formatLink({ ...placeOf(s), dropped: [] });
    history[how](OURS, '', location.pathname + location.search + hashOf(s));
  };
  const replace = () => write('replaceState');

  store.subscribe((s, before) => {
    const { open, route, prompt, calibration } = s;
    const same = open === before.open && route === before.route;
    if (same && prompt === before.prompt && calibration === before.calibration) return;
    if (formatLink({ ...placeOf(s), dropped: [] }) !== place) write(following > 0 ? 'replaceState' : 'pushState');
    else if (formatLink(linkOf(s)) !== formatLink(linkOf(before))) {
      clearTimeout(timer);
      timer = setTimeout(replace, REST_MS);
    }
  });
  window.addEventListener('pagehide', replace);
  window.addEventListener('popstate', () => {
    clearTimeout(timer);
    const link = location.hash.length < 2 ? plainLink() : linkFromAddress();
    if (!link) return replace();
    following++;
    void (history.state === OURS ? followHistory(link) : followLink(link)).finally(() => {
      following--;
      replace();
    });
  });
}

/** The whole address of what is on the screen. */
export const linkAddress = (): string => new URL(formatLink(linkOf(store.getState())), location.href).href;

/** Copies the address; the clipboard may be closed to the page. */
export async function copyLink(): Promise<void> {
  const s = store.getState();
  const address = linkAddress();
  history.replaceState(OURS, '', address);
  const files = s.open.model?.source.kind === 'files';
  const note = files ? 'The model is a folder of yours: whoever opens the link opens that folder first.' : undefined;
  try {
    await navigator.clipboard.writeText(address);
    notify('Link copied', note);
  } catch {
    notify('The link is in the address bar', 'The browser did not let the page copy it.');
  }
}
