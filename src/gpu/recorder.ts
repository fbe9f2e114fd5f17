import { throwIfCancelled } from '../errors';
import type { Buffer, Gpu } from './gpu';
import { type Buffers, PARAMETER_BYTES, type Pipeline } from './kernel';
import { nudged } from './nudge';
import type { Fields, Values, Words } from './parameters';

/** Parameter blocks in one arena. */
const BLOCKS = 512;

/** A submission should take about this long: cancel and the page's own painting wait for no more. */
const SUBMIT_MS = 60;

/** Submissions on their way at once: one runs while the next is encoded. */
const IN_FLIGHT = 2;

/** Multiply-adds per millisecond assumed where nothing was measured: a slow software adapter's. */
const FIRST_RATE = 3e5;

/** Never assumed slower: pieces would be so small that only their round trips are measured. */
const LEAST_RATE = 1e5;

/** Every dispatch counts as at least this much work, so that thousands of tiny ones are split as well. */
const DISPATCH_WORK = 1e4;

/** A kernel with what it is bound to: buffers by name. */
interface Bound {
  readonly pipeline: Pipeline;
  readonly buffers: Buffers;
  readonly bindGroup: GPUBindGroup;
}

interface Dispatch {
  readonly bound: Bound;
  readonly offset: number;
  readonly groups: readonly [number, number];
  readonly work: number;
}

/** Memory for parameters: here, and on the device. */
interface Arena {
  readonly buffer: GPUBuffer;
  readonly words: Words;
}

interface Copy {
  readonly from: GPUBuffer;
  readonly fromOffset: number;
  readonly to: GPUBuffer;
  readonly toOffset: number;
  readonly bytes: number;
}

/** A place in a buffer to be read back. */
export interface Read {
  readonly buffer: Buffer;
  readonly offset: number;
  readonly bytes: number;
}

/**
 * Collects dispatches and copies and submits them in order, in pieces that are short by measured time, so that a job
 * can be cancelled between them and no driver's watchdog bites. Bind groups and parameter memory are kept: recording
 * the same work again makes nothing on the device, and looks nothing up.
 */
export class Recorder {
  readonly #arenas: Arena[] = [];
  readonly #bindGroups = new Map<string, GPUBindGroup>();
  /** What each dispatch was bound to when its place in the list was last recorded: most often it is again. */
  #bound: (Bound | undefined)[] = [];
  #steps: (Dispatch | Copy)[] = [];
  #blocks = 0;
  #rate: number;
  #pendingWork = 0;
  #running: Promise<void>[] = [];
  #freeAt = 0;
  /** Submissions that are still being cut into pieces. */
  #submitting = 0;
  /** Buffers to map that are free: as many as were ever read into at once. */
  readonly #stagings: GPUBuffer[] = [];

  /** `rate`: multiply-adds per millisecond to begin with, where some are known; what is recorded corrects it. */
  constructor(
    readonly gpu: Gpu,
    rate = FIRST_RATE,
  ) {
    this.#rate = Math.max(FIRST_RATE, rate);
  }

  /** Multiply-adds that one dispatch may hold without being too long for one submission. */
  get maxWork(): number {
    return this.#rate * SUBMIT_MS;
  }

  /** True when all that was recorded is submitted: what is recorded now comes after it, whether it has run or not. */
  get settled(): boolean {
    return this.#submitting === 0 && this.#steps.length === 0;
  }

  /** True when what is recorded fills a submission. */
  get full(): boolean {
    return this.#pendingWork >= this.maxWork;
  }

