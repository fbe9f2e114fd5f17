import type { Gpu } from './gpu';

/** How a kernel uses the buffer at a binding. Binding 0 is always its parameters. */
export type Access = 'read' | 'write';

/** One entry point of a shader file and the buffers it takes. */
export interface Kernel {
  readonly file: string;
  readonly code: string;
  readonly entry: string;
  /** [binding number, access], in the order in which buffers are given. */
  readonly bindings: readonly (readonly [number, Access])[];
}

/** A kernel with its constants fixed, ready to be recorded. */
export interface Pipeline {
  readonly id: number;
  readonly kernel: Kernel;
  readonly raw: GPUComputePipeline;
  readonly layout: GPUBindGroupLayout;
}

/** Bytes of a parameter block; also the step between blocks, a multiple of every adapter's uniform alignment. */
export const PARAMETER_BYTES = 512;

const COMPUTE = 4; // GPUShaderStage.COMPUTE

const collections = new WeakMap<Gpu, Kernels>();

/** Compiles kernels once for each set of constants. */
export class Kernels {
  readonly #modules = new Map<string, GPUShaderModule>();
  readonly #pipelines = new Map<string, Promise<Pipeline>>();
  #nextId = 0;

  private constructor(readonly gpu: Gpu) {}

  /** The device's kernels: one collection for all models on it. */
  static of(gpu: Gpu): Kernels {
    let kernels = collections.get(gpu);
    if (!kernels) {
      kernels = new Kernels(gpu);
      collections.set(gpu, kernels);
    }
    return kernels;
  }

  /** The pipeline of a kernel with these `override` constants. */
  get(kernel: Kernel, constants: Readonly<Record<string, number>> = {}): Promise<Pipeline> {
    const name = `${kernel.file}:${kernel.entry} ${JSON.stringify(constants)}`;
    let pipeline = this.#pipelines.get(name);
    if (!pipeline) {
      pipeline = this.#compile(name, kernel, constants);
      this.#pipelines.set(name, pipeline);
    }
    return pipeline;
  }

  async #compile(label: string, kernel: Kernel, constants: Readonly<Record<string, number>>): Promise<Pipeline> {
    const { device } = this.gpu;
    let module = this.#modules.get(kernel.file);
    if (!module) {
      module = device.createShaderModule({ label: kernel.file, code: kernel.code });
      this.#modules.set(kernel.file, module);
    }
    const layout = device.createBindGroupLayout({
      label,
      entries: [
        {
          binding: 0,
          visibility: COMPUTE,
          buffer: { type: 'uniform', hasDynamicOffset: true, minBindingSize: PARAMETER_BYTES },
        },
        ...kernel.bindings.map(
          ([binding, access]): GPUBindGroupLayoutEntry => ({
            binding,
            visibility: COMPUTE,
            buffer: { type: access === 'read' ? 'read-only-storage' : 'storage' },
          }),
        ),
      ],
    });
    const raw = await device.createComputePipelineAsync({
      label,
      layout: device.createPipelineLayout({ bindGroupLayouts: [layout] }),
      compute: { module, entryPoint: kernel.entry, constants },
    });
    return { id: this.#nextId++, kernel, raw, layout };
  }
}
