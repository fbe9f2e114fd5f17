import type { ModelReport } from '../../lab/contract';
import { readShipped, SHIPPED_RESULTS, type ShippedResults } from '../../lab/files/shipped-file';
import { makeMask } from '../../pruning/mask';
import type { Evaluation } from '../store/benchmarks';
import { BUNDLED_TEXT_NAME } from '../store/calibration';
import type { Origin } from '../store/measured';
import type { Open } from '../store/open';

/** The results that ship with the bundled model, or undefined where there are none. Throws `result-invalid`. */
export async function fetchShipped(): Promise<ShippedResults | undefined> {
  const answer = await fetch(new URL(SHIPPED_RESULTS, document.baseURI));
  return answer.ok ? readShipped(await answer.text()) : undefined;
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
