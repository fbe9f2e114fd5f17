import type { PlanPoint, PlanReport, PlanRequest } from '../../lab/contract';
import type { Sublayer } from '../../model/units';
import { makeMask, maskFromSublayers } from '../../pruning/mask';
import { knownOf } from '../store/beforehand';
import { setMask } from '../store/masks';
import type { Measured } from '../store/measured';
import { calibrationOf, canMeasure, hereOrigin } from '../store/measuring';
import { notify } from '../store/notify';
import { reportOf } from '../store/select';
import { changeOpen, store } from '../store/store';
import { lab, runJob } from './jobs';
import { showKnownCurvesOf } from './known-curves';
import { dropByHand } from './locks';
import { named } from './named';
import { applyRecovery, takeRecovery } from './recovery';

/**
 * Looks for the best mask within budgets; what it finds is shown as it goes, and a cut plan can be gone on with. Where
 * nothing can be computed, what was measured beforehand is held against them.
 */
export async function findPlan(request: PlanRequest, goesOn = false): Promise<void> {
  const s = store.getState();
  const known = knownOf(s);
  if (known) showKnownCurvesOf(known, request.unit);
  if (!canMeasure(s)) return;
  const before = goesOn ? s.open.plan : undefined;
  const calibration = before?.calibration ?? calibrationOf(s);
  const influences = s.open.influence
    .filter(({ report }) => report.unit === request.unit && report.sampling)
    .map(({ report }) => report);
  const from: Omit<Measured<PlanReport>, 'report'> = {
    ...{ origin: hereOrigin(s), text: before?.text ?? s.calibration.source, calibration },
  };
  const { locked } = s.open;
  await runJob<PlanReport>({
    slot: 'plan',
    label: 'Plan',
    failure: 'The plan could not be made',
    run: (options, soFar) =>
      named(calibration, (on) =>
        lab().plan(
          {
            ...request,
            ...(locked.length > 0 && { locked }),
            influences,
            ...(before && { resume: before.report }),
            calibration: on,
          },
          { ...options, onSoFar: soFar },
        ),
      ),
    show: (report) => changeOpen({ plan: { report, ...from } }),
  });
}

/** Puts a mask into the tower as it was measured, with nothing in its place. */
export function applyPlain(dropped: readonly Sublayer[]): void {
  const open = reportOf(store.getState());
  if (!open) return;
  setMask(dropByHand(makeMask(open.blocks), dropped, true));
  applyRecovery(false);
}

/** Puts a point's mask into the tower; of the best, what stands in comes with it as the third model. */
export function applyPlanPoint({ report }: Measured<PlanReport>, point: PlanPoint): void {
  const open = reportOf(store.getState());
  if (!open) return;
  applyPlain(point.dropped);
  if (!point.modules) return;
  const { modules, best } = report;
  if (modules && best !== undefined && report.points[best] === point) {
    return void takeRecovery(maskFromSublayers(open.blocks, point.dropped), modules, 'plan');
  }
  notify(
    'Applied without what stood in',
    'A plan keeps that of its best mask, where it is small enough for a file. Recovery fits it anew.',
  );
}
