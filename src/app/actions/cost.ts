import type { CurveRequest, InfluenceMetric } from '../../lab/contract';
import { calibrationOf, canMeasure } from '../store/measuring';
import { store } from '../store/store';
import { lab } from './jobs';
import { named } from './named';

/** Seconds that a job on the text in use would take; undefined where that cannot be told. */
async function secondsOf(
  ask: (on: { readonly named: string }) => Promise<number | undefined>,
): Promise<number | undefined> {
  const s = store.getState();
  if (!canMeasure(s)) return undefined;
  // What is wrong with a request is said where it is asked for.
  return named(calibrationOf(s), ask).catch(() => undefined);
}

export const curveSeconds = (request: CurveRequest): Promise<number | undefined> =>
  secondsOf(async (calibration) => (await lab().cost('curve', { ...request, calibration }))?.seconds);

/** Of a metric for every kind of unit, as `computeInfluence` measures it. */
export const influenceSeconds = (metric: InfluenceMetric): Promise<number | undefined> =>
  secondsOf(async (calibration) => {
    const units = ['sublayer', 'block'] as const;
    const costs = await Promise.all(units.map((unit) => lab().cost('influence', { metric, unit, calibration })));
    return costs.every((cost) => cost) ? costs.reduce((sum, cost) => sum + cost!.seconds, 0) : undefined;
  });
