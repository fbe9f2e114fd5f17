import { type Branch, without } from '../../src/engine/branch';
import type { Engine } from '../../src/engine/engine';
import { packTokens } from '../../src/engine/pack';
import { unitsOf } from '../../src/model/units';
import { branchWithout } from '../../src/pruning/estimate';
import { sampleShapley } from '../../src/pruning/shapley';
import { greedy } from '../../src/pruning/strategy';
import { SHAPE, tokens } from './shape';

/** Few, since hundreds of branches are walked one by one. */
const TOKENS = 32;
const PERMUTATIONS = 16;
const PAIRS_PER_BATCH = 4;
const MEMORY_BRANCHES = 64;
const MEMORY_TOKENS = 256;
const MEMORY_BUDGET = 32 * 2 ** 20;

const UNITS = unitsOf(SHAPE.blocks, 'sublayer');

/** Walks with many branches, against the same kernels in a walk for each branch. */
export interface SharingResult {
  readonly tokens: number;
  /** Losses asked for. */
  readonly branches: number;
  readonly togetherMs: number;
  readonly naiveMs: number;
  /** Largest difference between the two ways' losses, nats: they must agree. */
  readonly largestDifference: number;
}

/** Finds losses both ways, one right after the other, whatever a job asks for. */
class BothWays {
  readonly #tree = packTokens([{ ids: tokens(TOKENS), scoreFrom: 1 }]);
  readonly #ms = { together: 0, naive: 0 };
  #branches = 0;
  #largestDifference = 0;

  constructor(readonly engine: Engine) {}

  async losses(gone: readonly Branch[]): Promise<number[]> {
    const together = await this.#timed('together', () => this.#walk(gone));
    const naive = await this.#timed('naive', async () => {
      const losses: number[] = [];
      for (const branch of gone) losses.push(...(await this.#walk([branch])));
      return losses;
    });
    this.#branches += gone.length;
    this.#largestDifference = Math.max(this.#largestDifference, ...together.map((x, i) => Math.abs(x - naive[i]!)));
    return together;
  }

  result(): SharingResult {
    const { together: togetherMs, naive: naiveMs } = this.#ms;
    const [branches, largestDifference] = [this.#branches, this.#largestDifference];
    return { tokens: TOKENS, branches, togetherMs, naiveMs, largestDifference };
  }

  async #walk(branches: readonly Branch[]): Promise<number[]> {
    const result = await this.engine.walk(this.#tree, branches);
    return result.branches.map(({ logprob }) => -logprob.reduce((sum, x) => sum + x, 0) / logprob.length);
  }

  async #timed<T>(way: 'together' | 'naive', work: () => Promise<T>): Promise<T> {
    const started = performance.now();
    const done = await work();
    this.#ms[way] += performance.now() - started;
    return done;
  }
}

/** Makes room and pipelines, so that neither way pays for them. */
async function warmUp(engine: Engine, branches: number) {
  const both = new BothWays(engine);
  await both.losses(
    Array.from({ length: branches }, (_, i) =>
      without(branchWithout(UNITS, [i % UNITS.length, (i >> 3) % UNITS.length])),
    ),
  );
}

/** A greedy pruning curve of all sublayers, to the end. */
export async function measureGreedyCurve(engine: Engine): Promise<SharingResult> {
  await warmUp(engine, UNITS.length);
  const both = new BothWays(engine);
  const steps = greedy([...UNITS.keys()]);
  let step = steps.next([]);
  while (!step.done) {
    const masks = step.value.ask === 'losses' ? step.value.masks : [];
    const answer = masks.length > 0 ? await both.losses(masks.map((gone) => without(branchWithout(UNITS, gone)))) : [];
    step = steps.next(answer);
  }
  return both.result();
}

/** Shapley values of all sublayers by permutations, in batches of a few pairs. */
export async function measureShapleySampling(
  engine: Engine,
): Promise<SharingResult & { readonly permutations: number }> {
  await warmUp(engine, 8 * UNITS.length);
  const both = new BothWays(engine);
  const settings = { seed: 0, permutations: PERMUTATIONS, pairsPerBatch: PAIRS_PER_BATCH };
  const estimator = sampleShapley(UNITS, settings);
  let step = estimator.next([]);
  while (!step.done)
    step = estimator.next((await both.losses(step.value.branches.map((gone) => without(gone)))).map((loss) => -loss));
  return { ...both.result(), permutations: PERMUTATIONS };
}

/** What many branches take on the device at most, when told to take no more than so much. */
export async function measureBudget(engine: Engine) {
  const tree = packTokens([{ ids: tokens(MEMORY_TOKENS), scoreFrom: 1 }]);
  const branches = Array.from({ length: MEMORY_BRANCHES }, (_, i) => without([i % 24, (7 * i + 1) % 24]));
  engine.restartPeak();
  await engine.walk(tree, branches, { memoryBudget: MEMORY_BUDGET });
  const { peak, weights, cache } = engine.memory();
  return { branches: MEMORY_BRANCHES, tokens: MEMORY_TOKENS, budget: MEMORY_BUDGET, peak: peak - weights - cache };
}
