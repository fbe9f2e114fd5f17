import type { DropSet, EngineContract, RunOptions } from '../engine/contract';
import { sublayerIndex, type UnitKind, unitsOf } from '../model/units';
import type { InfluenceMetric, InfluenceReport, ScoreReport } from './contract';
import { collectStatistics, isStatic, readStatistics, type Statistics } from './influence';
import { scoreBranches } from './score';
import type { WindowTree } from './windows';

/** Reports kept per calibration, so that a toggle, its undo and the full model beside it cost one branch at most. */
const KEPT_REPORTS = 64;

const keyOf = (dropped: DropSet) => [...dropped].sort((a, b) => a - b).join(',');

/** One calibration on one open model, and what has been measured there: nothing is computed twice. */
export class Calibrated {
  readonly #reports = new Map<string, ScoreReport>();
  readonly #losses = new Map<string, number>();
  #statistics?: Statistics;

  constructor(
    readonly engine: EngineContract,
    readonly trees: readonly WindowTree[],
  ) {}

  /** A score for each branch; only those not known yet are walked, together. */
  async score(branches: readonly DropSet[], options: RunOptions & { logits?: boolean } = {}): Promise<ScoreReport[]> {
    const known = (b: DropSet) => this.#reports.has(keyOf(b)) && !options.logits;
    const missing = [...new Map(branches.filter((b) => !known(b)).map((b) => [keyOf(b), b])).values()];
    const found = new Map(branches.filter(known).map((b) => [keyOf(b), this.#reports.get(keyOf(b))!]));
    if (missing.length > 0) {
      const reports = await scoreBranches(this.engine, this.trees, missing, options);
      for (const [i, report] of reports.entries()) {
        const key = keyOf(missing[i]!);
        found.set(key, report);
        this.#losses.set(key, report.loss);
        if (!options.logits) this.#keep(key, report);
      }
    }
    return branches.map((b) => found.get(keyOf(b))!);
  }

  #keep(key: string, report: ScoreReport) {
    // The full model's own report, under the empty key, is never the one to go.
    const oldest = [...this.#reports.keys()].find((k) => k !== '');
    if (this.#reports.size >= KEPT_REPORTS && oldest !== undefined) this.#reports.delete(oldest);
    this.#reports.set(key, report);
  }

  /**
   * Influence of every unit. The static metrics come from one pass for all units; leave-one-out walks, together, the
   * branches whose loss is not known yet.
   */
  async influence(metric: InfluenceMetric, unit: UnitKind, options: RunOptions = {}): Promise<InfluenceReport> {
    const tokens = this.trees.reduce((sum, { tree }) => sum + tree.rows, 0);
    if (isStatic(metric)) {
      this.#statistics ??= await collectStatistics(this.engine, this.trees, options);
      return { metric, unit, values: readStatistics(this.#statistics, metric, unit), tokens };
    }
    const full: DropSet = new Set();
    const units: DropSet[] = unitsOf(this.engine.model.blocks, unit).map((own) => new Set(own.map(sublayerIndex)));
    const missing = [full, ...units].filter((b) => !this.#losses.has(keyOf(b)));
    if (missing.length > 0) {
      const reports = await scoreBranches(this.engine, this.trees, missing, options);
      for (const [i, report] of reports.entries()) this.#losses.set(keyOf(missing[i]!), report.loss);
    }
    const loss = (dropped: DropSet) => this.#losses.get(keyOf(dropped))!;
    return { metric, unit, values: units.map(loss), fullLoss: loss(full), tokens };
  }
}
