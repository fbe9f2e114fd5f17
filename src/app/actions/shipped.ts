import type { ModelReport, ShippedResults } from '../../lab/contract';
import type { PlainUnit } from '../../model/units';
import { makeMask } from '../../pruning/mask';
import {
  type AppState,
  BUNDLED_TEXT_NAME,
  type Evaluation,
  type Influence,
  influenceKey,
  type Origin,
} from '../store/state';

const MODEL_FOLDER = 'models/sapling';

/** The results that ship with the bundled model, or undefined where they cannot be had. */
export async function fetchShipped(): Promise<ShippedResults | undefined> {
  const answer = await fetch(new URL(`${MODEL_FOLDER}/results.json`, document.baseURI));
  if (!answer.ok) return undefined;
  const results = (await answer.json()) as ShippedResults;
  return results.format === 'lopper-results' && results.version === 1 ? results : undefined;
}

/** The part of the state that shipped results fill: all of it where they are of this model, empty where not. */
export function shippedState(
  shipped: ShippedResults | undefined,
  model: ModelReport,
): Pick<AppState, 'influence' | 'evaluations' | 'full'> {
  if (!shipped || shipped.model.fingerprint !== model.fingerprint) {
    return { influence: {}, evaluations: {}, full: undefined };
  }
  const origin: Origin = { kind: 'shipped', adapter: shipped.madeBy.adapter };
  const mask = makeMask(model.blocks);
  return {
    influence: Object.fromEntries(
      shipped.influence.map((report): [string, Influence] => [
        influenceKey(report.metric, report.unit as PlainUnit),
        { report, origin, text: BUNDLED_TEXT_NAME },
      ]),
    ),
    evaluations: Object.fromEntries(
      shipped.evaluations.map((report): [string, Evaluation] => [report.task, { report, masks: [mask], origin }]),
    ),
    full: { ...shipped.score, mask, origin },
  };
}
