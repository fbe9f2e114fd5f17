import { LopperError } from '../errors';
import type { Buffer } from '../gpu/gpu';
import type { NormSpec } from '../model/spec';
import type { LowRank } from '../recovery/module';
import { type Branch, type Module, modulesOf } from './branch';
import type { Dispatcher, Variant } from './kernels/dispatcher';
import { fewRowKernels, linear, linearAdd, manyRowKernels, type ProductKind } from './kernels/linear';
import { linearBackward } from './kernels/linear-backward';
import { additiveKernels, addVectors, mapKernels, take, takingKernels } from './kernels/module';
import type { MapNumbers } from './kernels/module-backward';
import { norm, normKernels } from './kernels/norm';
import { normBackward } from './kernels/norm-backward';
import { type Linear, type Norm, padded, type Slots } from './layout';
import { cut } from './matrix-parts';

/** A module's numbers on the GPU. */
interface Held {
  readonly bias: Buffer;
  readonly diagonal?: Buffer;
  readonly map?: { readonly rank: number; readonly a: Linear; readonly b: Linear };
  /** By what the stream is normed before it is read. */
  readonly norm?: Norm;
  users: number;
}

/** Working buffers for as many rows as go through in one go: [rows, padded width] and [rows, padded rank]. */
export interface ModuleRoom {
  readonly taken: Buffer;
  readonly inner: Buffer;
}

/** It reads the stream, and does not only add to it. */
const reads = ({ map, diagonal }: { readonly map?: unknown; readonly diagonal?: unknown }): boolean =>
  map !== undefined || diagonal !== undefined;

/** Whether a module of some branches is a merged map. */
export const someMerged = (branches: readonly Branch[]): boolean =>
  modulesOf(branches).some((module) => module.reads === 'update');

/** The largest rank of a map among the modules of some branches; 0 where none has one. */
export const largestRank = (branches: readonly Branch[]): number =>
  modulesOf(branches).reduce((most, { map }) => Math.max(most, map?.rank ?? 0), 0);

/**
 * The modules of the branches that are walked or decoded, on the GPU. Those that nobody uses any more stay until others
 * come: a text is often several walks.
 */
export class Modules {
  readonly #held = new Map<string, Held>();
  /** Weights of a norm that has none: ones. */
  #ones?: Buffer;

  /**
   * @param width of the stream
   * @param norms how the model norms it
   * @param products of its matrices
   */
  constructor(
    readonly dispatcher: Dispatcher,
    readonly width: number,
    readonly norms: Pick<NormSpec, 'kind' | 'eps'>,
    readonly products: readonly ProductKind[] = [],
  ) {}

