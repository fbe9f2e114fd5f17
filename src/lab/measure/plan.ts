import { FULL } from '../../engine/branch';
import type { RunOptions } from '../../engine/contract';
import { asksToSave, isWithin, mostLoss, type PlanSizes, savedFirst } from '../../pruning/budgets';
import type { InfluenceMetric } from '../../pruning/metrics';
import { cheapest, frontOf, type Pick, savedBy } from '../../pruning/picks';
import type { Solve } from '../../pruning/programme';
import { seededAt } from '../../random';
import type { Placed } from '../../recovery/module';
import type { Judged, PlanPoint, PlanReport, PlanRequest, PlanRival } from '../contract';
import { notFinite } from '../running/finite';
import type { Calibrated } from './calibrated';
import { branchOf, type PlanChoices, planChoices, refitted } from './plan-choices';
import { isRefit, PlanPoints, SAME } from './plan-points';
import { checkPossible, checkRequest, resumed } from './plan-request';
import { everyPick, picksNear, type SearchGround, solvedPicks } from './plan-search';
import { Tries } from './plan-tries';
import { greedyPath, iterative, oneShots, type Path, spanPath, type WaysGround } from './plan-ways';
import { sharesOf as computedShares } from './work';

/** Shares of the budgets at which the programme is asked too: the road to the goal. */
const ROAD = [0.25, 0.5, 0.75, 1];
/** Rounds of swaps at most, and those in a row that lead nowhere. */
const ROUNDS = 10;
const PATIENCE = 3;
/** Units, each with what may stand in, up to which every mask is tried. */
const EVERY_UP_TO = 10;

export interface PlanOptions extends RunOptions {
  readonly sizes: PlanSizes;
  readonly solver: () => Promise<Solve>;
  /** The windows that what may stand in is fitted on, where that is to be chosen on others; default those. */
  readonly fit?: Calibrated;
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

class PlanRun {
  readonly #judge: Calibrated;
  readonly #fit: Calibrated;
  #choices!: PlanChoices;
  #tries!: Tries;
  #points!: PlanPoints;
  #costs: readonly number[] = [];
  /** Distances of logits, known only where they were measured anew. */
  #distances: readonly number[] = [];
  readonly #notes: string[] = [];
  #rivals: readonly PlanRival[] = [];
  #refitted?: readonly Placed[];
  #done = 0;
  #expected = 1;
  #stage = '';

  constructor(
    readonly on: Calibrated,
    readonly request: PlanRequest,
    readonly options: PlanOptions,
  ) {
    this.#judge = options.judge?.on ?? on;
    this.#fit = options.fit ?? on;
    if (!options.judge) this.#notes.push('The text is a single window: the same tokens choose and judge.');
  }

  /** Alternatives and what they save. */
  async prepare(): Promise<void> {
    const { request, on } = this;
    const { signal, sizes } = this.options;
    this.#choices = await planChoices(this.#fit, request, { sizes, signal, tell: (stage) => this.#tell(stage) });
    const { alternatives, free } = this.#choices;
    checkPossible(request, alternatives);
    this.#tries = new Tries(
      on,
      computedShares(sizes),
      (pick) => branchOf(this.#choices, pick),
      resumed(request, alternatives.length),
      { signal, onPasses: (passes) => this.#advance(passes) },
    );
    const steps = this.#stepsExpected();
    const greedy = steps * (free.length - steps / 2) * 0.3;
    this.#expected = 0.5 * alternatives.length + 8 + steps + 30 + greedy + 3 * (0.2 * free.length + 8);
  }

  /** What each alternative costs by itself; the full model is the first point. */
  async alone(): Promise<void> {
    this.#tell('Each alone');
    const singles = this.#choices.alternatives.map((_, a): Pick => [a]);
    const [full, ...losses] = await this.#withDistances([[], ...singles]);
    if (!Number.isFinite(full)) throw notFinite(FULL);
    this.#costs = losses.map((loss) => loss - full!);
    const { budgets, resume } = this.request;
    this.#points = new PlanPoints({
      ...{ tries: this.#tries, choices: this.#choices, budgets, judge: this.#judge, costs: this.#costs },
      before: resume?.points ?? [],
    });
    await this.#add([{ picks: [[]] }]);
  }

