import { named } from '../../engine/branch';
import { LopperError } from '../../errors';
import { type Sublayer, unitsOf } from '../../model/units';
import { formatDropList } from '../../pruning/drop-list';
import { type Mask, maskFromSublayers, sameMask } from '../../pruning/mask';
import { checkMetric, isOfTask, isRelative, isShapley } from '../../pruning/metrics';
import { strategyTraits } from '../../pruning/strategies';
import { freeUnits, type Gone } from '../../pruning/strategy';
import { unitName } from '../../recovery/units';
import type {
  CurvePoint,
  CurveReport,
  CurveRequest,
  CurveSettings,
  InfluenceMetric,
  InfluenceSettings,
  Judged,
  MeasuredTask,
} from '../contract';
import { type CurveHead, curvePairs, difference } from '../contract/asked';
import { shareOf } from '../contract/part';
import { DEFAULT_PERMUTATIONS } from './shapley';

/** Random orders drawn where no number is given. */
export const DEFAULT_DRAWS = 20;

/** What a curve's request comes to on a model: the units, those that may go, and the points there are already. */
export interface CurvePlan {
  readonly units: readonly (readonly Sublayer[])[];
  readonly free: readonly number[];
  /** Removals at most. */
  readonly most: number;
  /** Orders drawn, the first being this one of the seed. */
  readonly draws: number;
  readonly firstDraw: number;
  readonly seed: number;
  /** Points of the report that is gone on from, and the units of its last one in their order (of the first draw). */
  readonly known: readonly CurvePoint[];
  readonly gone: Gone;
  /** Order of a one-shot curve that is gone on from: its metric is not measured again. */
  readonly order?: Gone;
  /** The model once units are gone. */
  maskAfter(gone: Gone): Mask;
}

/**
 * Works a request out. Throws `usage` for one that cannot be met, `mask-mismatch` for blocks the model lacks,
 * `nothing-to-drop` where all units are locked.
 */
export function planCurve(blocks: number, request: CurveRequest, head: CurveHead): CurvePlan {
  const { strategy, metric, unit, steps, locked = [], start = [], draws = DEFAULT_DRAWS, seed = 0 } = request;
  const traits = strategyTraits(strategy);
  if (traits.metric) {
    if (!metric) throw usage(`A curve by strategy ${strategy} needs a metric.`, 'Name one, such as cosine.');
    checkMetric(metric);
  }
  if (traits.blocksOnly && unit !== 'block') {
    throw usage(`A ${strategy} is of blocks, not of the unit ${unit}.`, 'Ask for unit block.');
  }
  if (traits.ordered && !request.order?.length) {
    throw usage('A curve in a given order needs the order.', 'Name the units in the order they go.');
  }
  if (request.recover && traits.drawn) {
    throw usage(`A ${strategy} curve has many masks at a point, and no one recovery.`, 'Ask for another strategy.');
  }
  if (request.recover && request.standing) {
    throw usage('A curve has one recovery: fitted at every point, or given beforehand.', 'Ask for one of them.');
  }
  if (request.part && !traits.drawn) {
    throw usage(
      `A ${strategy} curve is one path, of which each step follows from the one before.`,
      'Ask for it whole: only random is done in parts.',
    );
  }
  checkWhole('The number of steps', steps, 1);
  checkWhole('The number of draws', draws, 1);
  checkWhole('The seed', seed, 0);
  maskFromSublayers(blocks, locked); // for its errors
  const from = maskFromSublayers(blocks, start);
  const units = traits.ordered ? request.order! : unitsOf(blocks, unit);
  const free = freeUnits(units, locked, start);
  const maskAfter = (gone: Gone) =>
    maskFromSublayers(blocks, [...from.dropped, ...gone.flatMap((unit) => units[unit]!)]);
  const [firstDraw, endDraw] = shareOf(draws, request.part);
  const most = Math.min(steps ?? free.length, free.length);
  const plan = { units, free, most, draws: endDraw - firstDraw, firstDraw, seed, maskAfter };
  const { resume } = request;
  if (!resume || resume.points.length === 0) return { ...plan, known: [], gone: [] };
  checkSame(resume, head, request);
  const known = resume.points.slice(0, plan.most + 1);
  // Where points have nothing in common, as spans of different lengths, there is no path through them.
  const gone = traits.nested ? pathOf(known, plan) : [];
  const order = traits.metric && !traits.rescored ? orderOf(resume, plan) : undefined;
  return { ...plan, known, gone, ...(order && { order }) };
}

