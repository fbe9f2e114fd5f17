import { type Branch, FULL, without } from '../../engine/branch';
import { sublayerIndex, unitsOf } from '../../model/units';
import type { Batch, Estimate, Estimator } from '../../pruning/estimate';
import { isGradient, isOfTask, isRecovered, isShapley, isStatic } from '../../pruning/metrics';
import type { InfluenceRequest } from '../contract';
import { estimatorOf, methodOf, samplesAsked } from './shapley';
import { type Ground, times, Walks, type Work, walkWork } from './work';

/** Samples that are played: those that follow are of the same size. */
const PLAYED = 16;
/** Passes that one there and back comes to: there, what is computed again on the way back, and the way back. */
const REVERSE = 3;
/** Sets of an exact value that are asked for together. */
const SETS = 1024;

/**
 * What influence of all units takes; of a metric that may end early, at most. What was drawn before counts no more. Of a
 * task's metric the ground is the task's items. `walks`: those that were made already.
 */
export function influenceWork(
  { metric, unit, resume, ...settings }: InfluenceRequest,
  ground: Ground,
  gone = FULL,
  walks = new Walks(),
): Work {
  const units = unitsOf(ground.shares.length / 2, unit);
  if (isStatic(metric)) {
    walks.add(walkWork(ground, [gone]));
  } else if (isGradient(metric)) {
    // Weights that are streamed are read on the way there and on the way back.
    walks.add({ ...times(REVERSE, walkWork(ground, [gone])), readings: 2 });
  } else if (!isShapley(metric)) {
    // What the units add on average is learned in a pass before.
    if (isRecovered(metric)) walks.add(walkWork({ ...ground, scored: 0 }, [gone]));
    walks.losses(ground, [gone, ...units.map((own) => without(own.map(sublayerIndex), gone))]);
  } else {
    const method = methodOf(metric, settings);
    const asked = samplesAsked(metric, units.length, settings);
    const played = method === 'exact' ? asked : Math.min(PLAYED, asked);
    const plain = { seed: settings.seed ?? 0, permutations: played };
    const estimator = estimatorOf(method, units, plain, () => (method === 'exact' ? SETS : 4), undefined);
    const left = Math.max(0, asked - (resume?.sampling?.drawn ?? 0));
    // The full model is measured first.
    if (!isOfTask(metric)) walks.losses(ground, [gone]);
    walks.add(times(left / played, workOf(estimator, ground, gone)));
  }
  return walks.work;
}

/** Plays an estimator, and counts what it asks for. */
function workOf(estimator: Estimator, ground: Ground, gone: Branch): Work {
  const walks = new Walks();
  let step: IteratorResult<Batch, Estimate> = estimator.next([]);
  while (!step.done) {
    const { branches } = step.value;
    walks.losses(
      ground,
      branches.map((own) => without(own, gone)),
    );
    step = estimator.next(branches.map(() => 0));
  }
  return walks.work;
}
