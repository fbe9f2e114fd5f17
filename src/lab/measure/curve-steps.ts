import { removalOrder } from '../../pruning/ranking';
import type { Strategy } from '../../pruning/strategies';
import { type Gone, greedy, inOrder, iterative, randomOrders, type StrategySteps, spans } from '../../pruning/strategy';
import type { CurvePlan } from './curve-plan';

/** What a strategy begins with: the plan, and what it may have measured of the model that nothing is gone from yet. */
export interface Beginning {
  readonly plan: CurvePlan;
  /** Of every unit, by the request's metric. */
  influence(): Promise<readonly number[]>;
  /** As in `NormsReport.angles`. */
  angles(): Promise<readonly (readonly number[])[]>;
}

/** The steps that are left to go, and the order of all units where it is known beforehand. */
export interface Begun {
  readonly steps: StrategySteps;
  readonly order?: Gone;
}

/** How each strategy begins. */
const BEGINNINGS: Readonly<Record<Strategy, (from: Beginning) => Begun | Promise<Begun>>> = {
  'one-shot': async ({ plan, influence }) => ordered(plan, plan.order ?? removalOrder(await influence(), plan.free)),
  iterative: ({ plan: { free, gone } }) => ({ steps: iterative(free, gone) }),
  greedy: ({ plan: { free, gone } }) => ({ steps: greedy(free, gone) }),
  span: async ({ plan, angles }) => ({ steps: goneOn(plan, spans(await angles(), plan.free)) }),
  random: ({ plan }) => ({ steps: goneOn(plan, randomOrders(plan.free, plan.draws, plan.seed, plan.firstDraw)) }),
  given: ({ plan }) => ordered(plan, plan.free),
};

export const begin = async (strategy: Strategy, from: Beginning): Promise<Begun> => BEGINNINGS[strategy](from);

const ordered = (plan: CurvePlan, order: Gone): Begun => ({ order, steps: goneOn(plan, inOrder(order)) });

/** The steps after the points that are known. */
function goneOn({ known }: CurvePlan, steps: StrategySteps): StrategySteps {
  for (let point = 1; point < known.length; point++) steps.next([]);
  return steps;
}
