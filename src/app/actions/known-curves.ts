import type { UnitKind } from '../../model/units';
import { textOf } from '../store/beforehand';
import type { ClaimedCurves } from '../store/curves';
import type { Known } from '../store/known';
import { reportOf } from '../store/select';
import { store } from '../store/store';
import { addCurve } from './curves';

/** Puts a curve that was measured beforehand beside the others. */
export function showKnownCurve(known: Known, i: number): void {
  const { report, request } = known.details!.curves[i]!;
  addCurve({ report, request, origin: known.origin, text: textOf(known) });
}

/** Puts every known curve of a kind of unit beside the others, unless it is there. */
export function showKnownCurvesOf(known: Known, unit: UnitKind): void {
  const there = store.getState().curves.map((curve) => curve.report);
  for (const [i, { report }] of (known.details?.curves ?? []).entries()) {
    if (report.unit === unit && !report.recover && !there.includes(report)) showKnownCurve(known, i);
  }
}

/** Makes a claim's curves stand out, those that were measured beforehand brought back where they were removed. */
export function showClaim(known: Known | undefined, claimed: ClaimedCurves): void {
  const model = reportOf(store.getState())?.fingerprint;
  for (const [i, { report }] of (known?.details?.curves ?? []).entries()) {
    const isThere = store
      .getState()
      .curves.some((c) => c.model === model && c.report.strategy === 'greedy' && c.report.unit === report.unit);
    if (report.strategy === 'greedy' && claimed.units.includes(report.unit) && !isThere) showKnownCurve(known!, i);
  }
  store.setState({ claimed });
}

/** Each kind of unit chosen one by one: what shows at first, where no curve of the model is there yet. */
export function showFirstCurves(known: Known): void {
  const { fingerprint } = known.results.model;
  if (store.getState().curves.some((curve) => curve.model === fingerprint)) return;
  for (const [i, { report }] of (known.details?.curves ?? []).entries()) {
    if (report.strategy === 'greedy' && report.unit !== 'sublayer' && !report.recover) showKnownCurve(known, i);
  }
}
