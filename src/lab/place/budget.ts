import type { EngineContract } from '../../engine/contract';

/** The engine with a memory budget for every walk that asks for none of its own; no walk takes more rows than fit in it. */
export function withBudget(engine: EngineContract, memoryBudget: number): EngineContract {
  return {
    model: engine.model,
    maxRows: engine.rowsWithin(memoryBudget),
    memory: () => ({ ...engine.memory(), budget: memoryBudget }),
    restartPeak: () => engine.restartPeak(),
    rowsWithin: (budget, options) => engine.rowsWithin(budget, options),
    walk: (tree, branches, options) => engine.walk(tree, branches, { memoryBudget, ...options }),
    decoder: (dropped, prompts, maxNewTokens, options) => engine.decoder(dropped, prompts, maxNewTokens, options),
    dispose: () => engine.dispose(),
  };
}
