import type { Precision } from '../../model/precision';
import type { Sublayer } from '../../model/units';
import type { Slot } from './jobs';

/** What a notice offers to do, as data; `page/offers.ts` does it. */
export type Offer =
  /** Reload with the version of the page that waits. */
  | { readonly kind: 'update' }
  /** From a moment of training back to the model as it is. */
  | { readonly kind: 'finished' }
  /** What a model waits for that is to be opened. */
  | { readonly kind: 'stop'; readonly slots: readonly Slot[] }
  | { readonly kind: 'unlock' | 'drop'; readonly sublayers: readonly Sublayer[] }
  | {
      readonly kind: 'open';
      readonly model: {
        readonly repo: string;
        readonly revision: string;
        readonly host: string;
        readonly file?: string;
        readonly precision?: Precision;
      };
      readonly dropped: readonly Sublayer[];
      readonly locked?: readonly Sublayer[];
    };
