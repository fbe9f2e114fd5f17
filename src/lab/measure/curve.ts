import type { Branch } from '../../engine/branch';
import type { RunOptions } from '../../engine/contract';
import { LopperError, throwIfCancelled } from '../../errors';
import { maskFromSublayers } from '../../pruning/mask';
import { isOfTask } from '../../pruning/metrics';
import { type LossParts, pairedLoss } from '../../pruning/paired-loss';
import { type StrategyTraits, strategyTraits } from '../../pruning/strategies';
import type { Gone, StrategySteps } from '../../pruning/strategy';
import { recoveredUnits } from '../../recovery/units';
import type { Accuracy, CurvePoint, CurveRecovery, CurveReport, CurveRequest, Judged } from '../contract';
import type { CurveHead } from '../contract/asked';
import { notFinite } from '../running/finite';
import { branchOf } from './branch';
import type { Calibrated } from './calibrated';
import type { CurveClock } from './curve-clock';
import { type CurvePlan, headOf, metricOf, otherCurve, planCurve } from './curve-plan';
import { begin } from './curve-steps';
import { timePass } from './curve-time';
import { type CurveGround, timedWork } from './curve-work';
import { measureInfluence } from './influence';
import { influenceWork } from './influence-work';
import { measureAngles } from './norms';
import { checkMap, fitModules, recovered as recoveredBranch, recoveryWork } from './recover';
import type { Measure } from './score';
import type { Examine, TaskWorth } from './task-worth';
import { type Walks, walkWork } from './work';

/** Branches walked together at most: more would share little more, and be longer without a point to show. */
const MOST_BRANCHES = 64;
/** Points whose benchmark is measured together. */
const POINTS_PER_EXAM = 8;
/** What may be wrong with the recovery of one point, and with no other. */
const SPOILS_ONE: readonly LopperError['code'][] = ['not-finite', 'usage'];
/** Losses of one model on one text differ by less, whatever the adapter. */
const SAME_LOSS = 1e-3;

export interface CurveOptions extends Pick<RunOptions, 'signal'> {
  /** Each point once its loss is known, and again once its benchmark or its time is. */
  readonly onPoint?: (point: CurvePoint, soFar: CurveReport) => void;
  /** Opens a task as a measure. */
  readonly examine: Examine;
  /** The windows that judge, where the strategy chooses on others, and what the report says of them. */
  readonly judge?: { readonly on: Calibrated; readonly judged: Judged };
  /** Is told how far it is, by what it stands on. */
  readonly clock?: { readonly told: CurveClock; readonly ground: CurveGround };
}

/**
 * Loss against the number of units dropped, along the path that a strategy takes. Points that are known beforehand are
 * walked together, as are the candidates of a step. Then come, where asked, a benchmark and the time of a pass for every
 * point. A branch whose numbers are not finite has the loss NaN, and the others stand. Throws what `planCurve` throws, and
 * `not-finite` where no unit has a number to choose it by.
 */
export async function measureCurve(on: Calibrated, request: CurveRequest, options: CurveOptions): Promise<CurveReport> {
  const { examine } = options;
  const exam = request.benchmark && (await examine(request.benchmark));
  const metric = metricOf(request);
  const task = metric && isOfTask(metric) ? await examine(request.settings?.task) : undefined;
  const judged = options.judge?.judged;
  const head = headOf(request, { benchmark: exam?.measure, task: task?.measure, judged });
  const { blocks, width } = on.engine.model;
  const plan = planCurve(blocks, request, head);
  if (request.recover) checkMap(request.recover, width);
  const run = new CurveRun(on, plan, head, request, exam, options);
  if (plan.draws === 0) return run.report(false);
  await run.start();
  await run.path();
  await run.recover();
  // Of a random curve both are of its first draw.
  if (plan.firstDraw === 0) await run.benchmark();
  if (plan.firstDraw === 0) await run.times();
  return run.report(false);
}

class CurveRun {
  readonly #points: CurvePoint[];
  #order: CurveReport['order'];
  /** The first point's loss, which the others' are held against. */
  #first?: LossParts;
  /** What points are measured on. */
  readonly #judge: Calibrated;

  constructor(
    readonly on: Calibrated,
    readonly plan: CurvePlan,
    readonly head: CurveHead,
    readonly request: CurveRequest,
    readonly exam: TaskWorth | undefined,
    readonly options: CurveOptions,
  ) {
    // Times of another machine, or of another hour, are not to be held against those of this one.
    this.#points = request.timed ? plan.known.map(({ milliseconds: _, ...point }) => point) : [...plan.known];
    this.#judge = options.judge?.on ?? on;
  }

