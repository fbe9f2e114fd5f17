/** The strategies of a plan: each an order of units, or a path that is measured as it goes. */
import type { Branch } from '../../engine/branch';
import { LopperError, throwIfCancelled } from '../../errors';
import { sublayerIndex } from '../../model/units';
import { asksToSave, type Budget, mostLoss, NOTHING_SAVED, savesEnough } from '../../pruning/budgets';
import { METRIC_NAMES, METRICS } from '../../pruning/metrics';
import { type Alternative, isOfUse, type Pick, pickOf, prefixes, savedBy } from '../../pruning/picks';
import { removalOrder } from '../../pruning/ranking';
import { spans } from '../../pruning/strategy';
import type { InfluenceMetric, InfluenceReport, PlanWay } from '../contract';
import type { Calibrated } from './calibrated';
import { readGradient } from './gradient';
import { measureAngles } from './norms';
import type { Tries } from './plan-tries';
import { readStatistics } from './statics';

/** A pass there and back comes to so many. */
const REVERSE = 3;

/** What the ways go by. */
export interface WaysGround {
  readonly on: Calibrated;
  readonly tries: Tries;
  readonly budgets: readonly Budget[];
  readonly units: readonly (readonly { readonly block: number; readonly kind: 'attn' | 'ffn' }[])[];
  /** Units that may go. */
  readonly free: readonly number[];
  readonly alternatives: readonly Alternative[];
  /** Of each unit the alternative that it goes by. */
  readonly by: ReadonlyMap<number, number>;
  readonly full: number;
  readonly signal?: AbortSignal;
  branchOf(pick: Pick): Branch;
}

/** A way, and the picks on it, the last of which is its own. The full model is come to by none. */
export interface Path {
  readonly way?: PlanWay;
  readonly picks: readonly Pick[];
}

/** Units in an order, as the alternatives that they go by. */
const follow = ({ budgets, alternatives, by }: WaysGround, order: readonly number[]): Pick[] =>
  prefixes(
    budgets,
    alternatives,
    order.flatMap((unit) => by.get(unit) ?? []),
  );

/**
 * Lowest first, by every metric that is not sampled, and by what was measured before. `values`: those that are known from
 * what each unit costs alone. A metric that cannot be measured is said in `notes`.
 */
export async function* oneShots(
  ground: WaysGround,
  known: ReadonlyMap<InfluenceMetric, readonly number[]>,
  influences: readonly InfluenceReport[],
  notes: string[],
): AsyncGenerator<Path> {
  const { on, free, units, signal, tries } = ground;
  const path = (metric: InfluenceMetric, values: readonly number[]): Path => ({
    way: { by: 'one-shot', metric },
    picks: follow(ground, removalOrder(values, free)),
  });
  for (const [metric, values] of known) yield path(metric, values);
  const statistics = await on.statistics({ signal });
  tries.count(1);
  for (const metric of METRIC_NAMES) {
    if (METRICS[metric].from === 'pass') {
      yield path(metric, readStatistics(statistics, metric as Parameters<typeof readStatistics>[1], units));
    }
  }
  try {
    const gradient = await on.gradient({ signal });
    tries.count(REVERSE);
    yield path('gradient', readGradient(gradient, units));
  } catch (error) {
    throwIfCancelled(signal);
    if (!(error instanceof LopperError) || error.code === 'device-lost') throw error;
    notes.push(`Gradients were not measured: ${error.message}`);
  }
  for (const { metric, values } of influences) {
    if (values.length === units.length) yield path(metric, values);
  }
}

/** The unit that turns the stream least goes, and all are measured anew on what is left. */
export async function iterative(ground: WaysGround): Promise<Path> {
  const { on, free, units, alternatives, by, budgets, signal, tries } = ground;
  const picks: Pick[] = [];
  let pick: Pick = [];
  let left = free.filter((unit) => by.has(unit));
  while (left.length > 0 && !(asksToSave(budgets) && savesEnough(budgets, savedBy(alternatives, pick)))) {
    const saved = savedBy(alternatives, pick);
    const useful = left.filter((unit) => isOfUse(budgets, saved, alternatives[by.get(unit)!]!));
    if (useful.length === 0) break;
    const statistics = await on.statistics({ signal }, ground.branchOf(pick));
    tries.count(1);
    const own = useful.map((unit) => units[unit]!);
    const [at] = removalOrder(readStatistics(statistics, 'cosine', own));
    left = left.filter((unit) => unit !== useful[at!]);
    pick = pickOf([...pick, by.get(useful[at!]!)!]);
    picks.push(pick);
  }
  return { way: { by: 'iterative', metric: 'cosine' }, picks };
}

/** Neighbouring blocks whose ends are closest in angle, more of them until enough is saved. */
export async function spanPath(ground: WaysGround, blocks: number): Promise<Path | undefined> {
  const { on, units, alternatives, by, budgets, free, signal, tries } = ground;
  const unitAt = new Map(free.flatMap((u) => units[u]!.map((s) => [sublayerIndex(s), u] as const)));
  const whole = Array.from({ length: blocks }, (_, b) => b).filter((b) => {
    const [attn, ffn] = [unitAt.get(2 * b), unitAt.get(2 * b + 1)];
    return attn !== undefined && ffn !== undefined && by.has(attn) && by.has(ffn);
  });
  if (whole.length === 0) return undefined;
  const angles = await measureAngles(on, ground.branchOf([]), { signal });
  tries.count(1);
  const picks: Pick[] = [];
  const steps = spans(angles, whole);
  for (let step = steps.next([]); !step.done; step = steps.next([])) {
    if (!('point' in step.value)) continue;
    const pick = pickOf(
      step.value.point[0]!.flatMap((b) => [2 * b, 2 * b + 1].map((index) => by.get(unitAt.get(index)!)!)),
    );
    picks.push(pick);
    if (asksToSave(budgets) && savesEnough(budgets, savedBy(alternatives, pick))) break;
  }
  return { way: { by: 'span' }, picks };
}

/** At each step the unit whose removal leaves the lowest loss, as long as the budgets ask for more. */
export async function* greedyPath(ground: WaysGround): AsyncGenerator<Path> {
  const { alternatives, by, budgets, free, tries, full } = ground;
  const picks: Pick[] = [];
  let pick: Pick = [];
  let saved = NOTHING_SAVED;
  while (!(asksToSave(budgets) && savesEnough(budgets, saved))) {
    const gone = new Set(pick.map((a) => alternatives[a]!.unit));
    const others = free.flatMap((unit) => (gone.has(unit) ? [] : (by.get(unit) ?? [])));
    const useful = others.filter((a) => isOfUse(budgets, saved, alternatives[a]!));
    if (useful.length === 0) return;
    const [best] = await tries.race(useful.map((a) => pickOf([...pick, a])));
    // Nothing more fits in what the loss may rise.
    if (!Number.isFinite(best!.loss) || (!asksToSave(budgets) && best!.loss - full > mostLoss(budgets))) return;
    pick = best!.pick;
    saved = savedBy(alternatives, pick);
    picks.push(pick);
    yield { way: { by: 'greedy' }, picks: [...picks] };
  }
}
