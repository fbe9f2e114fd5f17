import { formatLink, type Link, parseLink } from '../../pruning/link';
import { notify, notifyFailure } from '../store/notify';
import { maskOf } from '../store/select';
import { store } from '../store/store';
import { toFailure } from './failure';

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

/** The address that brings back this model, mask and prompt. Files from a folder cannot be in a link. */
function shareAddress(): string {
  const s = store.getState();
  const source = s.open.model?.source;
  const hash = formatLink({
    model: source?.kind === 'hub' ? source : source?.kind === 'bundled' ? { kind: 'bundled' } : undefined,
    dropped: maskOf(s).dropped,
    locked: s.open.locked,
    prompt: s.prompt.prompt || undefined,
    temperature: s.prompt.temperature,
    seed: s.prompt.seed,
    length: s.prompt.maxTokens,
    window: s.calibration.seqLen,
  });
  return new URL(hash, location.href).href;
}

/** Copies the link and puts it into the address bar, from where it can be taken when the clipboard is closed. */
export async function copyLink(): Promise<void> {
  const address = shareAddress();
  history.replaceState(null, '', address);
  const files = store.getState().open.model?.source.kind === 'files';
  const note = files ? 'The model is a folder of yours: whoever opens the link opens that folder first.' : undefined;
  try {
    await navigator.clipboard.writeText(address);
    notify('Link copied', note);
  } catch {
    notify('The link is in the address bar', 'The browser did not let the page copy it.');
  }
}
