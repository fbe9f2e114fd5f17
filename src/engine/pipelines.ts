import type { Dtype } from '../formats/tensor';
import type { Buffer } from '../gpu/gpu';
import type { Kernel, Kernels, Pipeline } from '../gpu/kernel';
import { grid, type Recorder } from '../gpu/recorder';
import type { ModelSpec } from '../model/spec';
import { KERNELS } from './shaders';
import { BINS, LOWEST_OCTAVE, PER_OCTAVE } from './statistics';

type KernelName = keyof typeof KERNELS;

export const HISTOGRAM = { BINS, PER_OCTAVE, LOWEST_OCTAVE };

export const DTYPES: Readonly<Record<Dtype, number>> = { F32: 0, F16: 1, BF16: 2 };
export const EPILOGUES = {
  store: 0,
  add: 1,
  'silu-gated': 2,
  'gelu-tanh': 3,
  'gelu-erf': 4,
  silu: 5,
  relu: 6,
} as const;
export type Epilogue = keyof typeof EPILOGUES;

/** Which variants this adapter runs best; see autotune.ts. */
export interface KernelChoice {
  readonly matmul: 'matmul_register' | 'matmul_workgroup';
  readonly matvec: 'matvec_register' | 'matvec_workgroup';
  /** Threads that share a row in norms, softmax and sums. */
  readonly threads: 1 | 64;
}

/** The compiled kernels of one model, each variant as the adapter runs it best. */
export class Pipelines {
  readonly #pipelines = new Map<string, Pipeline>();
  readonly shared: ReturnType<typeof rowSharing>;
  protected readonly qkNorm: 0 | 1;

  protected constructor(
    readonly recorder: Recorder,
    readonly kernels: Kernels,
    readonly choice: KernelChoice,
    /** Bound where a kernel's optional buffer is absent. */
    readonly empty: Buffer,
    readonly model: ModelSpec,
  ) {
    this.shared = rowSharing(choice.threads);
    this.qkNorm = model.sublayers.some((s) => s.kind === 'attn' && s.qNorm) ? 1 : 0;
  }

  /** Workgroups for this many rows of a kernel whose threads share rows. */
  rowGroups(rows: number): [number, number] {
    return grid(Math.ceil(rows / this.shared.ROWS));
  }

  /** Compiles the kernels of a part of the engine, once: software adapters take a while over each. */
  async ready(part: 'walk' | 'decoding' | 'distance' | 'statistics' | 'histograms' | 'arranging'): Promise<void> {
    const m = this.model;
    const WINDOW = m.window ?? 0;
    const DTYPE = DTYPES[m.dtype];
    const norm = { ...this.shared, LAYER_NORM: m.finalNorm.kind === 'layer' ? 1 : 0 };
    const products = (name: KernelName): [KernelName, Record<string, number>][] =>
      [EPILOGUES.store, EPILOGUES.add, EPILOGUES[m.activation]].map((EPILOGUE) => [name, { DTYPE, EPILOGUE }]);
    const parts: Record<typeof part, [KernelName, Record<string, number>][]> = {
      walk: [
        ['embed', { DTYPE, LEARNED_POSITIONS: m.positions ? 1 : 0 }],
        ['norm', { ...norm, GATHER: 0 }],
        ['norm', { ...norm, GATHER: 1 }],
        ['place', { QK_NORM: this.qkNorm }],
        ['score', { WINDOW }],
        ['softmax', { ...this.shared, WINDOW }],
        ['mix', { WINDOW }],
        ['accumulate', this.shared],
        ['pick', {}],
        ...products(this.choice.matmul),
      ],
      decoding: products(this.choice.matvec),
      distance: [['distance', this.shared]],
      statistics: [
        ['measure', this.shared],
        ['total', this.shared],
      ],
      histograms: [['spread', HISTOGRAM]],
      arranging: [['arrange', { BYTES: m.dtype === 'F32' ? 4 : 2 }]],
    };
    await Promise.all(
      parts[part].map(async ([name, constants]) => {
        this.#pipelines.set(keyOf(name, constants), await this.kernels.get(KERNELS[name] as Kernel, constants));
      }),
    );
  }

  get(name: KernelName, constants: Record<string, number>): Pipeline {
    const pipeline = this.#pipelines.get(keyOf(name, constants));
    if (!pipeline) throw new Error(`kernel ${keyOf(name, constants)} was not prepared`);
    return pipeline;
  }

  has(name: KernelName, constants: Record<string, number>): boolean {
    return this.#pipelines.has(keyOf(name, constants));
  }
}

/** How the kernels that go over rows share them among a workgroup's threads. */
export function rowSharing(threads: KernelChoice['threads']): { THREADS: number; ROWS: number } {
  return { THREADS: threads, ROWS: 64 / threads };
}

const keyOf = (name: string, constants: Record<string, number>): string => `${name} ${JSON.stringify(constants)}`;

/** A kernel's parameters. */
export function u32(...values: number[]): Uint32Array<ArrayBuffer> {
  return new Uint32Array(values);
}
