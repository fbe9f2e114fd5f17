import type { CurveReport, CurveRequest, InfluenceMetric, InfluenceSettings } from '../../lab/contract';
import { curveName } from '../curves/curve-words';
import type { AppState, Curve } from '../store/state';
import { store } from '../store/store';
import { lab, runJob } from './jobs';
import { calibrationOf, hereOrigin } from './score';

/** Points are shown this often at most, milliseconds: often enough to watch, seldom enough to leave the page alone. */
const SHOW_EVERY = 250;
/** Colours that curves are told apart by. */
const COLOURS = 8;
/** The first four colours are those of the kinds of unit, as elsewhere on the page. */
const UNIT_COLOURS = { block: 0, attn: 1, ffn: 2, sublayer: 3 } as const;

let made = 0;
let drawing = false;

/** The curves of the open model. */
const cache = new WeakMap<readonly Curve[], Map<string, readonly Curve[]>>();
export function curvesOf({ curves, model }: AppState): readonly Curve[] {
  const print = model?.report.fingerprint ?? '';
  const known = cache.get(curves) ?? new Map<string, readonly Curve[]>();
  cache.set(curves, known);
  if (!known.has(print))
    known.set(
      print,
      curves.filter((c) => c.model === print),
    );
  return known.get(print)!;
}

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

/** Goes on with a curve that was cut. */
export const goOn = ({ request, report }: Curve): Promise<void> => addCurves({ ...request, resume: report });

export const removeCurve = (id: number): void =>
  store.setState((s) => ({ curves: s.curves.filter((c) => c.id !== id) }));

/** How a curve's metric is measured: as the Influence panel is set. */
export function settingsOf(
  { sampling, denominator }: AppState,
  metric: InfluenceMetric,
): InfluenceSettings | undefined {
  const { seed, permutations, bound, stableLowest, exact, task } = sampling;
  if (metric === 'relative-l1' || metric === 'relative-l2') return { denominator };
  if (!metric.startsWith('shapley')) return undefined;
  return { seed, permutations, bound, stableLowest, exact, ...(metric === 'shapley-task' && { task: { task } }) };
}

/** One curve, its points shown as they come. Cut, it keeps those it has. */
async function draw({ resume, ...request }: CurveRequest): Promise<'done' | 'failed' | 'cancelled'> {
  const s = store.getState();
  const before = resume && s.curves.find((c) => c.report === resume);
  const model = s.model?.report.fingerprint;
  if (!model) return 'failed';
  const calibration = before?.calibration ?? calibrationOf(s);
  const start: Curve = before ?? {
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
  let latest: CurveReport | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const show = () => {
    clearTimeout(timer);
    timer = undefined;
    if (latest) put({ ...start, report: latest });
  };
  const run = await runJob('curve', name, `The curve “${name}” could not be drawn`, (options) =>
    lab().curve(
      calibration,
      { ...request, ...(resume && { resume }) },
      {
        ...options,
        onPoint: (_, soFar) => {
          if (store.getState().jobs.curve?.id !== options.job) return;
          latest = soFar;
          timer ??= setTimeout(show, SHOW_EVERY);
        },
      },
    ),
  );
  if (run.ended === 'done') latest = run.value;
  show();
  return run.ended;
}

function put(curve: Curve): void {
  store.setState(({ curves }) => {
    const known = curves.some((c) => c.id === curve.id);
    return { curves: known ? curves.map((c) => (c.id === curve.id ? curve : c)) : [...curves, curve] };
  });
}

/** The unit's own colour while no other curve has it, then any that is free. Random ones always have their unit's: they are drawn otherwise. */
function colourFor({ unit, strategy }: CurveRequest, curves: readonly Curve[]): number {
  const own = UNIT_COLOURS[unit];
  if (strategy === 'random') return own;
  const used = new Set(curves.filter((c) => c.report.strategy !== 'random').map((c) => c.colour));
  const free = [own, 4, 5, 6, 7, 3, 1, 2, 0].find((c) => !used.has(c));
  return free ?? curves.length % COLOURS;
}
