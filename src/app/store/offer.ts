import type { Sublayer } from '../../model/units';

/** What a notice offers to do, as data; `page/offers.ts` does it. */
export type Offer =
  /** Reload with the version of the page that waits. */
  | { readonly kind: 'update' }
  /** From a moment of training back to the model as it is. */
  | { readonly kind: 'finished' }
  | { readonly kind: 'unlock' | 'drop'; readonly sublayers: readonly Sublayer[] }
  | {
      readonly kind: 'open';
      readonly model: { readonly repo: string; readonly revision: string; readonly host: string };
      readonly dropped: readonly Sublayer[];
      readonly locked?: readonly Sublayer[];
    };