  /**
   * Records a dispatch of `groups` workgroups.
   * @param parameters the fields of the kernel's struct, at most 512 bytes
   * @param work multiply-adds, an estimate
   */
  dispatch<F extends Fields, B extends string>(
    pipeline: Pipeline<F, B>,
    parameters: Values<F>,
    buffers: Buffers<B>,
    groups: readonly [number, number],
    work: number,
  ): void {
    if (groups[0] === 0 || groups[1] === 0) return;
    const place = this.#blocks++;
    const arena = Math.floor(place / BLOCKS);
    const offset = (place % BLOCKS) * PARAMETER_BYTES;
    pipeline.kernel.parameters.write(this.#arena(arena).words, offset / 4, parameters);
    let bound = this.#bound[place];
    if (!bound || !isBound(bound, pipeline, buffers)) {
      bound = { pipeline, buffers, bindGroup: this.#bindGroup(pipeline, buffers, arena) };
      this.#bound[place] = bound;
    }
    const counted = Math.max(work, DISPATCH_WORK);
    this.#pendingWork += counted;
    this.#steps.push({ bound, offset, groups, work: counted });
  }

  copy(from: Buffer, fromOffset: number, to: Buffer, toOffset: number, bytes: number): void {
    this.#steps.push({ from: from.raw, fromOffset, to: to.raw, toOffset, bytes });
  }

  /** Submits everything recorded; `onReady` is called when the first piece is ready to be. Resolves once all but the last have run. */
  async flush(signal?: AbortSignal, onReady?: () => void): Promise<void> {
    await this.#submit(signal, [], onReady);
  }

  /**
   * Submits everything recorded, then brings the bytes asked for back, in one map. More may be recorded and read meanwhile
   * once it is `settled`.
   */
  async read(reads: readonly Read[], signal?: AbortSignal): Promise<ArrayBuffer[]> {
    const total = reads.reduce((sum, r) => sum + align(r.bytes), 0);
    if (total === 0) {
      await this.flush(signal);
      return reads.map(() => new ArrayBuffer(0));
    }
    const staging = this.#takeStaging(total);
    const copies: Copy[] = [];
    let at = 0;
    for (const r of reads) {
      if (r.bytes > 0)
        copies.push({ from: r.buffer.raw, fromOffset: r.offset, to: staging, toOffset: at, bytes: align(r.bytes) });
      at += align(r.bytes);
    }
    // One that came to nothing copied nothing into it.
    const ended = await this.#submit(signal, copies).catch((error) => {
      this.#stagings.push(staging);
      throw error;
    });
    try {
      await nudged(this.gpu.device, staging.mapAsync(1 /* READ */, 0, total));
      ended?.();
    } catch (error) {
      await Promise.resolve();
      this.gpu.check();
      throw error;
    }
    const mapped = staging.getMappedRange(0, total);
    at = 0;
    const out = reads.map((r) => {
      const bytes = mapped.slice(at, at + r.bytes);
      at += align(r.bytes);
      return bytes;
    });
    staging.unmap();
    this.#stagings.push(staging);
    throwIfCancelled(signal);
    return out;
  }

  /** Drops what is recorded and not yet submitted. */
  discard(): void {
    this.#steps = [];
    this.#blocks = 0;
    this.#pendingWork = 0;
  }

  /** Forgets bind groups; to be called when a buffer they may name is freed. */
  forget(): void {
    this.#bindGroups.clear();
    this.#bound = [];
  }

