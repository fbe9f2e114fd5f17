import type { EngineContract } from '../../engine/contract';
import type { ModelReport } from '../contract';
import { delegating } from '../place/budget';
import type { Speed } from '../place/speed';
import { operationsOf, sharedPasses, sharesOf } from './work';

/** The engine, its walks timed: what they came to and how long they took goes to `speed`. */
export function timed(engine: EngineContract, model: ModelReport, speed: Speed): EngineContract {
  const shares = sharesOf(model);
  return {
    ...delegating(engine),
    async walk(tree, branches, options) {
      const started = performance.now();
      const result = await engine.walk(tree, branches, options);
      const { passes, distinct } = sharedPasses(shares, branches);
      const work = { tokens: passes * tree.rows, scored: distinct * tree.scored.rows.length };
      speed.add(operationsOf(work, model), (performance.now() - started) / 1000);
      return result;
    },
  };
}
