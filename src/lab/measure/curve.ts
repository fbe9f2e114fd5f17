import { without } from '../../engine/branch';
import type { RunOptions } from '../../engine/contract';
import { sublayerIndex } from '../../model/units';
import { isOfTask } from '../../pruning/metrics';
import { type StrategyTraits, strategyTraits } from '../../pruning/strategies';
import type { Gone, StrategySteps } from '../../pruning/strategy';
import type { CurvePoint, CurveReport, CurveRequest } from '../contract';
import type { CurveHead } from '../contract/asked';
import { branchOf } from './branch';
import type { Calibrated } from './calibrated';
import { type CurvePlan, headOf, metricOf, otherCurve, planCurve } from './curve-plan';
import { begin } from './curve-steps';
import { timePass } from './curve-time';
import { measureInfluence } from './influence';
import { measureAngles } from './norms';
import type { Examine, TaskWorth } from './task-worth';

/** Branches walked together at most: more would share little more, and be longer without a point to show. */
const MOST_BRANCHES = 64;
/** Points whose benchmark is measured together. */
const POINTS_PER_EXAM = 8;
/** Losses of one model on one text differ by less, whatever the adapter. */
const SAME_LOSS = 1e-3;

export interface CurveOptions extends RunOptions {
  /** Each point once its loss is known, and again once its benchmark or its time is. */
  readonly onPoint?: (point: CurvePoint, soFar: CurveReport) => void;
  /** Opens a task as a measure. */
  readonly examine: Examine;
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
  const head = headOf(request, exam?.measure, task?.measure);
  const plan = planCurve(on.engine.model.blocks, request, head);
  const run = new CurveRun(on, plan, head, request, exam, options);
  await run.start();
  await run.path();
  await run.benchmark();
  await run.times();
  return run.report(false);
}

