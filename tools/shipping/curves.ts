import type { Calibration, CurveReport, CurveRequest } from '../../src/lab/contract';
import type { ShippedDetails } from '../../src/lab/files/shipped-file';
import { curve } from '../../src/lab/jobs/curve';
import type { UnitKind } from '../../src/model/units';
import { type CURVES, type CurveBudget, DRAWS } from './arguments';
import type { Place } from './place';
import type { KeptWork } from './work';

/**
 * Strategies for every kind of unit, chosen on the even windows and judged on the odd ones. Leave-one-out measured anew
 * after each removal goes the way of the greedy one.
 */
const REQUESTS: Readonly<Record<(typeof CURVES)[number], (unit: UnitKind, draws: number) => CurveRequest>> = {
  greedy: (unit) => ({ strategy: 'greedy', unit }),
  'loo-loss': (unit) => ({ strategy: 'one-shot', unit, metric: 'loo-loss' }),
  cosine: (unit) => ({ strategy: 'one-shot', unit, metric: 'cosine' }),
  random: (unit, draws) => ({ strategy: 'random', unit, draws, seed: 1 }),
  span: (unit) => ({ strategy: 'span', unit }),
};

const requestsOf = ({ units, by, steps, draws }: CurveBudget): CurveRequest[] =>
  [
    ...units.flatMap((unit) => by.filter((one) => one !== 'span').map((one) => REQUESTS[one](unit, draws))),
    ...by.filter((one) => one === 'span').map((one) => REQUESTS[one]('block', draws)),
  ].map((request) => {
    // One that goes by an order that is known takes a loss a step, and goes all the way.
    const cut = steps !== undefined && request.strategy !== 'one-shot';
    return { ...request, judge: 'halves', ...(cut && { steps }) };
  });

export async function drawCurves(
  place: Place,
  work: KeptWork,
  calibration: Calibration,
  budget: CurveBudget,
): Promise<ShippedDetails['curves']> {
  const drawn: { report: CurveReport; request: CurveRequest }[] = [];
  for (const request of requestsOf(budget)) {
    const { strategy, metric, unit, steps, draws } = request;
    const fewer = [steps && `${steps} steps`, draws !== undefined && draws !== DRAWS && `${draws} draws`];
    const name = ['curve', strategy, metric, unit, ...fewer].filter(Boolean).join(' ');
    const report = await work.getOn<CurveReport, CurveReport>(name, (resume, keep) =>
      place.run(curve, { ...request, calibration, ...(resume && { resume }) }, name, {
        onPoint: (_, soFar) => keep(soFar),
      }),
    );
    drawn.push({ report, request });
  }
  return drawn;
}

/** Masks on the way of a curve. */
export const stepsOf = ({ points }: CurveReport) => points.map((point) => point.dropped);
