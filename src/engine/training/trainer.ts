import { sublayersOf } from '../../model/units';
import type { AdamState } from '../../recovery/training';
import { gradients } from '../backward/gradients';
import { FULL } from '../branch';
import type { Aim, RunOptions, TrainerContract, TrainingStep } from '../contract';
import type { Machine } from '../machine';
import type { Observation } from '../observers/observer';
import type { TokenTree } from '../tree';
import { walk } from '../walk';
import { HeldModules } from './held-modules';
import { KeptStreams } from './kept-streams';
import { matching } from './match';

/** Trains the modules of one branch; the rest of the model stays as it is. */
export class Trainer implements TrainerContract {
  readonly #below: KeptStreams;
  readonly #teacher: KeptStreams;

  private constructor(
    readonly m: Machine,
    readonly modules: HeldModules,
    readonly aim: Aim,
    readonly memoryBudget: number | undefined,
  ) {
    const lowest = Math.min(...modules.branch.left.keys());
    this.#below = new KeptStreams(m, lowest - (lowest % 2));
    this.#teacher = new KeptStreams(m, m.spec.sublayers.length);
  }

  /** Throws `mask-mismatch` for modules of another width, `out-of-memory`. */
  static async open(m: Machine, state: AdamState, aim: Aim, memoryBudget?: number): Promise<Trainer> {
    return new Trainer(m, await HeldModules.of(m, state), aim, memoryBudget);
  }

  loss(trees: readonly TokenTree[], options: RunOptions = {}): Promise<number> {
    return this.#lossOf(trees, false, options);
  }

  async step(trees: readonly TokenTree[], rate: number, options: RunOptions = {}): Promise<TrainingStep> {
    this.modules.clear();
    const loss = await this.#lossOf(trees, true, options);
    if (!Number.isFinite(loss)) return { loss };
    return { loss, state: await this.modules.update(rate, options.signal) };
  }

  dispose(): void {
    this.#below.destroy();
    this.#teacher.destroy();
    this.modules.free();
  }

  async #lossOf(trees: readonly TokenTree[], learning: boolean, { signal, onProgress }: RunOptions): Promise<number> {
    const { aim } = this;
    let loss = 0;
    for (const [t, tree] of trees.entries()) {
      const options = { signal, onProgress: (f: number) => onProgress?.((t + f) / trees.length) };
      loss +=
        aim.kind === 'match'
          ? await this.#match(tree, trees, aim.on, learning, options)
          : await this.#predict(tree, trees, aim, learning, options);
    }
    return loss;
  }

  /** A tree's share in the loss of what is predicted: its gradient comes down to the lowest module. */
  async #predict(
    tree: TokenTree,
    trees: readonly TokenTree[],
    objective: Exclude<Aim, { kind: 'match' }>,
    learning: boolean,
    options: RunOptions,
  ): Promise<number> {
    const { m, modules, memoryBudget } = this;
    const { branch } = modules;
    const tokens = trees.reduce((sum, { scored }) => sum + scored.rows.length, 0);
    // Below the head nothing is gone through for the loss alone.
    const lowest = learning ? Math.min(...branch.left.keys()) : m.spec.sublayers.length;
    // A budget that was given is for what the gradient itself takes.
    const keeps = memoryBudget === undefined;
    const below = keeps ? await this.#below.of(tree, options.signal) : undefined;
    const from = below && { index: this.#below.index, stream: below };
    const teacher = keeps && objective.kind === 'kl' ? await this.#teacher.of(tree, options.signal) : undefined;
    const { loss } = await gradients(m, tree, branch, objective, modules.sink(tree.rows), {
      ...{ ...options, lowest, tokens, from, teacher },
      ...(memoryBudget !== undefined && { memoryBudget }),
    });
    return loss;
  }

  /** A tree's share in how far the stream is from the full model's behind the units. */
  async #match(
    tree: TokenTree,
    trees: readonly TokenTree[],
    on: 'own' | 'full',
    learning: boolean,
    options: RunOptions,
  ): Promise<number> {
    const { m, modules, memoryBudget } = this;
    const rows = trees.reduce((sum, one) => sum + one.rows, 0);
    const scale = 1 / (rows * m.spec.width);
    const units = modules.state.adapters.map(({ unit }) => sublayersOf(unit.kind, unit.block));
    const observe = units.map((unit, i): Observation<number> => {
      const gradients = learning ? modules.gradientsOf(i) : undefined;
      const observer = matching(m.modules, { unit, module: modules.modules[i], gradients, scale });
      return { branch: 0, observer, ...(on === 'own' && { beside: 1 }) };
    });
    const until = 1 + Math.max(...modules.branch.left.keys());
    const { observed } = await walk(m, tree, on === 'own' ? [modules.branch, FULL] : [FULL], {
      ...{ ...options, observe, until },
      ...(memoryBudget !== undefined && { memoryBudget }),
    });
    return observed.reduce((sum, part) => sum + part, 0);
  }
}
