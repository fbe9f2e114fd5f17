import { type Branch, FULL, named, replacing, without } from '../../engine/branch';
import type { RunOptions } from '../../engine/contract';
import { LopperError } from '../../errors';
import { type Sublayer, sublayerIndex, sublayersOf, unitsOf } from '../../model/units';
import {
  asksToSave,
  isWithin,
  type MeasuredTime,
  mostLoss,
  type PlanSizes,
  savedFirst,
  savesEnough,
  sharesOf,
  weightsOf,
} from '../../pruning/budgets';
import type { InfluenceMetric } from '../../pruning/metrics';
import { type LossParts, pairedLoss } from '../../pruning/paired-loss';
import {
  type Alternative,
  cheapest,
  exchanges,
  frontOf,
  neighbours,
  type Pick,
  pickKey,
  savedBy,
  thinned,
} from '../../pruning/picks';
import { type Solve, solvePlan } from '../../pruning/programme';
import { freeUnits } from '../../pruning/strategy';
import { seededAt, shuffled } from '../../random';
import { type Placed, parametersOf } from '../../recovery/module';
import { unitOf } from '../../recovery/units';
import type { Judged, PlanPoint, PlanReport, PlanRequest, PlanRival, PlanWay } from '../contract';
import { notFinite } from '../running/finite';
import type { Calibrated } from './calibrated';
import { timePass } from './curve-time';
import { checkPossible, checkRequest, resumed } from './plan-request';
import { Tries } from './plan-tries';
import { greedyPath, iterative, oneShots, type Path, spanPath, type WaysGround } from './plan-ways';
import { fitModules, recovered } from './recover';
import { sharesOf as computedShares } from './work';

/** Shares of the budgets at which the programme is asked too: the road to the goal. */
const ROAD = [0.25, 0.5, 0.75, 1];
/** Where only the loss is bounded: the sum of single costs is seldom the truth, so that more and less is asked for. */
const SUMS = [0.25, 0.5, 1, 1.5, 2];
/** Points of a path that are shown; of a strategy that ends where enough is saved, only its end. */
const POINTS_OF_A_PATH = 5;
/** Rounds of swaps at most, and those in a row that lead nowhere; in each, so many that promise most, and some at random. */
const ROUNDS = 10;
const PATIENCE = 3;
const PROMISING = 24;
const AT_RANDOM = 8;
/** Units, each with what may stand in, up to which every mask is tried. */
const EVERY_UP_TO = 10;
/** Losses closer than this are no improvement. */
const SAME = 1e-7;

export interface PlanOptions extends RunOptions {
  readonly sizes: PlanSizes;
  readonly solver: () => Promise<Solve>;
  /** The windows that judge, where others are chosen on, and what the report says of them. */
  readonly judge?: { readonly on: Calibrated; readonly judged: Judged };
  /** What is found so far, each time there is more. */
  readonly onSoFar?: (soFar: PlanReport) => void;
  /** What is done, for people, and how much of all of it is about done. */
  readonly onStage?: (what: string, fraction: number) => void;
}

/**
 * The best mask within budgets. What each unit costs alone is measured, with each thing that may stand in its place; the
 * integer programme picks by the sum of those; every strategy goes its way; and from the best of all of them others are
 * reached by swaps, as long as one is better. All that is measured is measured for real, and what is chosen is judged on
 * windows that nothing was chosen by. Throws `nothing-to-drop` where all that may go saves too little, `usage`,
 * `not-finite` where the full model gives no numbers.
 */
export async function makePlan(on: Calibrated, request: PlanRequest, options: PlanOptions): Promise<PlanReport> {
  checkRequest(request);
  const run = new PlanRun(on, request, options);
  await run.prepare();
  await run.alone();
  await run.ways();
  if (!(await run.every())) await run.swaps();
  await run.refit();
  return run.finish();
}

type Point = { -readonly [K in keyof PlanPoint]: PlanPoint[K] };
const REFIT: PlanWay = { by: 'refit' };
const sameWay = (a: PlanWay, b: PlanWay) => a.by === b.by && a.metric === b.metric;