function orderOf({ order }: CurveReport, { units, free }: Pick<CurvePlan, 'units' | 'free'>): Gone | undefined {
  const names = units.map((unit) => formatDropList(unit));
  const known = order?.map((unit) => names.indexOf(formatDropList(unit)));
  return known && sameSet(known, free) ? known : undefined;
}

const sameSet = (a: readonly number[], b: readonly number[]) => a.length === b.length && b.every((x) => a.includes(x));

/** The units that went from point to point. Throws `usage` where a point is no unit further than the one before. */
function pathOf(points: readonly CurvePoint[], { free, maskAfter }: Pick<CurvePlan, 'free' | 'maskAfter'>): Gone {
  let gone: Gone = [];
  for (const { dropped, removed } of points) {
    const isHere = (path: Gone) => {
      const mask = maskAfter(path);
      return sameMask(mask, { blocks: mask.blocks, dropped });
    };
    const next =
      removed === 0
        ? gone
        : free
            .filter((u) => !gone.includes(u))
            .map((u) => [...gone, u])
            .find(isHere);
    if (!next || next.length !== removed || !isHere(next)) {
      throw otherCurve(`its point of ${removed} removals does not follow from what may be dropped here`);
    }
    gone = next;
  }
  return gone;
}

/** Throws `usage`, naming the first difference, where points of the one report cannot stand beside those of the other. */
function checkSame(resume: CurveReport, head: CurveHead, request: CurveRequest) {
  const was = { ...resume, draws: resume.points[0]?.draws?.length };
  const other = difference(curvePairs(was, { ...head, draws: drawsOf(request) }));
  if (!other) return;
  const [name, a, b] = other;
  throw otherCurve(`its ${name} is ${a ?? 'not said'}, and what is asked for has ${b ?? 'none'}`);
}

/** What is read before a curve begins, and told of in its report. */
export interface ReadForCurve {
  readonly benchmark?: MeasuredTask;
  /** Of `shapley-task`. */
  readonly task?: MeasuredTask;
  readonly judged?: Judged;
}

/** What the report will say of the whole. */
export function headOf(request: CurveRequest, { benchmark, task, judged }: ReadForCurve = {}): CurveHead {
  const { strategy, unit } = request;
  const [metric, seed] = [metricOf(request), seedOf(request)];
  const settings = metric && settingsFor(metric, request.settings ?? {}, task);
  return {
    ...{ strategy, unit },
    ...(metric && { metric }),
    ...(settings && { settings }),
    ...(seed !== undefined && { seed }),
    ...(judged && { judged }),
    ...(benchmark && { benchmark }),
    ...(request.recover && { recover: request.recover }),
    ...(request.standing && { standing: standingName(request) }),
  };
}

/** Names what stands in at every point, by its numbers. */
export const standingName = ({ standing: modules = [] }: Pick<CurveRequest, 'standing'>): string =>
  modules.map(({ unit, module }) => `${unitName(unit)} ${named(module).name} ${module.strength}`).join(', ');

function settingsFor(
  metric: InfluenceMetric,
  { denominator = 'input', permutations = DEFAULT_PERMUTATIONS, bound, stableLowest, exact }: InfluenceSettings,
  task: MeasuredTask | undefined,
): CurveSettings | undefined {
  if (isRelative(metric)) return { denominator };
  if (!isShapley(metric)) return undefined;
  if (isOfTask(metric)) return { permutations, bound, task };
  return exact ? { exact } : { permutations, bound, stableLowest };
}

/** The metric, where the strategy has use for one. */
export const metricOf = ({ strategy, metric }: CurveRequest) => (strategyTraits(strategy).metric ? metric : undefined);

/** The seed, where chance has a part. */
function seedOf(request: CurveRequest): number | undefined {
  if (strategyTraits(request.strategy).drawn) return request.seed ?? 0;
  const metric = metricOf(request);
  return metric && isShapley(metric) ? (request.settings?.seed ?? 0) : undefined;
}

const drawsOf = ({ strategy, draws = DEFAULT_DRAWS }: CurveRequest) =>
  strategyTraits(strategy).drawn ? draws : undefined;

export const otherCurve = (what: string): LopperError =>
  usage(`The curve to go on from is of another request: ${what}.`, 'Ask for the same again, or start anew.');

function checkWhole(name: string, value: number | undefined, least: number) {
  if (value === undefined || (Number.isInteger(value) && value >= least)) return;
  throw usage(`${name} is ${value}.`, `Give a whole number of ${least} or more.`);
}

const usage = (message: string, remedy: string) => new LopperError('usage', message, remedy);
