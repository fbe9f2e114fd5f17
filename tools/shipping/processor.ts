/** The engine's walks and decoders on the processor: see processor.py. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { type Branch, type Module, stepKey } from '../../src/engine/branch';
import type {
  BranchResult,
  DecoderContract,
  DecoderOptions,
  EngineContract,
  WalkOptions,
} from '../../src/engine/contract';
import type { TokenTree } from '../../src/engine/tree';
import { delegating } from '../../src/lab/place/budget';
import { sublayerIndex, sublayersOf } from '../../src/model/units';
import type { Numbers, RecoveredUnit } from '../../src/recovery/module';
import type { Moments } from '../../src/recovery/moments';

/** The Python beside this program, asked one thing after the other. */
export class Processor {
  #name = '';
  #received = Buffer.alloc(0);
  #more: () => void = () => {};
  /** The answer that is waited for last. */
  #turn: Promise<unknown> = Promise.resolve();

  private constructor(readonly child: ChildProcess) {
    child.stdout!.on('data', (bytes: Buffer) => {
      this.#received = Buffer.concat([this.#received, bytes]);
      this.#more();
    });
    child.on('exit', () => this.#more());
  }

  static async start(python: string, root: string, model: string): Promise<Processor> {
    const child = spawn(python, [join(root, 'tools', 'shipping', 'processor.py'), model], {
      stdio: ['pipe', 'pipe', 'inherit'],
      // Numpy's large arrays come and go: memory that is kept is not cleared anew each time, a third of the time.
      env: { ...process.env, MALLOC_MMAP_THRESHOLD_: '2000000000', MALLOC_TRIM_THRESHOLD_: '4000000000' },
    });
    await Promise.race([once(child, 'spawn'), once(child, 'error').then(([error]) => Promise.reject(error))]);
    const processor = new Processor(child);
    const { name } = await processor.#answer();
    processor.#name = name!;
    return processor;
  }

  /** "numpy 2.4.6". */
  get name(): string {
    return this.#name;
  }

  /** The arrays of an answer, as bytes. */
  ask(request: object): Promise<Buffer[]> {
    const answer = this.#turn.then(async () => {
      this.child.stdin!.write(`${JSON.stringify(request)}\n`);
      return (await this.#answer()).parts;
    });
    this.#turn = answer.catch(() => undefined);
    return answer;
  }

  close(): void {
    this.child.stdin!.end();
  }

  async #answer(): Promise<{ parts: Buffer[]; name?: string }> {
    const line = await this.#take(() => this.#received.indexOf('\n') + 1);
    const { sizes, name }: { sizes: number[]; name?: string } = JSON.parse(line.toString());
    const parts: Buffer[] = [];
    for (const size of sizes) parts.push(await this.#take(() => (this.#received.length >= size ? size : 0)));
    return { parts, name };
  }

  /** The first so many bytes, once there are so many; 0 is not yet. */
  async #take(size: () => number): Promise<Buffer> {
    for (let n = size(); ; n = size()) {
      if (n > 0) {
        const taken = this.#received.subarray(0, n);
        this.#received = this.#received.subarray(n);
        return taken;
      }
      if (this.child.exitCode !== null) throw new Error(`Python ended with ${this.child.exitCode}.`);
      await new Promise<void>((resolve) => {
        this.#more = resolve;
      });
    }
  }
}

const floats = (bytes: Buffer) => new Float32Array(Uint8Array.from(bytes).buffer);
const doubles = (bytes: Buffer) => new Float64Array(Uint8Array.from(bytes).buffer);
const base64 = ({ buffer, byteOffset, byteLength }: Numbers) =>
  Buffer.from(buffer, byteOffset, byteLength).toString('base64');

/** Branches and a tree, as the program reads them. Throws for a module that reads what it has no code for. */
const walkOf = (tree: TokenTree, branches: readonly Branch[]) => ({
  tree: {
    ids: [...tree.ids],
    positions: [...tree.positions],
    chains: tree.chains,
    scoredRows: [...tree.scored.rows],
    targets: [...tree.scored.targets],
  },
  masks: branches.map(({ left }) =>
    Object.fromEntries([...left].map(([at, step]) => [at, typeof step === 'string' ? null : stepKey(step)])),
  ),
  modules: Object.fromEntries(
    branches.flatMap(({ left }) =>
      [...left.values()].filter((step) => typeof step !== 'string').map((module) => [stepKey(module), plainOf(module)]),
    ),
  ),
});

