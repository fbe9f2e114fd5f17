import { vi } from 'vitest';
import { type AdapterFacts, Gpu } from '../../gpu/gpu';

/** How a card fares: microseconds, GB/s, bytes and GFLOP/s. */
export interface CardPace {
  /** The program's time to encode a dispatch. */
  readonly encode: number;
  /** The card's time for a dispatch that does nothing. */
  readonly dispatch: number;
  /** From the card's end of work until the program hears of it. */
  readonly latency: number;
  readonly memory: number;
  /** What it keeps of whole buffers, and how quickly it reads those. */
  readonly cache: number;
  readonly cacheRate: number;
  readonly multiplyAdd: number;
}

interface Bound {
  readonly uniform: GPUBuffer;
  readonly buffers: readonly GPUBuffer[];
}

const LARGE = 2 ** 20;

/**
 * A device that computes nothing and takes its time: `performance.now` is its clock, on which the program takes time for
 * encoding alone, and the card works through what is submitted beside it. Buffers of a megabyte and more are read whole by
 * each dispatch they are bound to, from the cache where they are still in it.
 */
export function timedCard(pace: CardPace): Gpu {
  let now = 0; // milliseconds
  let busyUntil = 0;
  vi.spyOn(performance, 'now').mockImplementation(() => now);
  const words = new Map<GPUBuffer, Uint32Array>();
  const cached = new Set<GPUBuffer>();
  const waits: { readonly at: number; readonly resolve: () => void }[] = [];

  const readMs = (buffer: GPUBuffer): number => {
    const rate = cached.delete(buffer) ? pace.cacheRate : pace.memory;
    cached.add(buffer);
    let kept = [...cached].reduce((sum, { size }) => sum + size, 0);
    for (const oldest of cached) {
      if (kept <= pace.cache) break;
      cached.delete(oldest);
      kept -= oldest.size;
    }
    return buffer.size / rate / 1e6;
  };
  /** Milliseconds of the card. */
  const costOf = (
    entry: string,
    chains: number,
    { uniform, buffers }: Bound,
    offset: number,
    groups: number,
  ): number => {
    const flop = entry === 'peak' ? 2 * 4 * chains * words.get(uniform)![offset / 4]! * 64 * groups : 0;
    const reading = buffers.filter(({ size }) => size >= LARGE).reduce((sum, buffer) => sum + readMs(buffer), 0);
    return pace.dispatch / 1000 + Math.max(flop / pace.multiplyAdd / 1e6, reading);
  };
  const until = (at: () => number) =>
    new Promise<void>((resolve) => {
      waits.push({ at: at(), resolve });
      setImmediate(() => {
        const first = waits.shift()!;
        now = Math.max(now, first.at + pace.latency / 1000);
        first.resolve();
      });
    });
  const buffer = ({ size }: GPUBufferDescriptor) =>
    ({
      size,
      destroy: () => {},
      mapAsync: () => until(() => busyUntil),
      getMappedRange: (_: number, bytes: number) => new ArrayBuffer(bytes),
      unmap: () => {},
    }) as unknown as GPUBuffer;
  /** Encodes: what the card will do in its own time. */
  const encoder = () => {
    const jobs: (() => number)[] = [];
    let pipeline = { entry: '', chains: 0 };
    let bound: [Bound, number];
    return {
      beginComputePass: () => ({
        setPipeline: (next: typeof pipeline) => (pipeline = next),
        setBindGroup: (_: number, group: Bound, [offset]: [number]) => (bound = [group, offset]),
        dispatchWorkgroups: (x: number, y: number) => {
          now += pace.encode / 1000;
          const [{ entry, chains }, [group, offset]] = [pipeline, bound];
          jobs.push(() => costOf(entry, chains, group, offset, x * y));
        },
        end: () => {},
      }),
      copyBufferToBuffer: (_: GPUBuffer, __: number, ___: GPUBuffer, ____: number, bytes: number) =>
        jobs.push(() => (2 * bytes) / pace.memory / 1e6),
      finish: () => jobs,
    };
  };
  const device = {
    lost: new Promise(() => {}),
    destroy: () => {},
    pushErrorScope: () => {},
    popErrorScope: async () => null,
    createBuffer: buffer,
    createShaderModule: () => ({}),
    createBindGroupLayout: () => ({}),
    createPipelineLayout: () => ({}),
    createBindGroup: ({ entries }: { entries: { resource: { buffer: GPUBuffer } }[] }): Bound => {
      const [uniform, ...buffers] = entries.map(({ resource }) => resource.buffer);
      return { uniform: uniform!, buffers };
    },
    createComputePipelineAsync: async ({ compute }: GPUComputePipelineDescriptor) => ({
      entry: compute.entryPoint,
      chains: compute.constants?.CHAINS,
    }),
    createCommandEncoder: encoder,
    queue: {
      writeBuffer: (to: GPUBuffer, _: number, data: ArrayBuffer) =>
        data instanceof ArrayBuffer && words.set(to, new Uint32Array(data)),
      submit: (lists: (() => number)[][]) => {
        busyUntil = Math.max(now, busyUntil);
        for (const job of lists.flat()) busyUntil += job();
      },
      onSubmittedWorkDone: () => until(() => busyUntil),
    },
  };
  const limits = { maxBufferSize: 2 ** 32, maxStorageBufferBindingSize: 2 ** 31 };
  return new Gpu(device as unknown as GPUDevice, { software: false, limits } as unknown as AdapterFacts);
}
