import type { EngineContract } from '../../engine/contract';

/** An engine that hands everything on, to change some of it. */
export const delegating = (engine: EngineContract): EngineContract => ({
  model: engine.model,
  maxRows: engine.maxRows,
  memory: () => engine.memory(),
  restartPeak: () => engine.restartPeak(),
  rowsWithin: (budget, observers) => engine.rowsWithin(budget, observers),
  walk: (tree, branches, options) => engine.walk(tree, branches, options),
  gradientRows: (budget) => engine.gradientRows(budget),
  gradientInfluence: (tree, branch, options) => engine.gradientInfluence(tree, branch, options),
  decoder: (branch, prompts, maxNewTokens, options) => engine.decoder(branch, prompts, maxNewTokens, options),
  trainer: (state, aim, options) => engine.trainer(state, aim, options),
  square: (width, values) => engine.square(width, values),
  dispose: () => engine.dispose(),
});

/** The engine with a memory budget for every walk that asks for none of its own; no walk takes more rows than fit in it. */
export const withBudget = (engine: EngineContract, memoryBudget: number): EngineContract => ({
  ...delegating(engine),
  maxRows: engine.rowsWithin(memoryBudget),
  memory: () => ({ ...engine.memory(), budget: memoryBudget }),
  walk: (tree, branches, options) => engine.walk(tree, branches, { memoryBudget, ...options }),
  gradientRows: (budget = memoryBudget) => engine.gradientRows(budget),
  gradientInfluence: (tree, branch, options) => engine.gradientInfluence(tree, branch, { memoryBudget, ...options }),
  trainer: (state, aim) => engine.trainer(state, aim, { memoryBudget }),
});
