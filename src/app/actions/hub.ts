import type { Failure, HubListing, HubLook, ModelRequest } from '../../lab/contract';
import { toFailure } from './failure';
import { lab } from './jobs';

/** What was learned of a model on a hub before it is downloaded: what it is, what else there is, or why neither. */
export interface Looked {
  readonly look?: HubLook;
  readonly listing: HubListing;
  readonly failure?: Failure;
}

let looks = 0;

/** Asks a hub what a model is and what there is to choose from. The last asking counts: an earlier one is cancelled. */
export async function lookAtHub(request: ModelRequest & { readonly kind: 'hub' }): Promise<Looked> {
  void lab().cancel(`look ${looks}`);
  const options = { job: `look ${++looks}` };
  const listing = await lab()
    .listHub(request, options)
    .catch((): HubListing => ({}));
  try {
    return { listing, look: await lab().look(request, options) };
  } catch (error) {
    return { listing, failure: toFailure(error) };
  }
}
