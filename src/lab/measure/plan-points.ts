/** The masks that a plan came to: what each is worth where it is chosen and where it is judged, and which is the best. */
import { asksToSave, type Budget, mostLoss, savedFirst, savesEnough } from '../../pruning/budgets';
import { type LossParts, pairedLoss } from '../../pruning/paired-loss';
import { type Pick, pickKey, savedBy, thinned } from '../../pruning/picks';
import type { PlanPoint, PlanRival, PlanWay } from '../contract';
import type { Calibrated } from './calibrated';
import type { PlanChoices } from './plan-choices';
import type { Tries } from './plan-tries';
import type { Path } from './plan-ways';
import type { Measure } from './score';

/** Points of a path that are shown; of a strategy that ends where enough is saved, only its end. */
const POINTS_OF_A_PATH = 5;
const ENDS: readonly PlanWay['by'][] = ['one-shot', 'iterative', 'span'];
/** Losses closer than this are no improvement. */
export const SAME = 1e-7;

type Point = { -readonly [K in keyof PlanPoint]: PlanPoint[K] };
const REFIT: PlanWay = { by: 'refit' };
const sameWay = (a: PlanWay, b: PlanWay) => a.by === b.by && a.metric === b.metric;
export const isRefit = ({ ways }: PlanPoint): boolean => ways.some((way) => sameWay(way, REFIT));

export interface PointsGround {
  readonly tries: Tries;
  readonly choices: PlanChoices;
  readonly budgets: readonly Budget[];
  /** The windows that judge. */
  readonly judge: Calibrated;
  /** What each alternative costs by itself. */
  readonly costs: readonly number[];
  /** Points of the plan that is gone on from, which were judged already. */
  readonly before: readonly PlanPoint[];
}

/** What a pick comes to where it is judged. */
interface Judgement {
  readonly loss: number;
  readonly added?: PlanPoint['added'];
}

export class PlanPoints {
  readonly #points: Point[] = [];
  /** Losses in parts where judged, by what is walked. */
  readonly #parts = new Map<string, LossParts>();

  constructor(readonly on: PointsGround) {}

  /** The first is the full model. */
  get all(): readonly PlanPoint[] {
    return this.#points;
  }

  /** The full model's loss where masks are chosen. */
  get full(): number {
    return this.#points[0]!.chosen;
  }

