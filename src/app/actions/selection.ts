import type { Calibration, CurveReport, CurveRequest, InfluenceMetric, ModelReport } from '../../lab/contract';
import { sameCalibration, samePlain } from '../../lab/contract/asked';
import type { UnitKind } from '../../model/units';
import { isPlain } from '../../pruning/metrics';
import { type Strategy, strategyTraits } from '../../pruning/strategies';
import { influenceIn, shownValues } from '../store/influence';
import { setMasks } from '../store/masks';
import { calibrationOf, judgeOf } from '../store/measuring';
import { notify, notifyFailure } from '../store/notify';
import { maskOf, reportOf } from '../store/select';
import type { Chosen } from '../store/shelf';
import type { AppState } from '../store/state';
import { changeOpen, store } from '../store/store';
import { curveSeconds, influenceSeconds } from './cost';
import { toFailure } from './failure';
import { computeInfluence } from './influence';
import { lab, runJob } from './jobs';
import { isLocked } from './locks';
import { settingsOf } from './metric-settings';
import { named } from './named';
import { inUnits, lowestFirst, stepsTo, type Unit } from './steps';

export interface Selection {
  readonly strategy: Strategy;
  /** For a strategy that goes by one. */
  readonly metric: InfluenceMetric;
  readonly unit: UnitKind;
  readonly k: number;
  readonly seed: number;
}

const NOT_CHOSEN = 'The layers could not be chosen';

/** Puts the tower at `k` units dropped by a strategy, each removal a step that can be undone. */
export async function applySelection(selection: Selection): Promise<void> {
  const order = await orderOf(selection);
  if (!order) return;
  const { k } = selection;
  const steps = stepsTo(maskOf(store.getState()), order, k);
  const mask = steps.at(-1);
  if (mask) changeOpen({ chosen: { mask, how: howOf(selection) } });
  setMasks(steps);
  if (order.length < k) notify(`Only ${order.length} could be dropped`, 'The others are locked.');
}

/** Without what the strategy does not go by. */
function howOf({ strategy, metric, unit, seed }: Selection): Chosen {
  const traits = strategyTraits(strategy);
  return { strategy, unit, ...(traits.metric && { metric }), ...(traits.drawn && { seed }) };
}

async function orderOf(selection: Selection): Promise<Unit[] | undefined> {
  if (selection.k === 0) return [];
  const { metric, rescored } = strategyTraits(selection.strategy);
  return metric && !rescored ? oneShot(selection) : byCurve(selection);
}

/** By values that are on the page; measured first where they are not. */
async function oneShot({ metric, unit }: Selection): Promise<Unit[] | undefined> {
  const measured = () => influenceIn(store.getState().open.influence, metric, unit);
  if (!measured() && (!isPlain(metric) || !(await computeInfluence(metric)))) return undefined;
  const found = measured();
  const { model, locked } = store.getState().open;
  try {
    return found && lowestFirst(model!.report.blocks, unit, shownValues(found), (one) => isLocked(locked, one));
  } catch (error) {
    notifyFailure(NOT_CHOSEN, toFailure(error));
    return undefined;
  }
}

/** The last curve, since one of more steps tells what fewer would have given. */
let last: (Asked & { readonly report: CurveReport }) | undefined;

interface Asked {
  readonly request: CurveRequest;
  readonly calibration: Calibration;
  readonly model: ModelReport | undefined;
}

const isSame = (a: Asked, b: Asked) =>
  a.model === b.model && samePlain(a.request, b.request) && sameCalibration(a.calibration, b.calibration);

/** The curve that a strategy chooses along. */
function curveOf({ strategy, metric, unit, seed }: Selection, s: AppState): CurveRequest {
  const traits = strategyTraits(strategy);
  return {
    strategy,
    unit,
    locked: s.open.locked,
    ...(traits.metric && { metric, settings: settingsOf(s, metric) }),
    ...(traits.drawn && { seed, draws: 1 }),
    judge: judgeOf(s),
  };
}

/** Seconds that choosing would take; undefined where that cannot be told. */
export function selectionSeconds(selection: Selection): Promise<number | undefined> {
  const { metric, rescored } = strategyTraits(selection.strategy);
  if (metric && !rescored) return influenceSeconds(selection.metric);
  return curveSeconds({ ...curveOf(selection, store.getState()), steps: selection.k });
}

async function byCurve(selection: Selection): Promise<Unit[] | undefined> {
  const s = store.getState();
  const { k, unit } = selection;
  const calibration = calibrationOf(s);
  const request = curveOf(selection, s);
  const asked: Asked = { request, calibration, model: reportOf(s) };
  let report = last && isSame(last, asked) ? last.report : undefined;
  const reaches = (points: CurveReport['points']) => points.some((p) => p.removed === k);
  if (!report || !reaches(report.points)) {
    const resume = report && { resume: report };
    const run = await runJob({
      slot: 'select',
      label: 'Choosing what to drop',
      failure: NOT_CHOSEN,
      run: (options) =>
        named(calibration, (on) => lab().curve({ ...request, steps: k, ...resume, calibration: on }, options)),
    });
    if (run.ended !== 'done') return undefined;
    report = run.value;
    last = { ...asked, report };
  }
  const point = report.points.filter((p) => p.removed <= k).at(-1);
  return point && inUnits(point.dropped, unit);
}
