import { LopperError } from '../errors';
import type { TensorMap } from '../formats/tensor';
import type { Buffer, Gpu } from '../gpu/gpu';
import { Kernels } from '../gpu/kernel';
import { Recorder } from '../gpu/recorder';
import type { ModelSpec } from '../model/spec';
import type { AdamState } from '../recovery/training';
import { chooseKernels, firstRate, type KernelRates } from './autotune';
import { gradientInfluence } from './backward/influence';
import { reverseRowsWithin } from './backward/room';
import type { Branch } from './branch';
import { defaultBudget, MAX_ROWS, rowsWithin } from './budget';
import type {
  Aim,
  DecoderContract,
  DecoderOptions,
  EngineContract,
  GradientInfluence,
  SquareContract,
  TrainerContract,
  WalkOptions,
  WalkResult,
} from './contract';
import { Decoder } from './decoder';
import { walkKernels } from './kernels/compile';
import { Dispatcher } from './kernels/dispatcher';
import { partBytes } from './kernels/linear';
import type { Machine } from './machine';
import { preflight, roomBytes, storedTypes } from './matrix-parts';
import { Modules } from './modules';
import type { Observation, Observer } from './observers/observer';
import { aheadBytes, type Residency, resident, streamed, within } from './residency';
import { Scratch } from './scratch';
import { Square } from './square';
import { Trainer } from './training/trainer';
import type { TokenTree } from './tree';
import { walk } from './walk';
import { WeightLoader } from './weights';

export interface OpenOptions {
  readonly signal?: AbortSignal;
  /** Fraction of the weights on the GPU, 0 to 1. */
  readonly onProgress?: (fraction: number) => void;
  /**
   * `always`: weights pass through GPU memory a few sublayers at a time. `auto` (default): only if they do not fit.
   */
  readonly streaming?: 'auto' | 'always' | 'never';
  /** In its place: sublayers stay, from the bottom up, as far as so many bytes of GPU memory go. */
  readonly stayBytes?: number;
  /** The adapter's measured choice of kernels, if known already. */
  readonly rates?: KernelRates;
}

/** A model on a GPU. */
export class Engine implements EngineContract {
  readonly maxRows = MAX_ROWS;

  private constructor(
    readonly machine: Machine,
    readonly rates: KernelRates,
    readonly free: () => void,
  ) {}

  /**
   * Loads a model's weights. Throws `model-too-large` before anything is read, `out-of-memory`, `cancelled`, or what the
   * files throw; whatever was allocated is freed again.
   */
  static async open(gpu: Gpu, spec: ModelSpec, tensors: TensorMap, options: OpenOptions = {}): Promise<Engine> {
    preflight(spec, tensors, gpu.facts.limits.maxStorageBufferBindingSize);
    gpu.restartPeak();
    const rates = options.rates ?? (await chooseKernels(gpu));
    // What is read ahead is put in order beside what is recorded for a walk.
    const [recorder, reading] = [new Recorder(gpu, firstRate(rates)), new Recorder(gpu, firstRate(rates))];
    const empty = await gpu.allocate('empty', 16, 'weights');
    let room: Buffer | undefined;
    const scratch = new Scratch(gpu, recorder, 'activations');
    const loaders: WeightLoader[] = [];
    let modules: Modules | undefined;
    let released = false;
    const release = () => {
      if (released) return;
      released = true;
      for (const l of loaders) l.close();
      scratch.destroy();
      modules?.destroy();
      gpu.free(empty);
      if (room) gpu.free(room);
      for (const r of [recorder, reading]) r.destroy();
    };
    try {
      const types = storedTypes(spec, tensors);
      const widened = roomBytes(spec, tensors, gpu.facts.limits.maxStorageBufferBindingSize);
      const roomy = Math.max(widened, partBytes(rates.choice));
      if (roomy > 0) room = await gpu.allocate('widened weights', roomy, 'weights');
      const dispatcherOf = (r = recorder) => new Dispatcher(r, Kernels.of(gpu), rates.choice, empty, room);
      const [dispatcher, decoding] = [dispatcherOf(), dispatcherOf()];
      await dispatcher.ready(walkKernels(dispatcher, spec, types));
      const loaderOf = (options: ConstructorParameters<typeof WeightLoader>[4], d = dispatcher) => {
        loaders.push(new WeightLoader(gpu, d.recorder, d, tensors, options));
        return loaders[loaders.length - 1];
      };
      const total = [...spec.shapes.keys()].reduce((sum, n) => sum + tensors.get(n)!.end - tensors.get(n)!.start, 0);
      const loader = loaderOf({
        signal: options.signal,
        onBytes: (read) => options.onProgress?.(Math.min(1, read / total)),
      });
      const embedding = await loader.table(spec.embedding);
      const table = spec.head === spec.embedding ? embedding : await loader.table(spec.head);
      const head = { ...table, cap: spec.logitCap };
      const positions = spec.positions ? await loader.table(spec.positions) : undefined;
      const finalNorm = await loader.norm(spec.finalNorm);
      // Streaming reads after opening: the open's own signal and progress must not reach into later walks.
      const inFlightBytes = aheadBytes(spec, tensors);
      const again = () => loaderOf({ inFlightBytes }, dispatcherOf(reading));
      const residency =
        options.stayBytes === undefined
          ? await residencyOf(spec, loader, () => streamed(spec, again(), recorder), options)
          : await within(options.stayBytes, spec, { once: loader, again }, recorder);
      await gpu.idle();
      gpu.check();
      modules = new Modules(dispatcher, spec.width, spec.finalNorm, types.products);
      const parts = { spec, types, residency, modules, embedding, positions, finalNorm, head };
      return new Engine({ gpu, recorder, dispatcher, decoding, scratch, ...parts }, rates, release);
    } catch (error) {
      release();
      throw error;
    }
  }

