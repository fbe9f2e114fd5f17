/** What the page says and points at. */
import type { Failure } from '../../lab/contract';
import type { Sublayer } from '../../model/units';
import { upperFirst } from '../words/format';
import { sublayerName } from '../words/units';
import type { Offer } from './offer';
import { store } from './store';
import type { Notice } from './view';

/** Notices at once; older ones make way. */
const MOST_NOTICES = 4;
let notices = 0;

/** Adds a notice, in the place of those that `replaces` names. */
function add(notice: Omit<Notice, 'id'>, replaces: (other: Notice) => boolean = () => false): void {
  const own = { id: ++notices, ...notice };
  store.setState((s) => ({ notices: [...s.notices.filter((n) => !replaces(n)), own].slice(-MOST_NOTICES) }));
}

/** Says what went wrong; cancelling is no mishap. */
export function notifyFailure(title: string, failure: Failure): void {
  if (failure.code === 'cancelled') return;
  add({ kind: 'error', title, failure }, (n) => n.failure?.message === failure.message);
}

/** Says something that passes by itself. */
export const notify = (title: string, text?: string): void => add({ kind: 'note', title, text });

/** Says something that a person should have read, once, and may offer to do something about it. */
export const tell = (title: string, text: string, offer?: Offer): void =>
  add({ kind: 'told', title, text, offer }, (n) => n.title === title);

/** A click on locked layers: says so, with a way to unlock them. */
export function notifyLocked(unlock: readonly Sublayer[]): void {
  const names = unlock.map(({ block, kind }) => sublayerName(block, kind)).join(' and ');
  const title = `${upperFirst(names)} ${unlock.length === 1 ? 'is' : 'are'} locked`;
  const text = 'No click and no strategy drops what is locked.';
  const offer = { kind: 'unlock' as const, sublayers: unlock };
  add({ kind: 'note', title, text, offer }, (n) => n.offer?.kind === 'unlock');
}

/** A click on the tower while its cells are those of a model in training: what is dropped is dropped from the finished one. */
export const notifyMoment = (): void =>
  add(
    {
      kind: 'note',
      title: 'The tower shows the model in training',
      text: 'Layers are dropped from the finished one, and the loss is its own. Go back to it first.',
      offer: { kind: 'finished' },
    },
    (n) => n.offer?.kind === 'finished',
  );

export const dismissNotice = (id: number): void =>
  store.setState((s) => ({ notices: s.notices.filter((n) => n.id !== id) }));

/** Takes away what was offered to do with layers of a model that is not open any more. */
export const forgetOffers = (): void =>
  store.setState((s) => ({ notices: s.notices.filter(({ offer }) => !(offer && 'sublayers' in offer)) }));

/** Takes away what was offered to stop, once nothing waits for it any more. */
export const forgetStops = (): void =>
  store.setState((s) =>
    s.notices.some(({ offer }) => offer?.kind === 'stop')
      ? { notices: s.notices.filter(({ offer }) => offer?.kind !== 'stop') }
      : s,
  );

/** Marks sublayers in the tower, or none. */
export const highlight = (highlighted?: readonly Sublayer[]): void =>
  store.setState((s) => (s.highlighted === highlighted ? s : { highlighted }));
