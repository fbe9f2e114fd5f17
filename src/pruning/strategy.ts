import { LopperError } from '../errors';
import { type Sublayer, sublayerIndex } from '../model/units';
import { seededAt, shuffled } from '../random';
import { nothingToRank } from './ranking';

/** Units in the order in which they go, as indices into the list of units. */
export type Gone = readonly number[];

/**
 * What a strategy says next: it asks for the losses of some masks, or for the influence of the units that are left once
 * others are gone, and is sent the numbers in that order; or it has a point of its curve, which it may know the losses of.
 * A point is one mask, or a mask of each random draw.
 */
export type Step =
  | { readonly ask: 'losses'; readonly masks: readonly Gone[] }
  | { readonly ask: 'influence'; readonly gone: Gone; readonly left: readonly number[] }
  | { readonly ask?: undefined; readonly point: readonly Gone[]; readonly losses?: readonly number[] };

/** Steps one after the other. The full model is not among its points: it is where every curve starts. */
export type StrategySteps = Generator<Step, void, readonly number[]>;

/** Indices of the units that may go: none of their sublayers is locked, and some are still there. Throws `nothing-to-drop`. */
export function freeUnits(
  units: readonly (readonly Sublayer[])[],
  locked: readonly Sublayer[] = [],
  dropped: readonly Sublayer[] = [],
): number[] {
  const [held, gone] = [locked, dropped].map((list) => new Set(list.map(sublayerIndex))) as [Set<number>, Set<number>];
  const free = [...units.keys()].filter(
    (i) => !units[i]!.some((s) => held.has(sublayerIndex(s))) && !units[i]!.every((s) => gone.has(sublayerIndex(s))),
  );
  if (free.length > 0) return free;
  throw new LopperError(
    'nothing-to-drop',
    `Of ${units.length} units none may be dropped: ${locked.length} sublayers are locked, ${dropped.length} dropped.`,
    'Unlock some layers, or put some back.',
  );
}

/** One unit after the other in an order that is known: by a metric measured once, or by hand. */
export function* inOrder(order: Gone): StrategySteps {
  for (const i of order.keys()) yield { point: [order.slice(0, i + 1)] };
}

/** Every draw an order of its own; draw d of a seed is always the same. `first`: the draw that is begun with. */
export function* randomOrders(free: readonly number[], draws: number, seed: number, first = 0): StrategySteps {
  const order = (draw: number) => shuffled(free.length, seededAt(seed, draw)).map((i) => free[i]!);
  const orders = Array.from({ length: draws }, (_, d) => order(first + d));
  for (const i of free.keys()) yield { point: orders.map((order) => order.slice(0, i + 1)) };
}

/** At each step the unit goes without which the loss is lowest, ties by index. Goes on from `gone`. */
export function* greedy(free: readonly number[], gone: Gone = []): StrategySteps {
  let left = free.filter((unit) => !gone.includes(unit));
  let path = gone;
  while (left.length > 0) {
    const masks = left.map((unit) => [...path, unit]);
    const losses = yield { ask: 'losses', masks };
    const at = lowest(losses);
    path = masks[at]!;
    left = left.filter((_, i) => i !== at);
    yield { point: [path], losses: [losses[at]!] };
  }
}

/** At each step the unit of least influence goes, measured anew on what is left; ties by index. Goes on from `gone`. */
export function* iterative(free: readonly number[], gone: Gone = []): StrategySteps {
  let left = free.filter((unit) => !gone.includes(unit));
  let path = gone;
  while (left.length > 0) {
    const at = lowest(yield { ask: 'influence', gone: path, left });
    path = [...path, left[at]!];
    left = left.filter((_, i) => i !== at);
    yield { point: [path] };
  }
}

/**
 * The n consecutive blocks whose ends are closest in angle, for n = 1, 2, ... as long as n of them may go; ties to the
 * lower. `angles[a][n - 1]` is the mean angle between the input of block a and the output of block a + n - 1: the blocks
 * that go are a to a + n - 1, both included. Those of one n need not be among those of the next.
 */
export function* spans(angles: readonly (readonly number[])[], free: readonly number[]): StrategySteps {
  for (let n = 1; ; n++) {
    const starts = free.filter((_, i) => free[i + n - 1] === free[i]! + n - 1);
    if (starts.length === 0) return;
    const first = starts[lowest(starts.map((a) => angles[a]![n - 1]!))]!;
    yield { point: [Array.from({ length: n }, (_, i) => first + i)] };
  }
}

/** Index of the lowest value, the first of equal ones; what is not finite is passed over. */
function lowest(values: readonly number[]): number {
  let at = -1;
  for (const [i, value] of values.entries()) {
    if (Number.isFinite(value) && (at < 0 || value < values[at]!)) at = i;
  }
  if (at < 0) throw nothingToRank();
  return at;
}