  get model(): ModelSpec {
    return this.machine.spec;
  }

  get streamed(): boolean {
    return this.machine.residency.streamed;
  }

  memory(): ReturnType<EngineContract['memory']> {
    const { gpu } = this.machine;
    const reading = this.machine.residency.reading?.();
    const budget = defaultBudget(gpu.facts.limits);
    return { ...gpu.memory(), peak: gpu.peak, budget, ...(reading && { reading }) };
  }

  restartPeak(): void {
    this.machine.gpu.restartPeak();
  }

  rowsWithin(memoryBudget: number, observers?: readonly Observer<unknown>[]): number {
    const { spec, gpu } = this.machine;
    return rowsWithin(spec, gpu.facts.limits.maxStorageBufferBindingSize, memoryBudget, observers);
  }

  walk<const O extends readonly Observation[] = readonly []>(
    tree: TokenTree,
    branches: readonly Branch[],
    options?: WalkOptions<O>,
  ): Promise<WalkResult<O>> {
    return walk(this.machine, tree, branches, options);
  }

  gradientRows(memoryBudget = this.memory().budget): number {
    const { spec, gpu } = this.machine;
    return reverseRowsWithin(spec, gpu.facts.limits.maxStorageBufferBindingSize, memoryBudget);
  }

  gradientInfluence(
    tree: TokenTree,
    branch: Branch,
    options?: Parameters<EngineContract['gradientInfluence']>[2],
  ): Promise<GradientInfluence> {
    return gradientInfluence(this.machine, tree, branch, options);
  }

  decoder(
    branch: Branch,
    prompts: readonly (readonly number[])[],
    maxNewTokens: number,
    options?: DecoderOptions,
  ): Promise<DecoderContract> {
    return Decoder.create(this.machine, branch, prompts, maxNewTokens, options);
  }

  trainer(
    state: AdamState,
    aim: Aim,
    { memoryBudget }: { readonly memoryBudget?: number } = {},
  ): Promise<TrainerContract> {
    return Trainer.open(this.machine, state, aim, memoryBudget);
  }

  square(width: number, values: Float32Array): Promise<SquareContract> {
    return Square.of(this.machine, width, values);
  }

  dispose(): void {
    this.free();
  }
}

async function residencyOf(
  spec: ModelSpec,
  loader: WeightLoader,
  stream: () => Residency,
  { streaming }: OpenOptions,
): Promise<Residency> {
  if (streaming === 'always') return stream();
  const { mark } = loader;
  try {
    return await resident(spec, loader);
  } catch (error) {
    if (streaming === 'never' || !(error instanceof LopperError) || error.code !== 'out-of-memory') throw error;
    loader.freeSince(mark);
    return stream();
  }
}
