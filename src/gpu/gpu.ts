import { LopperError } from '../errors';
import type { AdapterNames } from './adapter-name';
import { nudged } from './nudge';
import { untoldName } from './renderer';

/** What the adapter says of itself. */
export interface AdapterFacts extends AdapterNames {
  /** The "GPU" is a program on the processor. */
  readonly software: boolean;
  readonly features: readonly string[];
  readonly limits: Readonly<Record<LimitName, number>>;
}

/** Limits that decide what fits; the adapter's own are asked for. */
const LIMITS = [
  'maxBufferSize',
  'maxStorageBufferBindingSize',
  'maxComputeWorkgroupStorageSize',
  'maxComputeInvocationsPerWorkgroup',
  'maxComputeWorkgroupsPerDimension',
  'maxStorageBuffersPerShaderStage',
] as const;
export type LimitName = (typeof LIMITS)[number];

/** What a buffer is for, so that the page can say where the memory went. */
export type MemoryUse = 'weights' | 'activations' | 'cache';

/** A buffer with a number of its own, by which bind groups are remembered. */
export interface Buffer {
  readonly id: number;
  readonly raw: GPUBuffer;
  readonly bytes: number;
  readonly use: MemoryUse;
}

const SOFTWARE = /swiftshader|llvmpipe|lavapipe|software|\bwarp\b|basic render/i;
const DATA = 0x80 | 0x08 | 0x04; // STORAGE | COPY_DST | COPY_SRC: GPUBufferUsage does not exist in Node before Dawn is loaded

/** Bytes that an allocation of `bytes` takes. */
export const allocated = (bytes: number): number => Math.max(16, Math.ceil(bytes / 16) * 16);

/** A device with its adapter's facts, its memory accounts and whatever has gone wrong with it. */
export class Gpu {
  readonly #used: Record<MemoryUse, number> = { weights: 0, activations: 0, cache: 0 };
  #peak = 0;
  #nextId = 0;
  #failure: LopperError | undefined;

  constructor(
    readonly device: GPUDevice,
    readonly facts: AdapterFacts,
  ) {
    device.lost.then((info) => {
      this.#failure = new LopperError(
        'device-lost',
        `The GPU device was lost (${info.reason ?? 'unknown'}${info.message ? `: ${info.message}` : ''}).`,
        'Run the job again: Lopper opens the device anew. If it happens again, choose a smaller model or close other programs that use the GPU.',
      );
    });
    device.addEventListener?.('uncapturederror', (event) => {
      const { error } = event as GPUUncapturedErrorEvent;
      const memory = error.constructor.name === 'GPUOutOfMemoryError';
      this.#failure ??= memory
        ? outOfMemory('a buffer', 0)
        : new LopperError(
            'device-lost',
            `The GPU refused a command: ${error.message}`,
            'Please report this with the adapter named in it.',
          );
    });
  }

  /** Throws what has gone wrong with the device, if anything has. */
  check(): void {
    if (this.#failure) throw this.#failure;
  }

  get failed(): boolean {
    return this.#failure !== undefined;
  }

  /** Resolves once all that was submitted so far has run. */
  idle(): Promise<void> {
    return nudged(this.device, this.device.queue.onSubmittedWorkDone());
  }

  /** Bytes allocated and not yet freed. */
  memory(): Readonly<Record<MemoryUse, number>> {
    return { ...this.#used };
  }

  /** Most bytes allocated at once, of all uses together, since the peak was last restarted. */
  get peak(): number {
    return this.#peak;
  }

  restartPeak(): void {
    this.#peak = this.#total;
  }

  get #total(): number {
    const { weights, activations, cache } = this.#used;
    return weights + activations + cache;
  }

  /** Zero-filled storage of at least `bytes`. Throws `out-of-memory` or `model-too-large`. */
  async allocate(label: string, bytes: number, use: MemoryUse, usage: number = DATA): Promise<Buffer> {
    this.check();
    const size = allocated(bytes);
    if (size > this.facts.limits.maxBufferSize) {
      throw new LopperError(
        'model-too-large',
        `${label} needs ${size} bytes, more than the adapter's maxBufferSize of ${this.facts.limits.maxBufferSize}.`,
        'Choose a smaller model, a shorter text, or fewer masks at once.',
      );
    }
    this.device.pushErrorScope('out-of-memory');
    let raw: GPUBuffer | undefined;
    try {
      raw = this.device.createBuffer({ label, size, usage });
    } catch {
      // Dawn in Node throws a RangeError instead of reporting through the scope
    }
    const error = await this.device.popErrorScope();
    if (error || !raw) {
      raw?.destroy();
      this.check();
      throw outOfMemory(label, size);
    }
    this.#used[use] += size;
    this.#peak = Math.max(this.#peak, this.#total);
    return { id: this.#nextId++, raw, bytes: size, use };
  }

  free(buffer: Buffer | undefined): void {
    if (!buffer) return;
    this.#used[buffer.use] -= buffer.bytes;
    buffer.raw.destroy();
  }

  destroy(): void {
    this.device.destroy();
  }
}

function outOfMemory(label: string, bytes: number): LopperError {
  const size = bytes ? ` (${(bytes / 2 ** 20).toFixed(0)} MiB)` : '';
  return new LopperError(
    'out-of-memory',
    `The GPU has no memory left for ${label}${size}.`,
    'Close other tabs that use the GPU, choose a smaller model, or load this one streamed.',
  );
}

/**
 * Opens the machine's adapter with its own limits. Throws `no-webgpu` where there is no WebGPU, `no-adapter` where it has none.
 * `gpu` is `navigator.gpu` in a page and Dawn's in Node.
 */
export async function openGpu(gpu: GPU | undefined): Promise<Gpu> {
  const adapter = await gpu?.requestAdapter({ powerPreference: 'high-performance' }).catch(() => null);
  if (!adapter) {
    throw new LopperError(
      gpu ? 'no-adapter' : 'no-webgpu',
      gpu ? 'WebGPU is here, but it found no adapter.' : 'This browser has no WebGPU.',
      'Use a current Chrome, Edge, Safari or Firefox. On Linux Chrome may need --enable-unsafe-webgpu and --enable-features=Vulkan; without a graphics card, --use-webgpu-adapter=swiftshader.',
    );
  }
  const wanted = Object.fromEntries(LIMITS.map((name) => [name, adapter.limits[name]]));
  const device = await adapter
    .requestDevice({ label: 'lopper', requiredLimits: wanted })
    .catch(() => adapter.requestDevice({ label: 'lopper' }));
  const { info } = adapter;
  const told = info.vendor || info.architecture || info.device || info.description;
  const description = told ? info.description || info.device : untoldName();
  const says = `${info.vendor} ${info.architecture} ${info.device} ${description}`;
  return new Gpu(device, {
    vendor: info.vendor,
    architecture: info.architecture,
    device: info.device,
    description,
    software: ('isFallbackAdapter' in info && info.isFallbackAdapter === true) || SOFTWARE.test(says),
    features: [...adapter.features].sort(),
    limits: Object.fromEntries(LIMITS.map((name) => [name, device.limits[name]])) as Record<LimitName, number>,
  });
}
