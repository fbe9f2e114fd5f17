/** What a plan tries beside the ways of others: the integer programme's picks, all there are, and those near a good one. */
import { LopperError } from '../../errors';
import { asksToSave, type Budget, savedFirst, savesEnough } from '../../pruning/budgets';
import { type Alternative, exchanges, neighbours, type Pick, pickKey, savedBy } from '../../pruning/picks';
import { type Solve, solvePlan } from '../../pruning/programme';
import { shuffled } from '../../random';
import { SAME } from './plan-points';
import type { Tries } from './plan-tries';

/** Where only the loss is bounded: the sum of single costs is seldom the truth, so that more and less is asked for. */
const SUMS = [0.25, 0.5, 1, 1.5, 2];
/** Of the picks near another, so many that promise most, and some at random. */
const PROMISING = 24;
const AT_RANDOM = 8;

export interface SearchGround {
  readonly tries: Tries;
  readonly budgets: readonly Budget[];
  readonly alternatives: readonly Alternative[];
  readonly solver: () => Promise<Solve>;
  /** What people are told of the plan; one that there is no solver is added. */
  readonly notes: string[];
}

/** The picks of the programme at some shares of the budgets, by what each alternative costs. None without a solver. */
export async function solvedPicks(
  { budgets, alternatives, solver, notes }: SearchGround,
  costs: readonly number[],
  shares: readonly number[],
): Promise<Pick[]> {
  let solve: Solve;
  try {
    solve = await solver();
  } catch (error) {
    if (!(error instanceof LopperError)) throw error;
    if (!notes.includes(error.message)) notes.push(error.message);
    return [];
  }
  const picks = (asksToSave(budgets) ? shares : SUMS).map((share) => {
    const some = budgets.map(({ of, by }) => ({ of, by: asksToSave(budgets) && of === 'loss' ? by : share * by }));
    return solvePlan(solve, some, alternatives, costs);
  });
  return picks.filter((pick): pick is Pick => pick !== undefined && pick.length > 0);
}

/** Every pick that saves enough: twice as many with each alternative more. */
export function everyPick({ budgets, alternatives }: SearchGround): Pick[] {
  const all = Array.from({ length: 2 ** alternatives.length }, (_, set) =>
    alternatives.flatMap((_, a) => ((set >> a) & 1 ? a : [])),
  );
  return all.filter((pick) => savesEnough(budgets, savedBy(alternatives, pick)) && isSingle(pick, alternatives));
}

/** Picks that are reached from one by swaps and were not tried yet: the programme's, those that promise most, some at random. */
export async function picksNear(ground: SearchGround, pick: Pick, random: () => number): Promise<Pick[]> {
  const { tries, budgets, alternatives } = ground;
  const costs = await marginalCosts(ground, pick);
  const first = savedFirst(budgets);
  const saved = savedBy(alternatives, pick)[first];
  const near = neighbours(alternatives, pick, costs).filter(({ pick: other }) => {
    const own = savedBy(alternatives, other);
    return asksToSave(budgets) ? savesEnough(budgets, own) : own[first] > saved - SAME;
  });
  const wider = asksToSave(budgets) ? exchanges(budgets, alternatives, pick, costs) : [];
  const promising = [...wider, ...near].sort((a, b) => a.change - b.change).map((one) => one.pick);
  const fresh = distinctPicks(promising).filter((other) => tries.isNew(other));
  const others = shuffled(fresh.length, random).map((i) => fresh[i]!);
  const solved = await solvedPicks(ground, costs, [1]);
  return distinctPicks([...solved, ...fresh.slice(0, PROMISING), ...others.slice(0, AT_RANDOM)]);
}

/** What each alternative of a pick adds to its loss, and what any other would add; on the first third of the windows. */
async function marginalCosts({ tries, alternatives }: SearchGround, pick: Pick): Promise<number[]> {
  const own = new Set(pick.map((a) => alternatives[a]!.unit));
  const asked = alternatives.flatMap(({ unit }, a): { a: number; pick: Pick }[] => {
    if (pick.includes(a)) return [{ a, pick: pick.filter((other) => other !== a) }];
    if (own.has(unit)) return [];
    return [{ a, pick: [...pick, a].sort((x, y) => x - y) }];
  });
  const [base, ...losses] = await tries.glances([pick, ...asked.map((one) => one.pick)]);
  const costs = alternatives.map(() => Number.NaN);
  for (const [i, { a }] of asked.entries()) costs[a] = pick.includes(a) ? base! - losses[i]! : losses[i]! - base!;
  return costs;
}

/** Whether no unit is in it twice. */
const isSingle = (pick: Pick, all: readonly Alternative[]) =>
  new Set(pick.map((a) => all[a]!.unit)).size === pick.length;

const distinctPicks = (picks: readonly Pick[]): Pick[] => [
  ...new Map(picks.map((pick) => [pickKey(pick), pick])).values(),
];