  async ways(): Promise<void> {
    this.#tell('The programme');
    await this.#add([{ way: { by: 'programme' }, picks: await solvedPicks(this.#search(), this.#costs, ROAD) }]);
    const ground = this.#ground();
    const { units, alternatives } = this.#choices;
    const byMetric = new Map<InfluenceMetric, readonly number[]>();
    const ofRank = (rank: number | undefined, values: readonly number[]) => {
      const own = units.map(() => Number.NaN);
      for (const [a, alternative] of alternatives.entries()) {
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
    const { alternatives } = this.#choices;
    if (alternatives.length > everyUpTo) return false;
    this.#tell('Every mask');
    const picks = everyPick(this.#search());
    const losses = await this.#tries.losses(picks);
    const saved = savedFirst(budgets);
    const front = frontOf(picks.map((pick, i) => ({ saved: savedBy(alternatives, pick)[saved], loss: losses[i]! })));
    await this.#add([{ way: { by: 'every' }, picks: front.map((i) => picks[i]!) }]);
    return true;
  }

  /** From the best so far to others near it, as long as one of them is better. */
  async swaps(): Promise<void> {
    const { seed = 0, budgets } = this.request;
    const explored = new Set<PlanPoint>();
    // Past the first that leads nowhere: the best mask may lie near another one.
    let patience = PATIENCE;
    for (let round = 0; round < ROUNDS && patience > 0; round++) {
      const best = this.#points.best();
      const at = this.#points.best((point) => !explored.has(point));
      if (at === undefined) return;
      const point = this.#points.all[at]!;
      explored.add(point);
      this.#tell(`Swaps, round ${round + 1}`);
      const some = await picksNear(this.#search(), point.pick, seededAt(seed, round));
      if (some.length === 0) continue;
      const seen = await this.#tries.race(some);
      const found = asksToSave(budgets)
        ? seen.slice(0, 1)
        : seen.filter(({ loss }) => loss - this.#points.full <= mostLoss(budgets));
      await this.#add([{ way: { by: 'swaps' }, picks: found.map(({ pick: other }) => other) }]);
      patience = this.#points.best() === best ? patience - 1 : PATIENCE;
    }
  }

  /** What stands in, fitted once more where what goes below is gone already. */
  async refit(): Promise<void> {
    const at = this.#points.best();
    const best = at === undefined ? undefined : this.#points.all[at]!;
    if (!best?.modules) return;
    this.#tell('Fitting anew');
    const { signal } = this.options;
    const { branch, fitted } = await refitted(this.#fit, this.#choices, best.pick, signal);
    const [chosen] = await this.on.measure([branch], { signal });
    const [judged] = await this.#judge.measure([branch], { signal, parts: true });
    this.#tries.count(0.5 * fitted.length + 2);
    if (!(chosen!.loss < best.chosen - SAME)) return;
    this.#refitted = fitted;
    this.#points.addRefit(best, chosen!.loss, judged!);
  }

  async finish(): Promise<PlanReport> {
    this.#rivals = await this.#points.rivals();
    const report = this.report(false);
    const best = report.best === undefined ? undefined : report.points[report.best]!;
    if (!best?.modules) return report;
    const placed = isRefit(best) ? this.#refitted! : best.pick.flatMap((a) => this.#choices.modules[a] ?? []);
    return { ...report, modules: placed };
  }

  report(partial: boolean): PlanReport {
    const { request, options } = this;
    const { all, full } = this.#points;
    const best = this.#points.best();
    const { seed = 0, budgets, unit, locked, free, recover } = request;
    const { time } = this.#choices;
    const point = best === undefined ? undefined : all[best]!;
    return {
      ...{ budgets, unit, seed },
      ...(locked && { locked }),
      ...(free && { free }),
      ...(recover && { recover }),
      ...(time && { time }),
      points: all.map((one) => ({ ...one, ways: [...one.ways] })),
      ...(best !== undefined && { best }),
      within: point !== undefined && isWithin(budgets, point.saved, point.chosen - full),
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
    const { units, free, alternatives } = this.#choices;
    return {
      ...{ on: this.on, tries: this.#tries, budgets: this.request.budgets, units, free, alternatives },
      ...{ by: cheapest(alternatives, this.#costs), full: this.#points.full, signal: this.options.signal },
      branchOf: (pick: Pick) => branchOf(this.#choices, pick),
    };
  }

  /** Losses of each by itself; the logit distances too, where they are measured now and not known from before. */
  async #withDistances(picks: readonly Pick[]): Promise<number[]> {
    if (picks.every((pick) => this.#tries.lossOf(pick) === undefined)) {
      this.#distances = (await this.#tries.distances(picks)).slice(1);
    } else if (this.request.resume) {
      // Gone on from: what they are is asked again, so that the plan is the same.
      const branches = picks.map((pick) => branchOf(this.#choices, pick));
      const distances = await this.on.measure(branches, { distances: true, signal: this.options.signal });
      this.#distances = distances.slice(1).map(({ distance }) => distance!);
    }
    return this.#tries.losses(picks);
  }

  #search(): SearchGround {
    const { alternatives } = this.#choices;
    const { budgets } = this.request;
    return { ...{ tries: this.#tries, budgets, alternatives }, solver: this.options.solver, notes: this.#notes };
  }

  async #add(paths: readonly Path[]): Promise<void> {
    await this.#points.add(paths);
    this.options.onSoFar?.(this.report(true));
  }

  #stepsExpected(): number {
    const { budgets } = this.request;
    const { alternatives, free } = this.#choices;
    if (!asksToSave(budgets)) return free.length / 2;
    const means = budgets.map(({ of, by }) => {
      if (of === 'loss') return 0;
      const useful = alternatives.map(({ saves }) => saves[of]).filter((share) => share > 0);
      return (by * useful.length) / useful.reduce((sum, share) => sum + share, 0);
    });
    return Math.min(free.length, Math.ceil(Math.max(...means)));
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
