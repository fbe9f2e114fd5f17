/** Masks as picks: of each unit that goes, what becomes of it. How picks are made from orders and from costs. Pure. */
import type { Sublayer } from '../model/units';
import { addShares, asksToSave, type Budget, NOTHING_SAVED, type Shares, savedFirst, savesEnough } from './budgets';

/** One way for a unit to go: dropped alone, or with something in its place. */
export interface Alternative {
  /** Of the list of units. */
  readonly unit: number;
  readonly sublayers: readonly Sublayer[];
  /** What stands in: the mean update (0), or a linear map of a rank; absent where nothing does. */
  readonly rank?: number;
  readonly saves: Shares;
}

/** Indices of alternatives from the lowest up, of each unit one at most. */
export type Pick = readonly number[];

export const pickOf = (alternatives: Iterable<number>): Pick => [...new Set(alternatives)].sort((a, b) => a - b);

export const pickKey = (pick: Pick): string => pick.join();

/** What a pick saves altogether. */
export const savedBy = (all: readonly Alternative[], pick: Pick): Shares =>
  pick.reduce((sum, a) => addShares(sum, all[a]!.saves), NOTHING_SAVED);

/** Of each unit the alternative that costs least alone; units without a finite cost have none. */
export function cheapest(all: readonly Alternative[], costs: readonly number[]): ReadonlyMap<number, number> {
  const best = new Map<number, number>();
  for (const [a, { unit }] of all.entries()) {
    const before = best.get(unit);
    if (Number.isFinite(costs[a]) && (before === undefined || costs[a]! < costs[before]!)) best.set(unit, a);
  }
  return best;
}

/**
 * One after the other in an order until enough is saved: the picks on the way, the last of which is the first that saves
 * enough. What saves nothing that is still missing stays. Where only the loss is bounded the whole order is gone.
 */
export function prefixes(budgets: readonly Budget[], all: readonly Alternative[], order: readonly number[]): Pick[] {
  const picks: Pick[] = [];
  let pick: number[] = [];
  let saved = NOTHING_SAVED;
  for (const a of order) {
    if (asksToSave(budgets) && savesEnough(budgets, saved)) break;
    if (!isOfUse(budgets, saved, all[a]!)) continue;
    pick = [...pick, a];
    saved = addShares(saved, all[a]!.saves);
    picks.push(pickOf(pick));
  }
  return picks;
}

/** Whether it saves something of which too little is saved yet. */
export const isOfUse = (budgets: readonly Budget[], saved: Shares, { saves }: Alternative): boolean =>
  asksToSave(budgets)
    ? budgets.some(({ of, by }) => of !== 'loss' && saved[of] < by && saves[of] > 0)
    : saves[savedFirst(budgets)] > 0;

/** A few of a path's picks, evenly apart, the last among them. */
export function thinned(path: readonly Pick[], most: number): Pick[] {
  if (path.length === 0) return [];
  const step = path.length / Math.min(most, path.length);
  return Array.from({ length: Math.min(most, path.length) }, (_, i) => path[Math.round((i + 1) * step) - 1]!);
}

/**
 * Other picks near one, the most promising first: one goes out and another comes in, or one of the two alone. `costs`: what
 * each alternative adds to the loss where it is in the pick, or would add to it.
 */
export function neighbours(
  all: readonly Alternative[],
  pick: Pick,
  costs: readonly number[],
): { readonly pick: Pick; readonly change: number }[] {
  const own = new Set(pick.map((a) => all[a]!.unit));
  const others = [...all.keys()].filter((a) => !own.has(all[a]!.unit) && Number.isFinite(costs[a]));
  const found: { pick: Pick; change: number }[] = others.map((a) => ({
    pick: pickOf([...pick, a]),
    change: costs[a]!,
  }));
  for (const out of pick) {
    const rest = pick.filter((a) => a !== out);
    found.push({ pick: rest, change: -costs[out]! });
    for (const a of others) found.push({ pick: pickOf([...rest, a]), change: costs[a]! - costs[out]! });
    // The same unit, with something else in its place.
    for (const [a, { unit }] of all.entries()) {
      if (unit === all[out]!.unit && a !== out) found.push({ pick: pickOf([...rest, a]), change: 0 });
    }
  }
  return found.sort((a, b) => a.change - b.change);
}

/**
 * Picks near one that save enough: one comes in and all go out that need not stay, the dearest first; or one goes out and
 * the cheapest come in until enough is saved again.
 */
export function exchanges(
  budgets: readonly Budget[],
  all: readonly Alternative[],
  pick: Pick,
  costs: readonly number[],
): { readonly pick: Pick; readonly change: number }[] {
  const enough = (some: Pick) => savesEnough(budgets, savedBy(all, some));
  const own = new Set(pick.map((a) => all[a]!.unit));
  const others = [...all.keys()]
    .filter((a) => !own.has(all[a]!.unit) && Number.isFinite(costs[a]))
    .sort((a, b) => costs[a]! - costs[b]!);
  const dearest = [...pick].sort((a, b) => costs[b]! - costs[a]!);
  const found = others.map((a) => {
    let now: Pick = pickOf([...pick, a]);
    let change = costs[a]!;
    for (const out of dearest) {
      const rest = now.filter((one) => one !== out);
      if (!enough(rest)) continue;
      now = rest;
      change -= costs[out]!;
    }
    return { pick: now, change };
  });
  for (const out of pick) {
    let now: Pick = pick.filter((a) => a !== out);
    let change = -costs[out]!;
    for (const a of others) {
      if (enough(now) || now.some((one) => all[one]!.unit === all[a]!.unit)) continue;
      now = pickOf([...now, a]);
      change += costs[a]!;
    }
    found.push({ pick: now, change });
  }
  return found.filter((one) => enough(one.pick)).sort((a, b) => a.change - b.change);
}

/** Indices of those that nothing beats: nothing else saves as much and costs less. By what they save, the least first. */
export function frontOf(points: readonly { readonly saved: number; readonly loss: number }[]): number[] {
  const order = [...points.keys()]
    .filter((i) => Number.isFinite(points[i]!.loss))
    .sort((a, b) => points[b]!.saved - points[a]!.saved || points[a]!.loss - points[b]!.loss);
  const front: number[] = [];
  let least = Number.POSITIVE_INFINITY;
  for (const i of order) {
    if (points[i]!.loss >= least) continue;
    least = points[i]!.loss;
    front.push(i);
  }
  return front.reverse();
}