  report(partial: boolean): CurveReport {
    return {
      ...this.head,
      ...{ points: [...this.#points], tokens: this.#judge.tokens, partial },
      ...(this.#order && { order: this.#order }),
      ...(this.request.part && { part: this.request.part }),
    };
  }

  /** The model that nothing is removed from yet. Throws `usage` where it is not the one that is gone on from. */
  async start(): Promise<void> {
    const point = Array.from({ length: this.#isBand ? this.plan.draws : 1 }, (): Gone => []);
    const [measures] = await this.#judgeAll([point]);
    const { loss, parts } = measures![0]!;
    this.#first = parts;
    const [first] = this.plan.known;
    if (!first) {
      this.#add(point, measures!);
    } else if (Math.abs(first.loss - loss) > SAME_LOSS) {
      throw otherCurve(`its first loss is ${first.loss}, and that of this model on this text is ${loss}`);
    }
  }

  /** The points one after the other. */
  async path(): Promise<void> {
    const steps = await this.#steps();
    let waiting: (readonly Gone[])[] = [];
    const measureWaiting = async () => {
      const all = await this.#judgeAll(waiting);
      for (const [i, point] of waiting.entries()) this.#add(point, all[i]!);
      waiting = [];
    };
    let answer: readonly number[] = [];
    while (this.#points.length + waiting.length <= this.plan.most) {
      const { value: step, done } = steps.next(answer);
      if (done) break;
      if (step.ask === 'losses') {
        answer = (await this.#measure(this.on, step.masks)).map(({ loss }) => loss);
      } else if (step.ask === 'influence') {
        await measureWaiting();
        answer = await this.#influence(step.left, step.gone);
      } else if (step.losses) {
        await this.#addChosen(step.point, step.losses);
      } else {
        waiting.push(step.point);
        if (waiting.length * step.point.length >= MOST_BRANCHES) await measureWaiting();
      }
    }
    await measureWaiting();
  }

  /** The loss of every point's model, and its accuracy, with what may stand in for all that is dropped from it. */
  async recover(): Promise<void> {
    const { recover } = this.request;
    if (!recover) return;
    for (const [i, { dropped, recovered, recoveredAccuracy, loss }] of this.#points.entries()) {
      if (recovered !== undefined && (!this.exam || recoveredAccuracy)) continue;
      const { unrecovered: _, ...point } = this.#points[i]!;
      this.#points[i] = point;
      if (dropped.length === 0) this.#change(i, Number.isFinite(loss) ? { recovered: loss } : {});
      else this.#change(i, await this.#recovered(dropped, recover));
    }
  }

  /** One point's loss once recovered; why there is none, where the others stand without it. */
  async #recovered(
    dropped: CurvePoint['dropped'],
    recover: CurveRecovery,
  ): Promise<Pick<CurvePoint, 'recovered' | 'recoveredAccuracy' | 'unrecovered'>> {
    const run = this.#run((walks, ground) => recoveryWork(walks, ground, dropped));
    try {
      const fitted = await fitModules({ on: this.on }, recoveredUnits(dropped), recover, run);
      const branch = recoveredBranch(fitted);
      const [measure] = await this.#judge.measure([branch], { signal: run.signal });
      if (!Number.isFinite(measure!.loss)) return { unrecovered: notFinite(branch).message };
      const [recoveredAccuracy] = (await this.#exam([branch])) ?? [];
      return { recovered: measure!.loss, ...(recoveredAccuracy && { recoveredAccuracy }) };
    } catch (error) {
      throwIfCancelled(run.signal);
      // A lost device, or too little memory, would spoil every point that follows.
      if (!(error instanceof LopperError) || !SPOILS_ONE.includes(error.code)) throw error;
      return { unrecovered: error.message };
    }
  }

  /** The accuracy of every point's model; of a random curve, that of its first draw. */
  async benchmark(): Promise<void> {
    if (!this.exam) return;
    const missing = [...this.#points.keys()].filter((i) => !this.#points[i]!.accuracy);
    for (let first = 0; first < missing.length; first += POINTS_PER_EXAM) {
      const some = missing.slice(first, first + POINTS_PER_EXAM);
      const results = await this.#exam(some.map((i) => this.#branchAt(this.#points[i]!)));
      for (const [i, accuracy] of results!.entries()) this.#change(some[i]!, accuracy ? { accuracy } : {});
    }
    const [full] = this.#points;
    // Where nothing is dropped nothing stands in.
    const same = full?.recovered !== undefined && full.dropped.length === 0 && full.accuracy;
    if (same) this.#change(0, { recoveredAccuracy: same });
  }

  /** What some models have right, where that is asked. */
  async #exam(branches: readonly Branch[]): Promise<(Accuracy | undefined)[] | undefined> {
    return this.exam?.accuracies(
      branches,
      this.#run((walks, { benchmark }) => branches.map((branch) => walks.add(walkWork(benchmark!, [branch])))),
    );
  }

  async times(): Promise<void> {
    if (!this.request.timed) return;
    for (const [i, point] of this.#points.entries()) {
      const { engine, trees } = this.on;
      const branch = this.#branchAt(point);
      const { signal, onProgress } = this.#run((walks, { text }) => walks.add(timedWork(text, branch)));
      this.#change(i, { milliseconds: await timePass(engine, trees, branch, signal) });
      onProgress?.(1);
    }
  }

  async #steps(): Promise<StrategySteps> {
    const { plan } = this;
    const { steps, order } = await begin(this.request.strategy, {
      plan,
      influence: () => this.#influence([...plan.units.keys()], []),
      angles: () => {
        const branch = this.#branchAfter([]);
        return measureAngles(
          this.on,
          branch,
          this.#run((walks, { text }) => walks.add(walkWork(text, [branch]))),
        );
      },
    });
    const { gone } = plan;
    if (order && order.slice(0, gone.length).join() !== gone.join())
      throw otherCurve('its units went in another order');
    this.#order = order?.map((unit) => plan.units[unit]!);
    return steps;
  }

  /** Influence of these units in the model without those that are gone. */
  async #influence(asked: readonly number[], gone: Gone): Promise<readonly number[]> {
    const { units } = this.plan;
    const { metric, unit, settings = {} } = this.request;
    const { resume, ...own } = settings;
    const base = this.#branchAfter(gone);
    const { values } = await measureInfluence(this.on, metric!, unit, {
      ...own,
      ...(!this.#traits.rescored && resume && { resume }),
      ...this.#run((walks, { text, task = text }) =>
        influenceWork({ ...own, metric: metric!, unit, resume: undefined }, task, base, walks),
      ),
      units: asked.map((i) => units[i]!),
      base,
      examine: this.options.examine,
    });
    return values;
  }

  /** Losses of some masks, walked together. */
  #measure(on: Calibrated, masks: readonly Gone[], parts = false): Promise<Measure[]> {
    const branches = masks.map((gone) => this.#branchAfter(gone));
    const run = this.#run((walks, { text, judge = text }) => walks.losses(on === this.on ? text : judge, branches));
    return on.measure(branches, { ...run, parts });
  }

  /** Losses of the masks of each point on the windows that judge, all walked together. */
  async #judgeAll(points: readonly (readonly Gone[])[]): Promise<Measure[][]> {
    if (points.length === 0) return [];
    const all = await this.#measure(this.#judge, points.flat(), this.#isJudged && !this.#isBand);
    const each = all.length / points.length;
    return points.map((_, i) => all.slice(i * each, (i + 1) * each));
  }

  /** A point whose losses the strategy knows: told as they are, or judged on other windows. */
  async #addChosen(point: readonly Gone[], losses: readonly number[]): Promise<void> {
    if (!this.#isJudged)
      return this.#add(
        point,
        losses.map((loss) => ({ loss })),
      );
    const [measures] = await this.#judgeAll([point]);
    this.#add(point, measures!, losses[0]);
  }

  #add(masks: readonly Gone[], measures: readonly Measure[], chosen?: number) {
    const { dropped } = this.plan.maskAfter(masks[0]!);
    const losses = measures.map((measure) => measure.loss);
    const loss = losses.reduce((sum, x) => sum + x, 0) / losses.length;
    const { parts } = measures[0]!;
    const added = this.#first && parts && Number.isFinite(loss) && pairedLoss(this.#first, parts).interval;
    this.#points.push({
      ...{ removed: masks[0]!.length, dropped, loss },
      ...(chosen !== undefined && { chosen }),
      ...(added && masks[0]!.length > 0 && { added }),
      ...(this.#isBand && { draws: losses }),
    });
    this.#tell(this.#points.length - 1);
  }

  #change(i: number, more: Partial<CurvePoint>) {
    this.#points[i] = { ...this.#points[i]!, ...more };
    this.#tell(i);
  }

  #tell(i: number) {
    this.options.onPoint?.(this.#points[i]!, this.report(true));
  }

  #branchAfter(gone: Gone): Branch {
    return branchOf({ mask: this.plan.maskAfter(gone), modules: this.request.standing });
  }

  #branchAt({ dropped }: CurvePoint): Branch {
    const { blocks } = this.on.engine.model;
    return branchOf({ mask: maskFromSublayers(blocks, dropped), modules: this.request.standing });
  }

  /** Whether points are measured on other windows than those that are chosen on. */
  get #isJudged(): boolean {
    return this.#judge !== this.on;
  }

  get #traits(): StrategyTraits {
    return strategyTraits(this.request.strategy);
  }

  /** Whether a point is a mask of each of several draws. */
  get #isBand(): boolean {
    return this.#traits.drawn === true;
  }

  /** Options of what is about to be walked, which the clock is told of. */
  #run(count: (walks: Walks, ground: CurveGround) => void): RunOptions {
    const { signal, clock } = this.options;
    return { signal, onProgress: clock?.told.begin((walks) => count(walks, clock.ground)) };
  }
}
