import type { Branch } from '../../engine/branch';
import type { Gone } from '../../pruning/strategy';
import type { CurveRequest } from '../contract';
import { branchOf } from './branch';
import { headOf, metricOf, planCurve } from './curve-plan';
import { begin } from './curve-steps';
import { PASSES } from './curve-time';
import { influenceWork } from './influence-work';
import { recoveryWork } from './recover';
import { type Ground, NO_WORK, times, Walks, type Work, walkWork } from './work';

/** Points whose masks are walked together, about. */
const TOGETHER = 64;

/** What curves stand on: the text, and the items of the benchmark and of the task that is a metric, where asked. */
export interface CurveGround {
  /** What the strategy chooses on. */
  readonly text: Ground;
  /** What points are judged on, where that is another. */
  readonly judge?: Ground;
  readonly benchmark?: Ground;
  readonly task?: Ground;
}

/**
 * What a curve takes. The strategy is played with numbers that are all the same: which units go changes little of what it
 * is to measure them. Points that are known count no more. Throws what `planCurve` throws.
 */
export async function curveWork(
  request: CurveRequest,
  { text, judge = text, benchmark, task: scored = text }: CurveGround,
): Promise<Work> {
  const { resume, ...asked } = request;
  const blocks = text.shares.length / 2;
  const plan = planCurve(blocks, asked, headOf(asked));
  if (plan.draws === 0) return NO_WORK;
  const metric = metricOf(request);
  const branchAfter = (gone: Gone) => branchOf({ mask: plan.maskAfter(gone), modules: request.standing });
  const walks = new Walks();
  const influence = (gone: Gone) =>
    void influenceWork(
      { ...request.settings, metric: metric!, unit: request.unit, resume: undefined },
      scored,
      branchAfter(gone),
      walks,
    );
  walks.losses(judge, [branchAfter([])]);
  const known = resume?.points.length ?? 0;
  const { steps } = await begin(request.strategy, {
    plan,
    async influence() {
      if (!resume?.order) influence([]);
      return plan.units.map(() => 0);
    },
    async angles() {
      walks.add(walkWork(text, [branchAfter([])]));
      return Array.from({ length: blocks }, () => Array<number>(blocks).fill(0));
    },
  });
  const masks = [branchAfter([])];
  const gone: Gone[] = [[]];
  const waiting: Branch[] = [];
  const walkWaiting = () => walks.losses(judge, waiting.splice(0));
  let step = steps.next([]);
  while (!step.done && masks.length <= plan.most) {
    const isNew = masks.length >= known;
    let answer: number[] = [];
    if (step.value.ask === 'losses') {
      const branches = step.value.masks.map(branchAfter);
      if (isNew) walks.losses(text, branches);
      answer = branches.map(() => 0);
    } else if (step.value.ask === 'influence') {
      walkWaiting();
      if (isNew) influence(step.value.gone);
      answer = step.value.left.map(() => 0);
    } else {
      const point = step.value.point.map(branchAfter);
      if (isNew) waiting.push(...point);
      if (waiting.length >= TOGETHER) walkWaiting();
      masks.push(point[0]!);
      gone.push(step.value.point[0]!);
    }
    step = steps.next(answer);
  }
  walkWaiting();
  if (request.recover) {
    for (const [i, own] of gone.entries()) {
      const { recovered, recoveredAccuracy } = resume?.points[i] ?? {};
      if (recovered !== undefined && (!benchmark || recoveredAccuracy)) continue;
      const { dropped } = plan.maskAfter(own);
      recoveryWork(walks, { text, judge }, dropped);
      if (benchmark && dropped.length > 0) walks.add(walkWork(benchmark, [masks[i]!]));
    }
  }
  const unmeasured = masks.filter((_, i) => !resume?.points[i]?.accuracy);
  if (benchmark) for (const mask of unmeasured) walks.add(walkWork(benchmark, [mask]));
  if (request.timed) for (const mask of masks) walks.add(timedWork(text, mask));
  return walks.work;
}

/** A pass that is not timed, and those that are, over the first window. */
export function timedWork(text: Ground, mask: Branch): Work {
  const first = Math.min(text.tokens, text.rows);
  return times(PASSES + 1, walkWork({ ...text, tokens: first, scored: first }, [mask]));
}
