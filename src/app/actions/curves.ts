import type { CurvePoint, CurveReport, CurveRequest } from '../../lab/contract';
import { sameCalibration, samePlain } from '../../lab/contract/asked';
import { UNIT_NAMES } from '../../model/units';
import { makeMask } from '../../pruning/mask';
import { strategyTraits } from '../../pruning/strategies';
import type { Curve } from '../store/curves';
import { setMask } from '../store/masks';
import { calibrationOf, hereOrigin } from '../store/measuring';
import { reportOf } from '../store/select';
import type { AppState } from '../store/state';
import { changeOpen, store } from '../store/store';
import { curveName } from '../words/curve-names';
import { cancelJob, lab, runJob } from './jobs';
import { dropByHand } from './locks';
import { named } from './named';
import { withItems } from './own-items';
import { learnLoss } from './score';

/** Colours that curves are told apart by. */
const COLOURS = 8;

let made = 0;
let drawing = false;
/** The curve that is being drawn. */
let inHand: number | undefined;

/** The curves of the open model. */
const curvesOf = (s: AppState) => s.curves.filter((c) => c.model === reportOf(s)?.fingerprint);

/** Draws curves one after the other, after those that wait already. */
export async function addCurves(...requests: readonly CurveRequest[]): Promise<void> {
  store.setState((s) => ({ curvesWaiting: [...s.curvesWaiting, ...requests] }));
  if (drawing) return;
  drawing = true;
  for (;;) {
    const [next, ...rest] = store.getState().curvesWaiting;
    if (!next) break;
    store.setState({ curvesWaiting: rest });
    // Who cancels a curve does not want those behind it either.
    if ((await draw(next)) === 'cancelled') store.setState({ curvesWaiting: [] });
  }
  drawing = false;
}

/**
 * Puts a point's mask into the tower, locked sublayers left where they are; its loss is known where the text is still the
 * same.
 */
export function applyPoint(
  { model, calibration, report: { strategy, metric, unit, seed, judged } }: Curve,
  { dropped, loss, draws }: CurvePoint,
): void {
  const s = store.getState();
  const open = reportOf(s);
  if (!open || open.fingerprint !== model) return;
  const mask = dropByHand(makeMask(open.blocks), dropped, true);
  const whole = mask.dropped.length === dropped.length && !draws;
  // On half of the text a loss is another.
  const known = whole && !judged && calibration && sameCalibration(calibration, calibrationOf(s));
  if (known) learnLoss(mask, loss);
  if (whole) changeOpen({ chosen: { mask, how: { strategy, metric, unit, seed } } });
  setMask(mask);
}

/** Goes on with a curve that was cut. One from a file says of its items only which they are. */
export function goOn({ request, report }: Curve): Promise<void> {
  const s = store.getState();
  const { benchmark, settings } = request;
  return addCurves({
    ...request,
    ...(benchmark && { benchmark: withItems(s, benchmark) }),
    ...(settings?.task && { settings: { ...settings, task: withItems(s, settings.task) } }),
    resume: report,
  });
}

/** Puts a curve that is there already, from a file, beside the open model's own. */
export function addCurve(curve: Omit<Curve, 'id' | 'model' | 'colour'>): Curve {
  const s = store.getState();
  const model = reportOf(s)?.fingerprint ?? '';
  const own: Curve = { ...curve, id: ++made, model, colour: colourFor(curve.request, curvesOf(s)) };
  put(own);
  return own;
}

/** One that is being drawn is cancelled, and does not come back. */
export function removeCurve(id: number): void {
  store.setState((s) => ({ curves: s.curves.filter((c) => c.id !== id) }));
  if (id !== inHand) return;
  inHand = undefined;
  cancelJob('curve');
}

/** One curve, its points shown as they come. Cut, it keeps those it has. */
async function draw({ resume, ...request }: CurveRequest): Promise<'done' | 'failed' | 'cancelled'> {
  const s = store.getState();
  const model = reportOf(s)?.fingerprint;
  if (!model) return 'failed';
  const before = resume ? s.curves.find((c) => c.report === resume) : alike(request, s);
  // Asked for again, one that is done stays, and one that was cut goes on.
  if (before && !before.report.partial) return 'done';
  const calibration = before?.calibration ?? calibrationOf(s);
  // One from a file goes on with the text at hand: the lab refuses where its first loss is another.
  const start: Curve = (before && { ...before, calibration }) ?? {
    id: ++made,
    model,
    request,
    report: {
      strategy: request.strategy,
      metric: request.metric,
      unit: request.unit,
      points: [],
      tokens: 0,
      partial: true,
    },
    origin: hereOrigin(s),
    text: s.calibration.source,
    calibration,
    colour: colourFor(request, curvesOf(s)),
  };
  const name = curveName(start);
  inHand = start.id;
  const { ended } = await runJob<CurveReport>({
    slot: 'curve',
    label: name,
    failure: `The curve “${name}” could not be drawn`,
    run: (options, soFar) =>
      named(calibration, (on) =>
        lab().curve(
          { ...request, ...(before && { resume: before.report }), calibration: on },
          { ...options, onPoint: (_, report) => soFar(report) },
        ),
      ),
    show: (report) => inHand === start.id && put({ ...start, report }),
  });
  return ended;
}

/** A curve of the same request on the same text. */
function alike(request: Curve['request'], s: AppState): Curve | undefined {
  const on = calibrationOf(s);
  return curvesOf(s).find((c) => c.calibration && sameCalibration(c.calibration, on) && samePlain(c.request, request));
}

function put(curve: Curve): void {
  store.setState(({ curves }) => {
    const known = curves.some((c) => c.id === curve.id);
    return { curves: known ? curves.map((c) => (c.id === curve.id ? curve : c)) : [...curves, curve] };
  });
}

/** The unit's own colour while no other curve has it, then any that is free. Random ones always have their unit's: they are drawn otherwise. */
function colourFor({ unit, strategy }: CurveRequest, curves: readonly Curve[]): number {
  // The first colours are those of the kinds of unit, as elsewhere on the page.
  const own = UNIT_NAMES.indexOf(unit);
  if (strategyTraits(strategy).drawn) return own;
  const used = new Set(curves.filter((c) => !strategyTraits(c.report.strategy).drawn).map((c) => c.colour));
  const free = [own, 4, 5, 6, 7, 3, 1, 2, 0].find((c) => !used.has(c));
  return free ?? curves.length % COLOURS;
}