  /** Points of some paths, measured where they are chosen and where they are judged. */
  async add(paths: readonly Path[]): Promise<void> {
    const { tries, choices, costs } = this.on;
    const { alternatives } = choices;
    const own = this.#shownOf(paths);
    const chosen = await tries.losses(own.map(({ pick }) => pick));
    const known = new Map(this.#points.map((point) => [pickKey(point.pick), point]));
    const judged = await this.#judged(own.flatMap(({ pick }) => (known.has(pickKey(pick)) ? [] : [pick])));
    for (const [i, { pick, ways }] of own.entries()) {
      const point = known.get(pickKey(pick));
      if (point) {
        point.ways = [...point.ways, ...ways.filter((way) => !point.ways.some((one) => sameWay(one, way)))];
        continue;
      }
      const parts = pick.map((a) => alternatives[a]!);
      const modules = parts.flatMap(({ sublayers, rank }) => (rank === undefined ? [] : [{ unit: sublayers, rank }]));
      this.#points.push({
        ...{ ways, pick, dropped: parts.flatMap(({ sublayers }) => sublayers) },
        ...(modules.length > 0 && { modules }),
        saved: savedBy(alternatives, pick),
        chosen: chosen[i]!,
        ...judged.get(pickKey(pick))!,
        sum: pick.reduce((sum, a) => sum + costs[a]!, 0),
      });
    }
  }

  /** The same mask as a point's, what stands in fitted anew. */
  addRefit(of: PlanPoint, chosen: number, { loss, parts }: Measure): void {
    this.#parts.set(partsKey({ ...of, ways: [REFIT] }), parts!);
    this.#points.push({ ...of, ways: [REFIT], chosen, loss, ...this.#interval(parts!) });
  }

  /**
   * Index of the best of those that are meant: of those that save enough the lowest loss where it is chosen; where only the
   * loss is bounded, what saves most within it.
   */
  best(is: (point: PlanPoint) => boolean = () => true): number | undefined {
    const { budgets } = this.on;
    const first = savedFirst(budgets);
    let best: number | undefined;
    for (const [i, point] of this.#points.entries()) {
      if (!is(point) || !Number.isFinite(point.chosen) || !savesEnough(budgets, point.saved)) continue;
      if (!asksToSave(budgets) && point.chosen - this.full > mostLoss(budgets)) continue;
      const before = best === undefined ? undefined : this.#points[best]!;
      const gain = before ? point.saved[first] - before.saved[first] : 0;
      const lower = before ? point.chosen < before.chosen - SAME : true;
      if (!before || (asksToSave(budgets) ? lower : gain > SAME || (gain > -SAME && lower))) best = i;
    }
    return best;
  }

  /** The best of each way against the best of all, on the windows that judge. */
  async rivals(): Promise<PlanRival[]> {
    const at = this.best();
    if (at === undefined) return [];
    const best = this.#points[at]!;
    const ways = new Map(this.#points.flatMap((p) => p.ways).map((way) => [`${way.by} ${way.metric}`, way]));
    const rivals = [...ways.values()].flatMap((way) => {
      const own = this.best((point) => point.ways.some((one) => sameWay(one, way)));
      return own === undefined || own === at || way.by === 'refit' ? [] : [{ way, point: own }];
    });
    // Of a plan that is gone on with, some were judged before, and only their losses are known.
    const missing = [best, ...rivals.map(({ point }) => this.#points[point]!)]
      .filter((point) => !this.#parts.has(partsKey(point)))
      .map(({ pick }) => pick);
    const { tries, judge } = this.on;
    const take = (pick: Pick, { parts }: Measure) => void this.#parts.set(pickKey(pick), parts!);
    await tries.walk(judge, missing, take, { parts: true });
    const own = this.#parts.get(partsKey(best))!;
    return rivals.map(({ way, point }) => {
      const { difference, interval } = pairedLoss(own, this.#parts.get(partsKey(this.#points[point]!))!);
      return { way, point, more: difference, interval };
    });
  }

  /** What of some paths is shown, each pick once, with every way that came to it. */
  #shownOf(paths: readonly Path[]): { readonly pick: Pick; readonly ways: PlanWay[] }[] {
    const shown = new Map<string, { readonly pick: Pick; readonly ways: PlanWay[] }>();
    for (const { way, picks } of paths) {
      const ends = way && asksToSave(this.on.budgets) && ENDS.includes(way.by);
      const most = way?.by === 'every' ? picks.length : ends ? 1 : POINTS_OF_A_PATH;
      for (const pick of thinned(picks, most)) {
        const own = shown.get(pickKey(pick)) ?? { pick, ways: [] };
        if (way) own.ways.push(way);
        shown.set(pickKey(pick), own);
      }
    }
    return [...shown.values()];
  }

  async #judged(picks: readonly Pick[]): Promise<Map<string, Judgement>> {
    const { tries, judge, before } = this.on;
    const found = new Map<string, Judgement>();
    const known = new Map(before.map((point) => [pickKey(point.pick), point]));
    const missing = picks.filter((pick) => {
      const point = known.get(pickKey(pick));
      if (!point || isRefit(point) || pick.length === 0) return true;
      found.set(pickKey(pick), { loss: point.loss, ...(point.added && { added: point.added }) });
      return false;
    });
    const take = (pick: Pick, { loss, parts }: Measure) => {
      this.#parts.set(pickKey(pick), parts!);
      found.set(pickKey(pick), { loss, ...(pick.length > 0 && Number.isFinite(loss) && this.#interval(parts!)) });
    };
    await tries.walk(judge, missing, take, { parts: true });
    return found;
  }

  #interval(parts: LossParts): Partial<PlanPoint> {
    const full = this.#parts.get('');
    return full ? { added: pairedLoss(full, parts).interval } : {};
  }
}

const partsKey = (point: PlanPoint): string => `${isRefit(point) ? 'refit ' : ''}${pickKey(point.pick)}`;