class PlanRun {
  readonly #units: readonly (readonly Sublayer[])[];
  readonly #free: readonly number[];
  readonly #judge: Calibrated;
  #alternatives: Alternative[] = [];
  #modules: (Placed | undefined)[] = [];
  #costs: number[] = [];
  #tries!: Tries;
  #time?: MeasuredTime;
  readonly #points: Point[] = [];
  readonly #parts = new Map<string, LossParts>();
  readonly #notes: string[] = [];
  #rivals: readonly PlanRival[] = [];
  #refitted?: readonly Placed[];
  #full = Number.NaN;
  #done = 0;
  #expected = 1;
  #stage = '';
  /** Distances of logits, known only where they were measured anew. */
  #distances: readonly number[] = [];

  constructor(
    readonly on: Calibrated,
    readonly request: PlanRequest,
    readonly options: PlanOptions,
  ) {
    const { blocks } = on.engine.model;
    this.#units = unitsOf(blocks, request.unit);
    const allowed = request.free && new Set(request.free.map(sublayerIndex));
    const held = [
      ...(request.locked ?? []),
      ...(allowed ? unitsOf(blocks, 'sublayer').flat() : []).filter((s) => !allowed!.has(sublayerIndex(s))),
    ];
    this.#free = freeUnits(this.#units, held);
    this.#judge = options.judge?.on ?? on;
    if (!options.judge) this.#notes.push('The text is a single window: the same tokens choose and judge.');
  }

