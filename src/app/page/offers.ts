import { dropByHand, toggleLock } from '../actions/locks';
import { takeNewVersion } from '../actions/offline';
import { openModel } from '../actions/open-model';
import { stop } from '../actions/waiting';
import { setMask } from '../store/masks';
import type { Offer } from '../store/offer';
import { maskOf } from '../store/select';
import { changeOpen, store } from '../store/store';

/** What the button of an offer says. */
export function offerWords(offer: Offer): string {
  switch (offer.kind) {
    case 'unlock':
      return 'Unlock';
    case 'drop':
      return 'Drop them';
    case 'finished':
      return 'Back to the finished model';
    case 'stop':
      return offer.slots.length === 1 ? 'Stop it' : 'Stop them';
    case 'update':
      return 'Reload with it';
    case 'open':
      return `Open it from ${new URL(offer.model.host).host}`;
  }
}

/** Does what a notice offered. */
export function takeOffer(offer: Offer): void {
  if (offer.kind === 'update') void takeNewVersion();
  else if (offer.kind === 'finished') changeOpen({ moment: undefined });
  else if (offer.kind === 'stop') stop(offer.slots);
  else if (offer.kind === 'open') void openModel({ kind: 'hub', ...offer.model }, offer);
  else if (offer.kind === 'unlock') toggleLock(offer.sublayers);
  else setMask(dropByHand(maskOf(store.getState()), offer.sublayers, true));
}
