import { type Branch, distinct, FULL } from '../../engine/branch';
import type { EngineContract, RunOptions } from '../../engine/contract';
import { meansOf } from '../../engine/observers/statistics';
import { LopperError } from '../../errors';
import type { Calibration, ScoreReport } from '../contract';
import { digest } from '../exam/exam';
import { measureGradient, type UnitGradients } from './gradient';
import { type Measure, type MeasureOptions, measureBranches, type ScoreOptions, scoreBranches } from './score';
import { observeUnits, type Statistics } from './statics';
import { layOutWindows, type WindowTree } from './windows';

/** Reports kept per calibration, so that a toggle, its undo and the full model beside it cost one branch at most. */
const KEPT_REPORTS = 64;
/** Measures kept per calibration: enough for every subset of 12 units, and for what sampling meets again. */
const KEPT_MEASURES = 16_384;

/** The same for calibrations that read the same. Files may be large: their hash stands for them. */
export async function calibrationKey(calibration: Calibration): Promise<string> {
  if (!('task' in calibration && calibration.data)) return JSON.stringify(calibration);
  const { data, ...rest } = calibration;
  return JSON.stringify([rest, data.map((file) => file.name), await digest(data)]);
}

/** One calibration on one open model, and what has been measured there: nothing is computed twice. */
export class Calibrated {
  readonly #reports = new Map<string, ScoreReport>();
  readonly #measures = new Map<string, Measure>();
  readonly #statistics = new Map<string, Statistics>();
  readonly #gradients = new Map<string, UnitGradients>();

  readonly trees: readonly WindowTree[];
  #halves?: readonly [even: Calibrated, odd: Calibrated];
  #thirds?: readonly [first: Calibrated, rest: Calibrated];

  constructor(
    readonly engine: EngineContract,
    readonly windows: readonly (readonly number[])[],
  ) {
    this.trees = layOutWindows(windows, engine.maxRows);
  }

  /** Tokens that go through the model. */
  get tokens(): number {
    return this.windows.reduce((sum, ids) => sum + ids.length, 0);
  }

  /** The windows 0, 2, ... and the windows 1, 3, ..., each a calibration of its own. Throws `text-too-short`. */
  halves(): readonly [even: Calibrated, odd: Calibrated] {
    if (this.windows.length < 2) {
      throw new LopperError(
        'text-too-short',
        'The text is a single window, which cannot be halved.',
        'Give a longer text or shorter windows, or judge on the windows that are chosen on.',
      );
    }
    this.#halves ??= [this.#only((w) => w % 2 === 0), this.#only((w) => w % 2 === 1)];
    return this.#halves;
  }

  /** The windows 0, 3, 6, ... and the others; undefined where there are fewer than three. */
  thirds(): readonly [first: Calibrated, rest: Calibrated] | undefined {
    if (this.windows.length < 3) return undefined;
    this.#thirds ??= [this.#only((w) => w % 3 === 0), this.#only((w) => w % 3 > 0)];
    return this.#thirds;
  }

  #only(of: (window: number) => boolean): Calibrated {
    return new Calibrated(
      this.engine,
      this.windows.filter((_, w) => of(w)),
    );
  }

  /**
   * A score for each branch; only those not known yet are walked, together. With `first`, so many rows go ahead and are
   * told of, then twice as many, and so on: what it comes to is the same. Throws `not-finite`, naming the branch.
   */
  async score(
    branches: readonly Branch[],
    { first, onSoFar, ...options }: ScoreOptions & { readonly first?: number } = {},
  ): Promise<ScoreReport[]> {
    const known = (b: Branch) => this.#reports.has(b.key) && !options.logits;
    const missing = distinct(branches.filter((b) => !known(b)));
    const found = new Map(branches.filter(known).map((b) => [b.key, this.#reports.get(b.key)!]));
    if (missing.length > 0) {
      const { maxRows } = this.engine;
      const trees = first === undefined ? this.trees : layOutWindows(this.windows, maxRows, first);
      const reports = await scoreBranches(this.engine, trees, missing, {
        ...options,
        ...(onSoFar && {
          onSoFar(some: ScoreReport[]) {
            const soFar = new Map(some.map((report, i) => [missing[i]!.key, report]));
            onSoFar(branches.map(({ key }) => soFar.get(key) ?? found.get(key)!));
          },
        }),
      });
      for (const [i, report] of reports.entries()) {
        const key = missing[i]!.key;
        found.set(key, report);
        if (!options.logits) keep(this.#reports, key, report, KEPT_REPORTS);
      }
    }
    return branches.map((b) => found.get(b.key)!);
  }

  /**
   * The loss of each branch and, where asked, its distance from the full model, or the loss in parts; only those not known yet are walked,
   * together. A branch whose numbers are not finite is NaN, and the others stand.
   */
  async measure(
    branches: readonly Branch[],
    { distances = false, parts = false, ...options }: MeasureOptions = {},
  ): Promise<Measure[]> {
    const known = (key: string): Measure | undefined => {
      const measure = this.#measures.get(key) ?? this.#reports.get(key);
      const whole = measure && (!distances || 'distance' in measure) && (!parts || measure.parts !== undefined);
      return whole ? measure : undefined;
    };
    const found = new Map(branches.map((b) => [b.key, known(b.key)]));
    const missing = distinct(branches.filter((b) => !found.get(b.key)));
    if (missing.length > 0) {
      const measures = await measureBranches(this.engine, this.trees, missing, { ...options, distances, parts });
      for (const [i, measure] of measures.entries()) {
        const key = missing[i]!.key;
        found.set(key, measure);
        keep(this.#measures, key, measure, KEPT_MEASURES);
      }
    }
    return branches.map((b) => found.get(b.key)!);
  }

  /** What every unit does in the full model, or in another branch. Throws `not-finite`. */
  async statistics(options: RunOptions = {}, branch: Branch = FULL): Promise<Statistics> {
    const { key } = branch;
    const statistics =
      this.#statistics.get(key) ?? meansOf(await observeUnits(this.engine, this.trees, branch, 'sums', options));
    keep(this.#statistics, key, statistics, KEPT_REPORTS);
    return statistics;
  }

  /** What every unit does to the loss of the full model, or of another branch, to first order. Throws `not-finite`. */
  async gradient(options: RunOptions = {}, branch: Branch = FULL): Promise<UnitGradients> {
    const { key } = branch;
    const gradient = this.#gradients.get(key) ?? (await measureGradient(this.engine, this.windows, branch, options));
    keep(this.#gradients, key, gradient, KEPT_REPORTS);
    return gradient;
  }
}

/** Keeps a value, and lets the oldest go where there are too many; the full model's, under the empty key, never goes. */
function keep<T>(kept: Map<string, T>, key: string, value: T, most: number) {
  if (kept.size >= most && !kept.has(key)) {
    for (const oldest of kept.keys()) {
      if (oldest === '') continue;
      kept.delete(oldest);
      break;
    }
  }
  kept.set(key, value);
}