function plainOf({ strength, bias, map, diagonal, reads }: Module) {
  if (reads) throw new Error(`The processor has no code for a module that reads the ${reads} stream.`);
  return {
    ...{ strength, bias: base64(bias) },
    ...(map && { a: base64(map.a), b: base64(map.b) }),
    ...(diagonal && { diagonal: base64(diagonal) }),
  };
}

/** What a unit of a branch reads, and adds itself, over every token of a tree. */
export async function momentsOf(
  processor: Processor,
  tree: TokenTree,
  branch: Branch,
  { kind, block }: RecoveredUnit,
): Promise<Moments> {
  const sublayers = sublayersOf(kind, block).map(sublayerIndex);
  const parts = await processor.ask({ do: 'moments', ...walkOf(tree, [branch]), sublayers });
  const [x, t, absX, absSum, xx, xt, tt, allXX, allXT] = parts.map(doubles) as Float64Array[];
  return {
    ...{ rows: tree.rows, weight: tree.rows, x: x!, t: t!, absX: absX!, absSum: absSum!, xx: xx!, xt: xt!, tt: tt! },
    products: { xx: allXX!, xt: allXT! },
  };
}

/** Sublayers left out. Texts are written with nothing in their place. */
const maskOf = ({ left }: Branch) => [...left.keys()];

/** The engine, its plain walks and its decoders done by the processor; what is observed on a walk it does itself. */
export function onProcessor(engine: EngineContract, processor: Processor): EngineContract {
  const { vocabulary } = engine.model;
  let decoders = 0;

  async function walk(tree: TokenTree, branches: readonly Branch[], distance = false): Promise<BranchResult[]> {
    const [logprobs, greedy, apart] = await processor.ask({
      do: 'walk',
      ...walkOf(tree, branches),
      distance,
    });
    const pairs = tree.scored.rows.length;
    const distances = doubles(apart!);
    return branches.map((_, b) => {
      const logprob = floats(logprobs!.subarray(4 * pairs * b, 4 * pairs * (b + 1)));
      return {
        logprob,
        greedy: Uint8Array.from(greedy!.subarray(pairs * b, pairs * (b + 1))),
        logits: [],
        finite: logprob.every(Number.isFinite),
        ...(distance && { logitDistance: { sum: distances[b]!, rows: pairs } }),
      };
    });
  }

  async function decoder(
    branch: Branch,
    prompts: readonly (readonly number[])[],
    maxNewTokens: number,
    { capacity, likeliest: wanted }: DecoderOptions = {},
  ): Promise<DecoderContract> {
    const id = ++decoders;
    const longest = Math.max(0, ...prompts.map((p) => p.length)) + maxNewTokens;
    const { sequences, length } = capacity ?? { sequences: prompts.length, length: longest };
    await processor.ask({ do: 'decoder', id, mask: maskOf(branch), sequences, length });
    const free = Array.from({ length: sequences }, (_, i) => i);
    const logits: Float32Array[] = [];
    const likeliest: (number | undefined)[] = [];
    const take = (sequence: number, row: Float32Array) => {
      logits[sequence] = row;
      const top = row.indexOf(row.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY));
      if (wanted) likeliest[sequence] = row.every(Number.isFinite) ? top : undefined;
    };
    const add: DecoderContract['add'] = async (more) => {
      const numbers = free.splice(0, more.length);
      for (const [i, sequence] of numbers.entries()) {
        const [row] = await processor.ask({ do: 'read', id, sequence, ids: [...more[i]!] });
        take(sequence, floats(row!));
      }
      return numbers;
    };
    await add(prompts, maxNewTokens);
    const step: DecoderContract['step'] = async (tokens) => {
      if (tokens.length === 0) return;
      const sequences = tokens.map((t) => t.sequence);
      const [rows] = await processor.ask({ do: 'step', id, sequences, ids: tokens.map((t) => t.id) });
      const all = floats(rows!);
      for (const [i, sequence] of sequences.entries()) take(sequence, all.slice(vocabulary * i, vocabulary * (i + 1)));
    };
    return {
      logits,
      likeliest,
      add,
      begin: async (tokens) => ({ come: step(tokens) }),
      step,
      remove: (sequence) => void free.push(sequence),
      dispose: () => void processor.ask({ do: 'dispose', id }),
    };
  }

  return {
    ...delegating(engine),
    walk: async (tree, branches, options?: WalkOptions) => {
      if (options?.observe || options?.logitRows) return engine.walk(tree, branches, options) as never;
      options?.signal?.throwIfAborted();
      return { branches: await walk(tree, branches, options?.logitDistance), observed: [] as never };
    },
    decoder,
  };
}
