import { LopperError } from '../errors';
import type { Buffer, Gpu } from './gpu';
import type { Fields, Parameters } from './parameters';

/** How a kernel uses a buffer, and the number of its binding. Binding 0 is always its parameters. */
export interface Binding {
  readonly binding: number;
  readonly access: 'read' | 'write';
}

export const read = (binding: number): Binding => ({ binding, access: 'read' });
export const write = (binding: number): Binding => ({ binding, access: 'write' });

/** One entry point of a shader file: what it is given, by the names the shader has for it. */
export interface Kernel<F extends Fields = Fields, B extends string = string, C extends string = string> {
  readonly file: string;
  readonly code: string;
  readonly entry: string;
  readonly parameters: Parameters<F>;
  readonly bindings: Readonly<Record<B, Binding>>;
  /** Its `override` constants. */
  readonly constants: readonly C[];
}

export const kernel = <F extends Fields, const B extends string, const C extends string>(
  k: Kernel<F, B, C>,
): Kernel<F, B, C> => k;

export type Constants<C extends string = string> = Readonly<Record<C, number>>;
export type Buffers<B extends string = string> = Readonly<Record<B, Buffer>>;

/** A kernel with its constants fixed, ready to be recorded. */
export interface Pipeline<F extends Fields = Fields, B extends string = string> {
  readonly id: number;
  readonly kernel: Kernel<F, B>;
  readonly raw: GPUComputePipeline;
  readonly layout: GPUBindGroupLayout;
}

/** Bytes of a parameter block; also the step between blocks, a multiple of every adapter's uniform alignment. */
export const PARAMETER_BYTES = 512;

/** A kernel with its constants, in words: what tells compiled kernels apart. Asked for at every dispatch. */
export function variantName({ file, entry }: Kernel, constants: Constants): string {
  let name = `${file}:${entry}`;
  for (const constant in constants) name += ` ${constant}=${constants[constant]}`;
  return name;
}

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

  /** The pipeline of a kernel with these `override` constants. Throws `shader-refused` where it does not compile here. */
  get<F extends Fields, B extends string>(kernel: Kernel<F, B>, constants: Constants = {}): Promise<Pipeline<F, B>> {
    const name = variantName(kernel, constants);
    let pipeline = this.#pipelines.get(name);
    if (!pipeline) {
      pipeline = this.#compile(name, kernel, constants);
      this.#pipelines.set(name, pipeline);
    }
    return pipeline as Promise<Pipeline<F, B>>;
  }

  async #compile(label: string, kernel: Kernel, constants: Constants): Promise<Pipeline> {
    const { device } = this.gpu;
    // What is wrong with a shader is told by name below; it is no fault of the device.
    device.pushErrorScope('validation');
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
        ...Object.values(kernel.bindings).map(
          ({ binding, access }): GPUBindGroupLayoutEntry => ({
            binding,
            visibility: COMPUTE,
            buffer: { type: access === 'read' ? 'read-only-storage' : 'storage' },
          }),
        ),
      ],
    });
    const compiling = device.createComputePipelineAsync({
      label,
      layout: device.createPipelineLayout({ bindGroupLayouts: [layout] }),
      compute: { module, entryPoint: kernel.entry, constants },
    });
    device.popErrorScope().catch(() => undefined);
    const raw = await compiling.catch(async (error) => {
      this.gpu.check();
      throw await refused(kernel, module, error);
    });
    return { id: this.#nextId++, kernel, raw, layout };
  }
}

/** Which shader a browser or its driver does not take, and what it says of it. */
async function refused({ file, entry }: Kernel, module: GPUShaderModule, cause: Error): Promise<LopperError> {
  const told = await module.getCompilationInfo().catch(() => undefined);
  const fault = told?.messages.find(({ type }) => type === 'error');
  return new LopperError(
    'shader-refused',
    `${file} (${entry}) does not compile here${fault ? `, line ${fault.lineNum}` : ''}: ${fault?.message || cause.message}`,
    'Update the browser and the graphics driver, or try another browser: each reads shaders in its own way. Please report this message with the name of the adapter.',
    { cause },
  );
}