  destroy(): void {
    for (const a of this.#arenas) a.buffer.destroy();
    for (const staging of this.#stagings.splice(0)) staging.destroy();
    this.forget();
  }

  /**
   * Submits everything, `last` at its end. Whoever maps what `last` has copied hears by that when the last piece has run,
   * and is to call what is returned.
   */
  async #submit(
    signal: AbortSignal | undefined,
    last: readonly Copy[],
    onReady?: () => void,
  ): Promise<(() => void) | undefined> {
    const steps = this.#steps;
    const { device } = this.gpu;
    this.#submitting++;
    try {
      throwIfCancelled(signal);
      this.gpu.check();
      for (let a = 0; a * BLOCKS < this.#blocks; a++) {
        const { buffer, words } = this.#arenas[a];
        const blocks = Math.min(BLOCKS, this.#blocks - a * BLOCKS);
        device.queue.writeBuffer(buffer, 0, words.u32.buffer, 0, blocks * PARAMETER_BYTES);
      }
      let begin = 0;
      while (begin < steps.length || last.length > 0) {
        const limit = this.maxWork;
        let work = 0;
        let end = begin;
        while (end < steps.length) {
          const step = steps[end];
          const w = 'bound' in step ? step.work : 0;
          if (end > begin && work + w > limit) break;
          work += w;
          end++;
        }
        const final = end === steps.length;
        const commands = this.#encode(steps, begin, end, final ? last : []);
        if (begin === 0) onReady?.();
        device.queue.submit([commands]);
        begin = end;
        const submitted = performance.now();
        const pieceWork = work;
        const ended = () => {
          const now = performance.now();
          const ms = now - Math.max(this.#freeAt, submitted);
          this.#freeAt = now;
          // A short piece that ended early says nothing of the rate: it was mostly the round trip.
          if (pieceWork > 0.5 * limit || ms > SUBMIT_MS) {
            this.#rate = Math.max(LEAST_RATE, Math.min(Math.max(pieceWork / ms, this.#rate / 2), this.#rate * 2));
          }
        };
        if (final && last.length > 0) return ended;
        this.#running.push(this.gpu.idle().then(ended));
        while (this.#running.length >= IN_FLIGHT) await this.#running.shift();
        if (final) break;
        throwIfCancelled(signal);
        this.gpu.check();
      }
      return undefined;
    } finally {
      this.#submitting--;
      this.discard();
    }
  }

  #encode(steps: readonly (Dispatch | Copy)[], begin: number, end: number, last: readonly Copy[]): GPUCommandBuffer {
    const encoder = this.gpu.device.createCommandEncoder();
    let pass: GPUComputePassEncoder | undefined;
    let current: Pipeline | undefined;
    const copy = (c: Copy) => {
      pass?.end();
      pass = undefined;
      current = undefined;
      encoder.copyBufferToBuffer(c.from, c.fromOffset, c.to, c.toOffset, c.bytes);
    };
    for (let i = begin; i < end; i++) {
      const step = steps[i];
      if (!('bound' in step)) {
        copy(step);
        continue;
      }
      pass ??= encoder.beginComputePass();
      const { pipeline, bindGroup } = step.bound;
      if (current !== pipeline) {
        pass.setPipeline(pipeline.raw);
        current = pipeline;
      }
      pass.setBindGroup(0, bindGroup, [step.offset]);
      pass.dispatchWorkgroups(step.groups[0], step.groups[1]);
    }
    pass?.end();
    pass = undefined;
    for (const c of last) copy(c);
    return encoder.finish();
  }

  #bindGroup(pipeline: Pipeline, buffers: Buffers, arena: number): GPUBindGroup {
    const { bindings } = pipeline.kernel;
    let key = `${pipeline.id},${arena}`;
    for (const name in bindings) key += `,${buffers[name].id}`;
    let group = this.#bindGroups.get(key);
    if (!group) {
      group = this.gpu.device.createBindGroup({
        label: pipeline.kernel.entry,
        layout: pipeline.layout,
        entries: [
          { binding: 0, resource: { buffer: this.#arena(arena).buffer, size: PARAMETER_BYTES } },
          ...Object.entries(bindings).map(([name, { binding }]) => ({
            binding,
            resource: { buffer: buffers[name].raw },
          })),
        ],
      });
      this.#bindGroups.set(key, group);
    }
    return group;
  }

  #arena(index: number): Arena {
    while (this.#arenas.length <= index) {
      const size = BLOCKS * PARAMETER_BYTES;
      const usage = 0x40 | 0x08; // UNIFORM | COPY_DST
      const u32 = new Uint32Array(size / 4);
      this.#arenas.push({
        buffer: this.gpu.device.createBuffer({ label: 'parameters', size, usage }),
        words: { u32, f32: new Float32Array(u32.buffer) },
      });
    }
    return this.#arenas[index];
  }

  #takeStaging(bytes: number): GPUBuffer {
    const large = this.#stagings.findIndex(({ size }) => size >= bytes);
    if (large >= 0) return this.#stagings.splice(large, 1)[0];
    this.#stagings.pop()?.destroy(); // too small
    return this.gpu.device.createBuffer({
      label: 'readback',
      size: bytes,
      usage: 0x01 | 0x08 /* MAP_READ | COPY_DST */,
    });
  }
}

function isBound(bound: Bound, pipeline: Pipeline, buffers: Buffers): boolean {
  if (bound.pipeline !== pipeline) return false;
  for (const name in pipeline.kernel.bindings) if (bound.buffers[name] !== buffers[name]) return false;
  return true;
}

const align = (bytes: number): number => Math.ceil(bytes / 4) * 4;

/** `count` workgroups as a grid of at most 65,535 a side; kernels fold it back and ignore what is over. */
export function grid(count: number): [number, number] {
  if (count === 0) return [0, 0];
  const x = Math.min(count, 65535);
  return [x, Math.ceil(count / x)];
}
