import type { Buffer } from '../../gpu/gpu';
import { type Buffers, type Constants, type Kernel, type Kernels, type Pipeline, variantName } from '../../gpu/kernel';
import type { Fields, Values } from '../../gpu/parameters';
import { grid, type Recorder } from '../../gpu/recorder';

/** Which variants this adapter runs best; see autotune.ts. */
export interface KernelChoice {
  readonly matmul: 'matmul_register' | 'matmul_workgroup';
  readonly matvec: 'matvec_register' | 'matvec_workgroup';
  /** Below so many rows a product is a matvec for each, where one is compiled; default 4. */
  readonly fewRows?: number;
  /** Most rows of which a matvec reads the weights once; default 1, each by itself. */
  readonly together?: 1 | 2 | 4 | 8;
  /**
   * Below so many rows, and from `fewRows` on, a product is one of small tiles; default never. It comes to the bits of
   * matmul_workgroup, and is chosen only beside it.
   */
  readonly smallRows?: number;
  /** Workgroups that such a product should have in steps of decoding, its sums in parts where its tiles are fewer; default in one. */
  readonly groups?: number;
  /** Whether attention keeps no scores in memory (flash.ts): in steps of texts being written, in whole texts; default neither. */
  readonly flash?: { readonly steps: boolean; readonly texts: boolean };
  /** A product is one kernel, whatever becomes of it, in the place of one for each; default for each. */
  readonly anyEpilogue?: boolean;
  /** Threads that share a row in norms, softmax and sums. */
  readonly threads: 1 | 64;
}

/** A kernel with its `override` constants fixed: what is compiled. */
export interface Variant<F extends Fields = Fields, B extends string = string> {
  readonly kernel: Kernel<F, B>;
  readonly constants: Constants;
}

/** Those that were ever asked for. */
const asked = new WeakMap<Kernel, Variant[]>();

/** The same object for the same constants: each dispatch asks anew, and is told apart by it. */
export function variant<F extends Fields, B extends string, C extends string>(
  kernel: Kernel<F, B, C>,
  constants: Constants<C>,
): Variant<F, B> {
  const before = asked.get(kernel as unknown as Kernel) ?? [];
  let found = before.find((v) => hasConstants(v, constants));
  if (!found) {
    found = { kernel, constants } as unknown as Variant;
    asked.set(kernel as unknown as Kernel, [...before, found]);
  }
  return found as unknown as Variant<F, B>;
}

function hasConstants(v: Variant, constants: Constants): boolean {
  for (const name in constants) if (v.constants[name] !== constants[name]) return false;
  return true;
}

/** What the functions beside it record kernels with: those that are compiled, as the adapter runs them best. */
export class Dispatcher {
  readonly #pipelines = new Map<Variant, Pipeline>();
  /** Constants of the kernels whose threads share rows: threads to a row, rows to a workgroup. */
  readonly sharing: { readonly THREADS: number; readonly ROWS: number };

  constructor(
    readonly recorder: Recorder,
    readonly kernels: Kernels,
    readonly choice: KernelChoice,
    /** Bound where a kernel's optional buffer is absent. */
    readonly empty: Buffer,
    /** Where rows stored in blocks are widened before a product reads them; none where all are read as they lie. */
    readonly room: Buffer = empty,
  ) {
    this.sharing = { THREADS: choice.threads, ROWS: 64 / choice.threads };
  }

  /** Compiles kernels, each once: software adapters take a while over each. */
  async ready(variants: readonly Variant[]): Promise<void> {
    await Promise.all(
      variants.map(async (variant) => {
        this.#pipelines.set(variant, await this.kernels.get(variant.kernel, variant.constants));
      }),
    );
  }

  has(variant: Variant): boolean {
    return this.#pipelines.has(variant as Variant);
  }

  /**
   * Records a kernel that is ready.
   * @param work multiply-adds, an estimate
   */
  run<F extends Fields, B extends string>(
    variant: Variant<F, B>,
    parameters: Values<F>,
    buffers: Buffers<B>,
    groups: readonly [number, number],
    work: number,
  ): void {
    const pipeline = this.#pipelines.get(variant as unknown as Variant);
    if (!pipeline) throw new Error(`kernel ${variantName(variant.kernel, variant.constants)} was not prepared`);
    this.recorder.dispatch(pipeline as Pipeline<F, B>, parameters, buffers, groups, work);
  }

  /** Workgroups for this many rows of a kernel whose threads share rows. */
  rowGroups(rows: number): [number, number] {
    return grid(Math.ceil(rows / this.sharing.ROWS));
  }
}
