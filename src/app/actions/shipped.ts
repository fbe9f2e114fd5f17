import type { ModelReport, ShippedResults } from '../../lab/contract';
import { makeMask } from '../../pruning/mask';
import type { Evaluation } from '../store/benchmarks';
import { BUNDLED_TEXT_NAME } from '../store/calibration';
import type { Origin } from '../store/measured';
import type { Open } from '../store/open';

const MODEL_FOLDER = 'models/sapling';

/** The results that ship with the bundled model, or undefined where they cannot be had. */
export async function fetchShipped(): Promise<ShippedResults | undefined> {
  const answer = await fetch(new URL(`${MODEL_FOLDER}/results.json`, document.baseURI));
  if (!answer.ok) return undefined;
  const results = (await answer.json()) as ShippedResults;
  return results.format === 'lopper-results' && results.version === 1 ? results : undefined;
}

/** What shipped results say of a model: nothing where they are of another. */
export function shippedResults(
  shipped: ShippedResults | undefined,
  model: ModelReport,
): Partial<Pick<Open, 'influence' | 'evaluations' | 'full'>> {
  if (!shipped || shipped.model.fingerprint !== model.fingerprint) return {};
  const origin: Origin = { kind: 'shipped', adapter: shipped.madeBy.adapter };
  const mask = makeMask(model.blocks);
  const evaluations = shipped.evaluations.map((report): [string, Evaluation] => [
    report.task,
    { report, origin, text: report.task, masks: [mask] },
  ]);
  return {
    influence: shipped.influence.map((report) => ({ report, origin, text: BUNDLED_TEXT_NAME })),
    evaluations: Object.fromEntries(evaluations),
    full: { ...shipped.score, mask, origin },
  };
}