  /**
   * Brings the modules of some branches to the GPU. They are there until the function that is returned is called. Throws
   * `mask-mismatch` for a module of another width or of an impossible rank, `out-of-memory`.
   */
  async hold(branches: readonly Branch[], decoding?: Dispatcher): Promise<() => void> {
    const modules = modulesOf(branches);
    if (modules.length === 0) return () => {};
    for (const module of modules) this.#check(module);
    const d = decoding ?? this.dispatcher;
    await d.ready([
      ...additiveKernels(),
      ...(modules.some(reads) ? takingKernels() : []),
      ...(modules.some((module) => module.reads === 'update') ? this.#updateKernels(d, decoding !== undefined) : []),
      ...(modules.some((module) => module.reads === 'normed') ? normKernels(d, this.norms.kind === 'layer') : []),
      ...(modules.some(({ map }) => map) ? mapKernels(d, decoding !== undefined) : []),
    ]);
    this.#free((name, users) => users === 0 && !modules.some((module) => module.name === name));
    for (const module of modules) await this.#load(module);
    const held = modules.map((module) => this.#held.get(module.name)!);
    for (const one of held) one.users++;
    return () => {
      for (const one of held.splice(0)) one.users--;
    };
  }

  /** What a sublayer adds is kept by itself. */
  #updateKernels(d: Dispatcher, decoding: boolean): Variant[] {
    const kinds = this.products
      .filter(({ epilogue }) => epilogue === 'add')
      .map(({ dtype }) => ({ dtype, epilogue: 'store' as const }));
    return [...manyRowKernels(d, kinds), ...(decoding ? fewRowKernels(d, kinds) : [])];
  }

  /** Adds what a module gives at every position of the slots: strength * (B A x + diagonal * x + bias), x being `from`. */
  add({ name, strength }: Module, from: Slots, to: Slots, room: ModuleRoom, dispatcher = this.dispatcher): void {
    const { width } = this;
    const held = this.#held.get(name)!;
    const { bias, diagonal, map } = held;
    if (held.norm) norm(dispatcher, held.norm, from, room.taken);
    else if (reads(held)) take(dispatcher, width, strength, from, room.taken);
    if (map) {
      linear(dispatcher, room.taken, from.rows * from.slots.length, map.a, 'store', room.inner, padded(map.rank));
      linearAdd(dispatcher, room.inner, held.norm ? { ...map.b, scale: strength } : map.b, to);
    }
    addVectors(dispatcher, width, { bias, strength, diagonal }, room.taken, to);
  }

  /**
   * Adds to the gradient of what a module reads what comes of the gradient of what it adds to [rows, padded width], which
   * may be the same buffer: strength * (A' B' g + diagonal * g), and through the norm of `input`, what it reads, where it norms.
   */
  addBackward(
    { name, strength }: Module,
    rows: number,
    { input, gradient, into }: { readonly input: Buffer; readonly gradient: Buffer; readonly into: Buffer },
    room: ModuleRoom,
  ): void {
    const { dispatcher, width } = this;
    const held = this.#held.get(name)!;
    const { bias, diagonal, map } = held;
    if (!reads(held)) return;
    take(dispatcher, width, strength, { stream: gradient, slots: [0], rows }, room.taken);
    if (map) {
      linearBackward(dispatcher, room.taken, padded(width), rows, map.b, room.inner);
      if (held.norm) {
        linearBackward(dispatcher, room.inner, padded(map.rank), rows, map.a, room.taken);
        normBackward(dispatcher, held.norm, input, room.taken, rows, into);
      } else linearBackward(dispatcher, room.inner, padded(map.rank), rows, map.a, into, { add: true });
    }
    // Without the bias, which gives the stream no gradient.
    const to = { stream: into, slots: [0], rows };
    if (diagonal) addVectors(dispatcher, width, { bias, strength: 0, diagonal }, room.taken, to);
  }

  /** The buffers of a module that is held. Throws `model-too-large` for a map that no one buffer can be bound for. */
  numbersOf({ name }: Module): { readonly bias: Buffer; readonly map?: MapNumbers } {
    const { bias, map } = this.#held.get(name)!;
    if (!map) return { bias };
    const whole = ({ parts }: Linear) => {
      if (parts.length === 1) return parts[0].buffer;
      throw new LopperError(
        'model-too-large',
        `A map of rank ${map.rank} of a stream of width ${this.width} is more than one buffer of this adapter holds.`,
        'Choose a smaller rank.',
      );
    };
    return { bias, map: { rank: map.rank, a: whole(map.a), b: whole(map.b) } };
  }

  destroy(): void {
    this.#free(() => true);
    if (this.#ones) this.dispatcher.recorder.gpu.free(this.#ones);
    this.#ones = undefined;
  }

  #check({ bias, map, diagonal, reads }: Module): void {
    const width = [bias, diagonal].find((numbers) => numbers && numbers.length !== this.width)?.length;
    if (width !== undefined) {
      throw mismatch(`is for a stream of width ${width}; that of this model is ${this.width}`);
    }
    if (reads && (!map || diagonal)) throw mismatch(`reads the ${reads}, and is not a map of it`);
    if (!map) return;
    const { rank, a, b } = map;
    if (!Number.isInteger(rank) || rank < 1 || rank > this.width) {
      throw mismatch(`has a map of rank ${rank}; a rank is a whole number from 1 to the width, ${this.width}`);
    }
    if (a.length !== rank * this.width || b.length !== rank * this.width) {
      throw mismatch(`has matrices of ${a.length} and ${b.length} numbers; rank ${rank} wants ${rank * this.width}`);
    }
  }

  async #load({ name, bias, map, diagonal, reads }: Module): Promise<void> {
    if (this.#held.has(name)) return;
    const buffers: Buffer[] = [];
    try {
      const held = {
        bias: await this.#rows(bias, 1, this.width, buffers),
        diagonal: diagonal && (await this.#rows(diagonal, 1, this.width, buffers)),
        map: map && (await this.#map(map, buffers)),
        norm: reads === 'normed' ? await this.#norm() : undefined,
      };
      this.#held.set(name, { ...held, users: 0 });
    } catch (error) {
      for (const buffer of buffers) this.dispatcher.recorder.gpu.free(buffer);
      throw error;
    }
  }

  async #norm(): Promise<Norm> {
    const { width, norms } = this;
    this.#ones ??= await this.#rows(new Float32Array(width).fill(1), 1, width, []);
    return { layer: norms.kind === 'layer', eps: norms.eps, width, weight: this.#ones };
  }

  async #map({ rank, a, b }: LowRank, buffers: Buffer[]): Promise<Held['map']> {
    const matrix = async (numbers: Float32Array, outputs: number, inputs: number): Promise<Linear> => {
      const limit = this.dispatcher.recorder.gpu.facts.limits.maxStorageBufferBindingSize;
      const parts = [];
      for (const part of cut('a recovery module', outputs, padded(inputs) * 4, false, limit)) {
        const own = numbers.subarray(part.first * inputs, (part.first + part.outputs) * inputs);
        parts.push({ ...part, dtype: 'F32' as const, buffer: await this.#rows(own, part.outputs, inputs, buffers) });
      }
      return { parts, outputs, steps: padded(inputs) / 8, gated: false };
    };
    return { rank, a: await matrix(a, rank, this.width), b: await matrix(b, this.width, rank) };
  }

  /** Rows on the GPU, padded with zeros. */
  async #rows(numbers: Float32Array, rows: number, width: number, buffers: Buffer[]): Promise<Buffer> {
    const { gpu } = this.dispatcher.recorder;
    const stride = padded(width);
    const buffer = await gpu.allocate('recovery module', rows * stride * 4, 'weights');
    buffers.push(buffer);
    const all = new Float32Array(rows * stride);
    for (let row = 0; row < rows; row++) all.set(numbers.subarray(row * width, (row + 1) * width), row * stride);
    gpu.device.queue.writeBuffer(buffer.raw, 0, all);
    return buffer;
  }

  #free(which: (name: string, users: number) => boolean): void {
    const { recorder } = this.dispatcher;
    for (const [name, { bias, diagonal, map, users }] of this.#held) {
      if (!which(name, users)) continue;
      recorder.forget();
      const matrices = map ? [map.a, map.b].flatMap(({ parts }) => parts.map(({ buffer }) => buffer)) : [];
      for (const buffer of [bias, diagonal, ...matrices]) recorder.gpu.free(buffer);
      this.#held.delete(name);
    }
  }
}

const mismatch = (what: string) =>
  new LopperError('mask-mismatch', `A recovery module ${what}.`, 'Use a module that was made for this model.');
