import { readShipped, SHIPPED_RESULTS, type ShippedResults } from '../../lab/files/shipped-file';
import { makeMask } from '../../pruning/mask';
import type { Evaluation } from '../store/benchmarks';
import { bundledText } from '../store/calibration';
import type { Origin } from '../store/measured';
import { justOpened, type Open, type OpenModel } from '../store/open';

/** The results that ship with the bundled model, or undefined where there are none. Throws `result-invalid`. */
export async function fetchShipped(): Promise<ShippedResults | undefined> {
  const answer = await fetch(new URL(SHIPPED_RESULTS, document.baseURI));
  return answer.ok ? readShipped(await answer.text()) : undefined;
}

/** A model as it is opened, with what shipped of it: nothing where that is of another. */
export const openWith = (model: OpenModel, shipped: ShippedResults | undefined): Open => ({
  ...justOpened(model),
  ...(shipped?.model.fingerprint === model.report.fingerprint && resultsOf(shipped)),
});

function resultsOf(shipped: ShippedResults): Pick<Open, 'influence' | 'evaluations' | 'full'> {
  const origin: Origin = { kind: 'shipped', adapter: shipped.madeBy.adapter, version: shipped.madeBy.lopper };
  const mask = makeMask(shipped.model.blocks);
  const { source, tokens } = shipped.calibration;
  const text = bundledText(source)?.title ?? source;
  const evaluations = shipped.evaluations.map((report): [string, Evaluation] => [
    report.task,
    { report, origin, text: report.task, masks: [mask] },
  ]);
  return {
    influence: shipped.influence.map((report) => ({ report, origin, text })),
    evaluations: Object.fromEntries(evaluations),
    full: { ...shipped.score, tokens, mask, origin, text },
  };
}