  /** Alternatives and what they save. */
  async prepare(): Promise<void> {
    const { request, options, on } = this;
    const { signal, sizes } = options;
    if (request.timed) this.#time = request.resume?.time ?? (await this.#timed());
    const weights = weightsOf(sizes, this.#time);
    const plain = (unit: number): Alternative => ({
      unit,
      sublayers: this.#units[unit]!,
      saves: sharesOf(weights, this.#units[unit]!),
    });
    this.#alternatives = this.#free.map(plain);
    this.#modules = this.#free.map(() => undefined);
    for (const rank of request.recover ? [0, ...request.recover.ranks] : []) {
      this.#tell('Fitting what may stand in');
      const asked = this.#free.map((unit) => unitOf(this.#units[unit]!));
      const fitted = await fitModules({ on }, asked, { ...methodOf(rank), fit: 'full' }, { signal });
      for (const [i, { unit, module }] of fitted.entries()) {
        const own = this.#units[this.#free[i]!]!;
        this.#modules.push({ unit, module });
        this.#alternatives.push({
          ...{ unit: this.#free[i]!, sublayers: own, rank },
          saves: sharesOf(weights, own, parametersOf(module)),
        });
      }
    }
    checkPossible(request, this.#alternatives);
    this.#tries = new Tries(
      on,
      computedShares(sizes),
      (pick) => this.#branchOf(pick),
      resumed(request, this.#alternatives.length),
      { signal, onPasses: (passes) => this.#advance(passes) },
    );
    const steps = this.#stepsExpected();
    const n = this.#free.length;
    const greedy = steps * (n - steps / 2) * 0.3;
    this.#expected = 0.5 * this.#alternatives.length + 8 + steps + 30 + greedy + 3 * (0.2 * n + 8);
  }

  /** What each alternative costs by itself; the full model is the first point. */
  async alone(): Promise<void> {
    this.#tell('Each alone');
    const singles = this.#alternatives.map((_, a): Pick => [a]);
    const all: Pick[] = [[], ...singles];
    const losses = await this.#withDistances(all);
    this.#full = losses[0]!;
    if (!Number.isFinite(this.#full)) throw notFinite(FULL);
    this.#costs = losses.slice(1).map((loss) => loss - this.#full);
    await this.#add([{ way: { by: 'one-shot' }, picks: [[]] }]);
    this.#points[0]!.ways = [];
  }

  async ways(): Promise<void> {
    await this.#programme(this.#costs, ROAD);
    const ground = this.#ground();
    const byMetric = new Map<InfluenceMetric, readonly number[]>();
    const ofRank = (rank: number | undefined, values: readonly number[]) => {
      const own = this.#units.map(() => Number.NaN);
      for (const [a, alternative] of this.#alternatives.entries()) {
        if (alternative.rank === rank) own[alternative.unit] = values[a]!;
      }
      return own;
    };
    byMetric.set('loo-loss', ofRank(undefined, this.#costs));
    if (this.#distances.length > 0) byMetric.set('loo-logit', ofRank(undefined, this.#distances));
    if (this.request.recover) byMetric.set('loo-recovered', ofRank(0, this.#costs));
    // Many paths are walked together: they have more in common than the points of one.
    const paths: Path[] = [];
    this.#tell('Lowest by every measure');
    for await (const path of oneShots(ground, byMetric, this.request.influences ?? [], this.#notes)) paths.push(path);
    this.#tell('Lowest by cosine, measured anew');
    paths.push(await iterative(ground));
    this.#tell('Neighbouring blocks');
    const span = await spanPath(ground, this.on.engine.model.blocks);
    if (span) paths.push(span);
    await this.#add(paths);
    let last: Path | undefined;
    for await (const path of greedyPath(ground)) {
      last = path;
      this.#tell(`One after the other, ${path.picks.length} gone`);
    }
    if (last) await this.#add([last]);
  }

  /** Every mask that saves enough, where there are few units; whether it was so. */
  async every(): Promise<boolean> {
    const { budgets, everyUpTo = EVERY_UP_TO } = this.request;
    const n = this.#alternatives.length;
    if (n > everyUpTo) return false;
    this.#tell('Every mask');
    const all = Array.from({ length: 2 ** n }, (_, set) =>
      this.#alternatives.flatMap((_, a) => ((set >> a) & 1 ? a : [])),
    );
    const picks = all.filter(
      (pick) => savesEnough(budgets, savedBy(this.#alternatives, pick)) && isSingle(pick, this.#alternatives),
    );
    const losses = await this.#tries.losses(picks);
    const saved = savedFirst(budgets);
    const front = frontOf(
      picks.map((pick, i) => ({ saved: savedBy(this.#alternatives, pick)[saved], loss: losses[i]! })),
    );
    await this.#add([{ way: { by: 'every' }, picks: front.map((i) => picks[i]!) }]);
    return true;
  }

  /** From the best so far to others near it, as long as one of them is better. */
  async swaps(): Promise<void> {
    const { seed = 0, budgets } = this.request;
    const explored = new Set<number>();
    // Past the first that leads nowhere: the best mask may lie near another one.
    let patience = PATIENCE;
    for (let round = 0; round < ROUNDS && patience > 0; round++) {
      const best = this.#best();
      const at = this.#bestOf((point) => !explored.has(this.#points.indexOf(point)));
      if (at === undefined) return;
      explored.add(at);
      this.#tell(`Swaps, round ${round + 1}`);
      const { pick } = this.#points[at]!;
      const costs = await this.#marginalCosts(pick);
      const near = neighbours(this.#alternatives, pick, costs).filter(({ pick: other }) =>
        asksToSave(budgets)
          ? savesEnough(budgets, savedBy(this.#alternatives, other))
          : savedBy(this.#alternatives, other)[savedFirst(budgets)] >
            this.#points[at]!.saved[savedFirst(budgets)] - SAME,
      );
      const wider = asksToSave(budgets) ? exchanges(budgets, this.#alternatives, pick, costs) : [];
      const fresh = distinctPicks(
        [...wider, ...near].sort((a, b) => a.change - b.change).map((one) => one.pick),
      ).filter((other) => this.#tries.isNew(other));
      const others = shuffled(fresh.length, seededAt(seed, round)).map((i) => fresh[i]!);
      const solved = await this.#solved(costs, [1]);
      const some = distinctPicks([...solved, ...fresh.slice(0, PROMISING), ...others.slice(0, AT_RANDOM)]);
      if (some.length === 0) continue;
      const seen = await this.#tries.race(some);
      const found = asksToSave(budgets)
        ? seen.slice(0, 1)
        : seen.filter(({ loss }) => loss - this.#full <= mostLoss(budgets));
      await this.#add([{ way: { by: 'swaps' }, picks: found.map(({ pick: other }) => other) }]);
      patience = this.#best() === best ? patience - 1 : PATIENCE;
    }
  }

  /** What stands in, fitted once more where what goes below is gone already. */
  async refit(): Promise<void> {
    const at = this.#best();
    const best = at === undefined ? undefined : this.#points[at]!;
    if (!best?.pick.some((a) => this.#modules[a])) return;
    this.#tell('Fitting anew');
    const { signal } = this.options;
    const plain = best.pick.filter((a) => !this.#modules[a]).flatMap((a) => this.#alternatives[a]!.sublayers);
    const from = without(plain.map(sublayerIndex));
    const fitted: Placed[] = [];
    const inOrder = best.pick
      .filter((a) => this.#modules[a])
      .sort(
        (a, b) =>
          sublayerIndex(this.#alternatives[a]!.sublayers[0]!) - sublayerIndex(this.#alternatives[b]!.sublayers[0]!),
      );
    for (const a of inOrder) {
      const { rank = 0 } = this.#alternatives[a]!;
      const { unit } = this.#modules[a]!;
      const [own] = await fitModules({ on: this.on }, [unit], methodOf(rank), {
        signal,
        from: recovered(fitted, from),
      });
      fitted.push({ unit: own!.unit, module: own!.module });
      this.#tries.count(0.5);
    }
    const branch = recovered(fitted, from);
    const [chosen] = await this.on.measure([branch], { signal });
    const [judged] = await this.#judge.measure([branch], { signal, parts: true });
    this.#tries.count(2);
    if (!(chosen!.loss < best.chosen - SAME)) return;
    this.#refitted = fitted;
    const key = `refit ${pickKey(best.pick)}`;
    this.#parts.set(key, judged!.parts!);
    this.#points.push({
      ...best,
      ways: [REFIT],
      chosen: chosen!.loss,
      loss: judged!.loss,
      ...this.#interval(judged!.parts!),
    });
  }

  async finish(): Promise<PlanReport> {
    await this.#compare();
    const report = this.report(false);
    const best = report.best === undefined ? undefined : report.points[report.best]!;
    if (!best?.modules) return report;
    const placed = best.ways.some((way) => sameWay(way, REFIT))
      ? this.#refitted!
      : best.pick.flatMap((a) => this.#modules[a] ?? []);
    return { ...report, modules: placed };
  }

  report(partial: boolean): PlanReport {
    const { request, options } = this;
    const best = this.#best();
    const { seed = 0, budgets, unit, locked, free, recover } = request;
    const point = best === undefined ? undefined : this.#points[best]!;
    return {
      ...{ budgets, unit, seed },
      ...(locked && { locked }),
      ...(free && { free }),
      ...(recover && { recover }),
      ...(this.#time && { time: this.#time }),
      points: this.#points.map((one) => ({ ...one, ways: [...one.ways] })),
      ...(best !== undefined && { best }),
      within: point !== undefined && isWithin(budgets, point.saved, point.chosen - this.#full),
      rivals: this.#rivals,
      tokens: this.#judge.tokens,
      ...(options.judge && { judged: options.judge.judged }),
      work: this.#tries.work,
      tried: this.#tries.tried,
      notes: this.#notes,
      partial,
    };
  }

  #ground(): WaysGround {
    return {
      ...{ on: this.on, tries: this.#tries, budgets: this.request.budgets, units: this.#units, free: this.#free },
      ...{ alternatives: this.#alternatives, by: cheapest(this.#alternatives, this.#costs), full: this.#full },
      ...{ signal: this.options.signal, branchOf: (pick: Pick) => this.#branchOf(pick) },
    };
  }

  async #timed(): Promise<MeasuredTime> {
    const { engine, trees } = this.on;
    const all = unitsOf(engine.model.blocks, 'sublayer').flat();
    const time = (kind?: 'attn' | 'ffn') =>
      timePass(engine, trees, without(all.filter((s) => s.kind === kind).map(sublayerIndex)), this.options.signal);
    this.#tell('Timing');
    return { full: await time(), withoutAttn: await time('attn'), withoutFfn: await time('ffn') };
  }

  /** Losses of each by itself; the logit distances too, where they are measured now and not known from before. */
  async #withDistances(picks: readonly Pick[]): Promise<number[]> {
    if (picks.every((pick) => this.#tries.lossOf(pick) === undefined)) {
      const distances: number[] = [];
      await this.#tries.walk(this.on, picks, (_, { distance }) => distances.push(distance!), { distances: true });
      this.#distances = distances.slice(1);
    } else if (this.request.resume) {
      // Gone on from: what they are is asked again, so that the plan is the same.
      const distances = await this.on.measure(
        picks.map((pick) => this.#branchOf(pick)),
        {
          distances: true,
          signal: this.options.signal,
        },
      );
      this.#distances = distances.slice(1).map(({ distance }) => distance!);
    }
    return this.#tries.losses(picks);
  }

  /** What each alternative of a pick adds to its loss, and what any other would add; on the first third of the windows. */
  async #marginalCosts(pick: Pick): Promise<number[]> {
    const own = new Set(pick.map((a) => this.#alternatives[a]!.unit));
    const asked = this.#alternatives.flatMap(({ unit }, a): { a: number; pick: Pick }[] => {
      if (pick.includes(a)) return [{ a, pick: pick.filter((other) => other !== a) }];
      if (own.has(unit)) return [];
      return [{ a, pick: [...pick, a].sort((x, y) => x - y) }];
    });
    const [base, ...losses] = await this.#tries.glances([pick, ...asked.map((one) => one.pick)]);
    const costs = this.#alternatives.map(() => Number.NaN);
    for (const [i, { a }] of asked.entries()) costs[a] = pick.includes(a) ? base! - losses[i]! : losses[i]! - base!;
    return costs;
  }

  /** The picks of the programme at some shares of the budgets, by some costs. */
  async #solved(costs: readonly number[], shares: readonly number[]): Promise<Pick[]> {
    const { budgets } = this.request;
    let solve: Solve;
    try {
      solve = await this.options.solver();
    } catch (error) {
      if (!(error instanceof LopperError)) throw error;
      if (!this.#notes.includes(error.message)) this.#notes.push(error.message);
      return [];
    }
    const picks = (asksToSave(budgets) ? shares : SUMS).map((share) => {
      const some = budgets.map(({ of, by }) => ({ of, by: asksToSave(budgets) && of === 'loss' ? by : share * by }));
      return solvePlan(solve, some, this.#alternatives, costs);
    });
    return picks.filter((pick): pick is Pick => pick !== undefined && pick.length > 0);
  }

  async #programme(costs: readonly number[], shares: readonly number[]): Promise<void> {
    this.#tell('The programme');
    await this.#add([{ way: { by: 'programme' }, picks: await this.#solved(costs, shares) }]);
  }

  /** Points of some paths, measured where they are chosen and where they are judged. */
  async #add(paths: readonly Path[]): Promise<void> {
    const ways = new Map<string, { readonly pick: Pick; readonly ways: PlanWay[] }>();
    for (const { way, picks } of paths) {
      const ends = asksToSave(this.request.budgets) && ['one-shot', 'iterative', 'span'].includes(way.by);
      const most = way.by === 'every' ? picks.length : ends ? 1 : POINTS_OF_A_PATH;
      for (const pick of thinned(picks, most)) {
        const own = ways.get(pickKey(pick)) ?? { pick, ways: [] };
        own.ways.push(way);
        ways.set(pickKey(pick), own);
      }
    }
    const own = [...ways.values()];
    const chosen = await this.#tries.losses(own.map(({ pick }) => pick));
    const known = new Map(this.#points.map((point) => [pickKey(point.pick), point]));
    const judged = await this.#judged(own.flatMap(({ pick }) => (known.has(pickKey(pick)) ? [] : [pick])));
    for (const [i, { pick, ways }] of own.entries()) {
      const point = known.get(pickKey(pick));
      if (point) {
        point.ways = [...point.ways, ...ways.filter((way) => !point.ways.some((one) => sameWay(one, way)))];
        continue;
      }
      const parts = pick.map((a) => this.#alternatives[a]!);
      const modules = parts.flatMap(({ sublayers, rank }) => (rank === undefined ? [] : [{ unit: sublayers, rank }]));
      this.#points.push({
        ...{ ways, pick, dropped: parts.flatMap(({ sublayers }) => sublayers) },
        ...(modules.length > 0 && { modules }),
        saved: savedBy(this.#alternatives, pick),
        chosen: chosen[i]!,
        ...judged.get(pickKey(pick))!,
        sum: pick.reduce((sum, a) => sum + this.#costs[a]!, 0),
      });
    }
    this.options.onSoFar?.(this.report(true));
  }

  async #judged(picks: readonly Pick[]): Promise<Map<string, Judgement>> {
    const found = new Map<string, Judgement>();
    const before = new Map(this.request.resume?.points.map((point) => [pickKey(point.pick), point]));
    const missing = picks.filter((pick) => {
      const point = before.get(pickKey(pick));
      if (!point || point.ways.some((way) => sameWay(way, REFIT)) || pick.length === 0) return true;
      found.set(pickKey(pick), { loss: point.loss, ...(point.added && { added: point.added }) });
      return false;
    });
    const take = (pick: Pick, { loss, parts }: { readonly loss: number; readonly parts?: LossParts }) => {
      this.#parts.set(pickKey(pick), parts!);
      found.set(pickKey(pick), { loss, ...(pick.length > 0 && Number.isFinite(loss) && this.#interval(parts!)) });
    };
    await this.#tries.walk(this.#judge, missing, take, { parts: true });
    return found;
  }

  #interval(parts: LossParts): Partial<PlanPoint> {
    const full = this.#parts.get('');
    return full ? { added: pairedLoss(full, parts).interval } : {};
  }

  /** The best of each way against the best of all, on the windows that judge. */
  async #compare(): Promise<void> {
    const at = this.#best();
    if (at === undefined) return;
    const best = this.#points[at]!;
    const ways = [
      ...new Map(this.#points.flatMap(({ ways }) => ways).map((way) => [`${way.by} ${way.metric}`, way])).values(),
    ];
    const rivals = ways.flatMap((way) => {
      const own = this.#bestOf((point) => point.ways.some((one) => sameWay(one, way)));
      return own === undefined || own === at || way.by === 'refit' ? [] : [{ way, point: own }];
    });
    const missing = [best, ...rivals.map(({ point }) => this.#points[point]!)].filter(
      (point) => !this.#parts.has(this.#partsKey(point)),
    );
    await this.#tries.walk(
      this.#judge,
      missing.map(({ pick }) => pick),
      (pick, { parts }) => void this.#parts.set(pickKey(pick), parts!),
      {
        parts: true,
      },
    );
    const own = this.#parts.get(this.#partsKey(best))!;
    this.#rivals = rivals.map(({ way, point }) => {
      const { difference, interval } = pairedLoss(own, this.#parts.get(this.#partsKey(this.#points[point]!))!);
      return { way, point, more: difference, interval };
    });
  }

  #partsKey = ({ ways, pick }: Point): string =>
    `${ways.some((way) => sameWay(way, REFIT)) ? 'refit ' : ''}${pickKey(pick)}`;

  #best(): number | undefined {
    return this.#bestOf(() => true);
  }

  /** Of those that save enough the lowest loss where it is chosen; where only the loss is bounded, what saves most within it. */
  #bestOf(is: (point: Point) => boolean): number | undefined {
    const { budgets } = this.request;
    const first = savedFirst(budgets);
    let best: number | undefined;
    for (const [i, point] of this.#points.entries()) {
      if (!is(point) || !Number.isFinite(point.chosen) || !savesEnough(budgets, point.saved)) continue;
      if (!asksToSave(budgets) && point.chosen - this.#full > mostLoss(budgets)) continue;
      const before = best === undefined ? undefined : this.#points[best]!;
      const gain = before ? point.saved[first] - before.saved[first] : 0;
      const lower = before ? point.chosen < before.chosen - SAME : true;
      if (!before || (asksToSave(budgets) ? lower : gain > SAME || (gain > -SAME && lower))) best = i;
    }
    return best;
  }

  #branchOf(pick: Pick): Branch {
    const parts = pick.map((a) => ({ ...this.#alternatives[a]!, placed: this.#modules[a] }));
    const all = without(parts.flatMap(({ sublayers }) => sublayers.map(sublayerIndex)));
    return replacing(
      parts.flatMap(({ placed }) => {
        if (!placed) return [];
        const { kind, block } = placed.unit;
        return [[sublayerIndex(sublayersOf(kind, block)[0]!), named(placed.module)] as const];
      }),
      all,
    );
  }

  #stepsExpected(): number {
    const { budgets } = this.request;
    if (!asksToSave(budgets)) return this.#free.length / 2;
    const means = budgets.map(({ of, by }) => {
      if (of === 'loss') return 0;
      const useful = this.#alternatives.map(({ saves }) => saves[of]).filter((share) => share > 0);
      return (by * useful.length) / useful.reduce((sum, share) => sum + share, 0);
    });
    return Math.min(this.#free.length, Math.ceil(Math.max(...means)));
  }

  #tell(stage: string): void {
    this.#stage = stage;
    this.#advance(0);
  }

  #advance(passes: number): void {
    this.#done += passes;
    // About: how long it takes to find nothing better is not known beforehand.
    this.options.onStage?.(this.#stage, Math.min(0.99, this.#done / Math.max(this.#expected, this.#done * 1.02)));
  }
}

/** What a pick comes to where it is judged. */
interface Judgement {
  readonly loss: number;
  readonly added?: PlanPoint['added'];
}

const methodOf = (rank: number) => (rank > 0 ? ({ method: 'linear', rank } as const) : ({ method: 'mean' } as const));

/** Whether no unit is in it twice. */
const isSingle = (pick: Pick, all: readonly Alternative[]) =>
  new Set(pick.map((a) => all[a]!.unit)).size === pick.length;

const distinctPicks = (picks: readonly Pick[]): Pick[] => [
  ...new Map(picks.map((pick) => [pickKey(pick), pick])).values(),
];
