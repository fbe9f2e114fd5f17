import { delegating } from '../place/budget';
import type { OpenModel } from '../place/model';
import { operationsOf, sharedPasses, sharesOf } from './work';

/** The model, its walks timed: what they came to and how long they took goes to its `speed`. */
export function timed(model: OpenModel): OpenModel {
  const { engine, report, speed } = model;
  const shares = sharesOf(report);
  const walk: typeof engine.walk = async (tree, branches, options) => {
    const started = performance.now();
    const result = await engine.walk(tree, branches, options);
    if (options?.until !== undefined) return result; // a part of a pass says little of a whole one
    const { passes, distinct } = sharedPasses(shares, branches);
    const work = { tokens: passes * tree.rows, scored: distinct * tree.scored.rows.length };
    speed.add(operationsOf(work, report), (performance.now() - started) / 1000);
    return result;
  };
  return { ...model, engine: { ...delegating(engine), walk } };
}
