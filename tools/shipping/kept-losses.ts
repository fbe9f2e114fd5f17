import { appendFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { type Branch, compareBranches, distinct } from '../../src/engine/branch';
import type { EngineContract } from '../../src/engine/contract';
import { Calibrated } from '../../src/lab/measure/calibrated';
import type { Measure, MeasureOptions } from '../../src/lab/measure/score';
import type { WindowTree } from '../../src/lab/measure/windows';

/** What a mask lost on a text. */
export interface KeptLoss {
  /** Nats of each window, summed over its predicted tokens. */
  readonly windows: readonly number[];
  /** How far its logits are from the full model's, where that was asked: summed over rows, and how many rows. */
  readonly distance?: readonly [sum: number, rows: number];
}

/** Branches walked together: few enough that a run that is cut loses little. */
const AT_ONCE = 64;

/** Losses of masks on one text, in a file that a run which was cut goes on from. */
export class KeptLosses {
  readonly #known = new Map<string, KeptLoss>();

  constructor(
    readonly engine: EngineContract,
    readonly trees: readonly WindowTree[],
    readonly file: string,
  ) {
    mkdirSync(dirname(file), { recursive: true });
    if (!existsSync(file)) return;
    const text = readFileSync(file, 'utf8');
    // The last line may have been cut: what comes next begins one of its own.
    if (text !== '' && !text.endsWith('\n')) appendFileSync(file, '\n');
    for (const line of text.split('\n')) {
      if (!line.endsWith('}')) continue;
      const { key, ...loss }: KeptLoss & { key: string } = JSON.parse(line);
      this.#known.set(key, loss);
    }
  }

  get size(): number {
    return this.#known.size;
  }

  get(branch: Branch): KeptLoss | undefined {
    return this.#known.get(branch.key);
  }

  /** Measures those that are missing, with their distances where asked; neighbours should agree on the lower sublayers. */
  async measure(
    branches: readonly Branch[],
    onProgress?: (done: number, of: number) => void,
    distances = false,
  ): Promise<void> {
    const known = (b: Branch) => this.#known.get(b.key);
    const missing = distinct(branches).filter((b) => (distances ? !known(b)?.distance : !known(b)));
    for (let first = 0; first < missing.length; first += AT_ONCE) {
      onProgress?.(first, missing.length);
      const some = missing.slice(first, first + AT_ONCE);
      const found = some.map(() => ({
        windows: [] as number[],
        ...(distances && { distance: [0, 0] as [number, number] }),
      }));
      for (const { tree } of this.trees) {
        const { branches: results } = await this.engine.walk(tree, some, distances ? { logitDistance: true } : {});
        for (const [b, { logprob, logitDistance }] of results.entries()) {
          const { windows, distance } = found[b]!;
          for (const pairs of tree.pairs) windows.push(-pairs.reduce((sum, pair) => sum + logprob[pair]!, 0));
          if (distance) distance[0] += logitDistance!.sum;
          if (distance) distance[1] += logitDistance!.rows;
        }
      }
      const lines = some.map(({ key }, b) => JSON.stringify({ key, ...found[b]! }, (_, x) => rounded(x)));
      appendFileSync(this.file, `${lines.join('\n')}\n`);
      for (const [b, { key }] of some.entries()) this.#known.set(key, found[b]!);
    }
  }
}

/** A calibration whose losses are kept, and taken from there. */
export class KeptCalibrated extends Calibrated {
  constructor(
    on: Calibrated,
    readonly kept: KeptLosses,
  ) {
    super(on.engine, on.windows);
  }

  override async measure(branches: readonly Branch[], options: MeasureOptions = {}): Promise<Measure[]> {
    const { distances = false } = options;
    if (options.parts) return super.measure(branches, options);
    await this.kept.measure([...branches].sort(compareBranches), undefined, distances);
    const predicted = this.tokens - this.windows.length;
    return branches.map((b) => {
      const { windows, distance } = this.kept.get(b)!;
      const loss = windows.reduce((sum, x) => sum + x, 0) / predicted;
      return { loss, ...(distances && { distance: distance![0] / distance![1] }) };
    });
  }
}

/** As many digits as single precision has. */
const rounded = (x: unknown) => (typeof x === 'number' ? Number(x.toPrecision(8)) : x);