class CurveRun {
  readonly #points: CurvePoint[];
  #order: CurveReport['order'];
  /** Points done, each counted once for its loss, its benchmark and its time; and one for what is measured ahead of all. */
  #done = 0;
  readonly #total: number;

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
    this.#total = 1 + (plan.most + 1) * (1 + Number(exam !== undefined) + Number(request.timed ?? false));
  }

  report(partial: boolean): CurveReport {
    return {
      ...this.head,
      ...{ points: [...this.#points], tokens: this.on.tokens, partial },
      ...(this.#order && { order: this.#order }),
    };
  }

  /** The model that nothing is removed from yet. Throws `usage` where it is not the one that is gone on from. */
  async start(): Promise<void> {
    const point = Array.from({ length: this.#isBand ? this.plan.draws : 1 }, (): Gone => []);
    const [losses] = await this.#lossesOf([point], 1);
    const [first] = this.plan.known;
    if (!first) {
      this.#add(point, losses!);
    } else if (Math.abs(first.loss - losses![0]!) > SAME_LOSS) {
      throw otherCurve(`its first loss is ${first.loss}, and that of this model on this text is ${losses![0]}`);
    } else {
      this.#done = this.#points.length;
    }
  }

  /** The points one after the other. */
  async path(): Promise<void> {
    const steps = await this.#steps();
    this.#done++;
    // Where every point is asked about first, that is its step.
    const own = this.#traits.rescored ? 0 : 1;
    let waiting: (readonly Gone[])[] = [];
    const measureWaiting = async () => {
      const losses = await this.#lossesOf(waiting, waiting.length * own);
      for (const [i, point] of waiting.entries()) this.#add(point, losses[i]!);
      waiting = [];
    };
    let answer: readonly number[] = [];
    while (this.#points.length + waiting.length <= this.plan.most) {
      const { value: step, done } = steps.next(answer);
      if (done) break;
      if (step.ask === 'losses') {
        const masks = step.masks.map((mask) => [mask]);
        answer = (await this.#lossesOf(masks, 1)).flat();
      } else if (step.ask === 'influence') {
        await measureWaiting();
        answer = await this.#influence(step.left, step.gone);
        this.#done++;
      } else if (step.losses) {
        this.#add(step.point, step.losses);
      } else {
        waiting.push(step.point);
        if (waiting.length * step.point.length >= MOST_BRANCHES) await measureWaiting();
      }
    }
    await measureWaiting();
  }

  /** The accuracy of every point's model; of a random curve, that of its first draw. */
  async benchmark(): Promise<void> {
    const { exam } = this;
    if (!exam) return;
    const missing = [...this.#points.keys()].filter((i) => !this.#points[i]!.accuracy);
    this.#done += this.#points.length - missing.length;
    for (let first = 0; first < missing.length; first += POINTS_PER_EXAM) {
      const some = missing.slice(first, first + POINTS_PER_EXAM);
      const branches = some.map((i) => branchAt(this.#points[i]!));
      const results = await exam.accuracies(branches, this.#run(some.length));
      for (const [i, accuracy] of results.entries()) this.#change(some[i]!, accuracy ? { accuracy } : {});
      this.#done += some.length;
    }
  }

  async times(): Promise<void> {
    if (!this.request.timed) return;
    for (const [i, point] of this.#points.entries()) {
      if (point.milliseconds === undefined) {
        const { engine, trees } = this.on;
        this.#change(i, { milliseconds: await timePass(engine, trees, branchAt(point), this.options.signal) });
      }
      this.#done++;
      this.options.onProgress?.(this.#done / this.#total);
    }
  }

  async #steps(): Promise<StrategySteps> {
    const { plan } = this;
    const { steps, order } = await begin(this.request.strategy, {
      plan,
      influence: () => this.#influence([...plan.units.keys()], []),
      angles: () => measureAngles(this.on, branchOf({ mask: plan.maskAfter([]) }), this.#run(1)),
    });
    const { gone } = plan;
    if (order && order.slice(0, gone.length).join() !== gone.join())
      throw otherCurve('its units went in another order');
    this.#order = order?.map((unit) => plan.units[unit]!);
    return steps;
  }

  /** Influence of these units in the model without those that are gone. */
  async #influence(asked: readonly number[], gone: Gone): Promise<readonly number[]> {
    const { units, maskAfter } = this.plan;
    const { metric, unit, settings = {} } = this.request;
    const { resume, ...own } = settings;
    const { values } = await measureInfluence(this.on, metric!, unit, {
      ...own,
      ...(!this.#traits.rescored && resume && { resume }),
      ...this.#run(1),
      units: asked.map((i) => units[i]!),
      base: branchOf({ mask: maskAfter(gone) }),
      examine: this.options.examine,
    });
    return values;
  }

  /** Losses of the masks of each point, all walked together; the whole is so many steps of the job. */
  async #lossesOf(points: readonly (readonly Gone[])[], steps: number): Promise<number[][]> {
    const branches = points.flat().map((gone) => branchOf({ mask: this.plan.maskAfter(gone) }));
    if (branches.length === 0) return [];
    const losses = (await this.on.measure(branches, this.#run(steps))).map((measure) => measure.loss);
    this.#done += steps;
    const each = branches.length / points.length;
    return points.map((_, i) => losses.slice(i * each, (i + 1) * each));
  }

  #add(masks: readonly Gone[], losses: readonly number[]) {
    const { dropped } = this.plan.maskAfter(masks[0]!);
    const loss = losses.reduce((sum, x) => sum + x, 0) / losses.length;
    const draws = this.#isBand ? { draws: losses } : {};
    this.#points.push({ removed: masks[0]!.length, dropped, loss, ...draws });
    this.#tell(this.#points.length - 1);
  }

  #change(i: number, more: Partial<CurvePoint>) {
    this.#points[i] = { ...this.#points[i]!, ...more };
    this.#tell(i);
  }

  #tell(i: number) {
    this.options.onPoint?.(this.#points[i]!, this.report(true));
  }

  get #traits(): StrategyTraits {
    return strategyTraits(this.request.strategy);
  }

  /** Whether a point is a mask of each of several draws. */
  get #isBand(): boolean {
    return this.#traits.drawn === true;
  }

  /** Options of work that so many points come of. */
  #run(points: number): RunOptions {
    const { signal, onProgress } = this.options;
    const done = this.#done;
    return { signal, onProgress: (fraction) => onProgress?.(Math.min(1, (done + points * fraction) / this.#total)) };
  }
}

const branchAt = ({ dropped }: CurvePoint) => without(dropped.map(sublayerIndex));
