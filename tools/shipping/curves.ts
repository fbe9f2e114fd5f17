import type { Calibration, CurveReport, CurveRequest } from '../../src/lab/contract';
import type { ShippedDetails } from '../../src/lab/files/shipped-file';
import { curve } from '../../src/lab/jobs/curve';
import { UNIT_NAMES } from '../../src/model/units';
import type { Place } from './place';
import type { KeptWork } from './work';

/** Drawn for the band of random orders. */
const DRAWS = 12;

/**
 * Strategies for every kind of unit, chosen on the even windows and judged on the odd ones. Leave-one-out measured anew
 * after each removal goes the way of the greedy one.
 */
const REQUESTS: readonly CurveRequest[] = [
  ...UNIT_NAMES.flatMap((unit): CurveRequest[] => [
    { strategy: 'greedy', unit },
    { strategy: 'one-shot', unit, metric: 'loo-loss' },
    { strategy: 'one-shot', unit, metric: 'cosine' },
    { strategy: 'random', unit, draws: DRAWS, seed: 1 },
  ]),
  { strategy: 'span', unit: 'block' } satisfies CurveRequest,
].map((request): CurveRequest => ({ ...request, judge: 'halves' }) as CurveRequest);

export async function drawCurves(
  place: Place,
  work: KeptWork,
  calibration: Calibration,
): Promise<ShippedDetails['curves']> {
  const drawn: { report: CurveReport; request: CurveRequest }[] = [];
  for (const request of REQUESTS) {
    const name = ['curve', request.strategy, request.metric, request.unit].filter(Boolean).join(' ');
    const report = await work.get(name, () => place.run(curve, { ...request, calibration }, name));
    drawn.push({ report, request });
  }
  return drawn;
}

/** Masks on the way of a curve. */
export const stepsOf = ({ points }: CurveReport) => points.map((point) => point.dropped);
