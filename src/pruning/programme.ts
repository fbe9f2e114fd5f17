/** The integer programme of a plan: of each unit one alternative or none, the least costs under all budgets at once. Pure. */
import { asksToSave, type Budget, mostLoss, savedFirst, savesEnough } from './budgets';
import { type Alternative, type Pick, pickOf, savedBy } from './picks';

/** What solves a programme in CPLEX's LP format, exactly: the value of every variable, or undefined where none is possible. */
export type Solve = (programme: string) => ReadonlyMap<string, number> | undefined;

/** A solver's own tolerance; asked for more by this much, what it gives is enough. */
const TOLERANCE = 2e-6;

/**
 * The pick that saves enough and has the least sum of single costs; or, where only the loss is bounded, that saves most
 * within that sum. Alternatives without a finite cost take no part. Undefined where no pick can do it.
 */
export function solvePlan(
  solve: Solve,
  budgets: readonly Budget[],
  all: readonly Alternative[],
  costs: readonly number[],
): Pick | undefined {
  const free = [...all.keys()].filter((a) => Number.isFinite(costs[a]));
  for (const extra of [0, TOLERANCE]) {
    const values = free.length > 0 && solve(programmeOf(budgets, all, costs, free, extra));
    if (!values) return undefined;
    const pick = pickOf(free.filter((a) => values.get(`x${a}`)! > 0.5));
    if (savesEnough(budgets, savedBy(all, pick))) return pick;
  }
  return undefined;
}

function programmeOf(
  budgets: readonly Budget[],
  all: readonly Alternative[],
  costs: readonly number[],
  free: readonly number[],
  extra: number,
): string {
  const sum = (value: (a: number) => number) => free.map((a) => term(value(a), a)).join('\n');
  const units = [...new Set(free.map((a) => all[a]!.unit))];
  const once = units.map((unit) => {
    const own = free.filter((a) => all[a]!.unit === unit);
    return `u${unit}: ${own.map((a) => `+ x${a}`).join(' ')} <= 1`;
  });
  const enough = budgets.flatMap(({ of, by }, i) =>
    of === 'loss' ? [] : [`b${i}: ${sum((a) => all[a]!.saves[of])} >= ${by + extra}`],
  );
  const most = savedFirst(budgets);
  const [aim, bounds] = asksToSave(budgets)
    ? [`Minimize\ncost: ${sum((a) => costs[a]!)}`, enough]
    : [
        `Maximize\nsaved: ${sum((a) => all[a]!.saves[most])}`,
        [`loss: ${sum((a) => costs[a]!)} <= ${mostLoss(budgets)}`],
      ];
  return [aim, 'Subject To', ...bounds, ...once, 'Binary', ...free.map((a) => `x${a}`), 'End', ''].join('\n');
}

const term = (value: number, a: number) => `${value < 0 ? '-' : '+'} ${Math.abs(value).toFixed(12)} x${a}`;
