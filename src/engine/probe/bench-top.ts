import { throwIfCancelled } from '../../errors';
import type { Buffer, Gpu } from '../../gpu/gpu';
import { type Buffers, type Constants, type Kernel, Kernels } from '../../gpu/kernel';
import type { Fields, Values } from '../../gpu/parameters';
import { Recorder } from '../../gpu/recorder';
import type { KernelChoice } from '../kernels/dispatcher';
import { Dispatcher } from '../kernels/dispatcher';
import { partBytes } from '../kernels/linear';

/** A run that is to be told is repeated until it takes this long: what a card is clocked down for while idle is over by then. */
const LONG_MS = 40;

/** Runs that compete are repeated until each takes so long, and so many times what a submission of nothing is waited for. */
const ENOUGH_MS = 8;
const WAITS = 6;
const MOST_REPEATS = 4096;
const TRIES = 3;

/** A run this long is slow enough to be told apart at once. */
const HOPELESS_MS = 150;

/** No time is shorter: clocks in browsers are no finer. */
const LEAST_MS = 0.01;

/** Bits that are a small number, and neither zero nor subnormal, in every type that weights are stored in. */
export const WORD = 0x3c013c01;

/** A device to measure on: buffers that are freed together, kernels, and a clock. */
export class BenchTop {
  readonly recorder: Recorder;
  readonly #buffers: Buffer[] = [];
  readonly #filled = new Map<string, Buffer>();
  #wait = Number.POSITIVE_INFINITY;

  constructor(
    readonly gpu: Gpu,
    readonly signal?: AbortSignal,
  ) {
    this.recorder = new Recorder(gpu);
  }

  async buffer(label: string, bytes: number): Promise<Buffer> {
    const buffer = await this.gpu.allocate(`probe ${label}`, bytes, 'activations');
    this.#buffers.push(buffer);
    return buffer;
  }

  /** A buffer every word of which is the same: one for all who ask for such, since it is only read. */
  async filled(label: string, bytes: number, word: number): Promise<Buffer> {
    const name = `${label} ${bytes} ${word}`;
    const found = this.#filled.get(name);
    if (found) return found;
    const buffer = await this.buffer(label, bytes);
    this.#filled.set(name, buffer);
    const piece = new Uint32Array(Math.min(buffer.bytes / 4, 2 ** 20)).fill(word);
    for (let at = 0; at < buffer.bytes; at += piece.byteLength) {
      this.gpu.device.queue.writeBuffer(buffer.raw, at, piece, 0, Math.min(piece.length, (buffer.bytes - at) / 4));
    }
    return buffer;
  }

  /** `widened`: bytes of the matrix, where it is stored in blocks that are widened before a product. */
  async dispatcher(choice: KernelChoice, widened = 0): Promise<Dispatcher> {
    const [empty, bytes] = [await this.buffer('empty', 16), Math.max(partBytes(choice), widened)];
    const room = bytes > 0 ? await this.buffer('room', bytes) : empty;
    return new Dispatcher(this.recorder, Kernels.of(this.gpu), choice, empty, room);
  }

  /** Something that records a kernel. */
  async kernel<F extends Fields, B extends string, C extends string>(kernel: Kernel<F, B, C>, constants: Constants<C>) {
    const pipeline = await Kernels.of(this.gpu).get(kernel, constants);
    return (told: Values<F>, buffers: Buffers<B>, groups: readonly [number, number], work = 0) =>
      this.recorder.dispatch(pipeline, told, buffers, groups, work);
  }

  /** Milliseconds of what is recorded. */
  async time(record: () => void): Promise<number> {
    // Where a processor computes, submissions cost little, and all else takes long.
    const [ms] = await this.race([record], this.gpu.facts.software ? ENOUGH_MS : LONG_MS);
    return ms!;
  }

  /** Milliseconds of so many runs in one go, all together, from when they are recorded and encoded; of what is not recorded, all. */
  async once(record: () => void, repeats = 1): Promise<number> {
    throwIfCancelled(this.signal);
    let begin = performance.now();
    for (let i = 0; i < repeats; i++) record();
    await this.recorder.flush(this.signal, () => {
      begin = performance.now();
    });
    await this.gpu.idle();
    return performance.now() - begin;
  }

  /**
   * The least milliseconds of each of some candidates, less what any submission is waited for (in browsers up to 3 ms),
   * of as many repeats as that is little beside. They take turns, since other programs disturb a single one. Each runs
   * before: many drivers compile a kernel where it is first run, and that is not its time.
   */
  async race(candidates: readonly (() => void)[], enough = ENOUGH_MS): Promise<number[]> {
    const wait = await this.wait();
    const long = Math.max(enough, WAITS * wait);
    const best: number[] = candidates.map(() => Number.POSITIVE_INFINITY);
    const repeats: number[] = candidates.map(() => 1);
    for (const record of candidates) await this.once(record);
    for (let i = 0; i < TRIES; i++) {
      for (const [c, record] of candidates.entries()) {
        if (i > 0 && best[c]! >= HOPELESS_MS) continue;
        for (;;) {
          const [n, ms] = [repeats[c]!, Math.max(LEAST_MS, (await this.once(record, repeats[c])) - wait)];
          best[c] = Math.min(best[c]!, ms / n);
          // Also in a later turn: the first may have been disturbed, and looked long enough.
          if (ms >= long || n >= MOST_REPEATS) break;
          repeats[c] = Math.min(MOST_REPEATS, Math.ceil(n * Math.min(8, (1.3 * long) / ms)));
          best[c] = Number.POSITIVE_INFINITY;
        }
      }
    }
    return best;
  }

  /** Milliseconds that a submission of next to nothing is waited for: the least so far. */
  async wait(): Promise<number> {
    const [from, to] = [await this.buffer('from', 16), await this.buffer('to', 16)];
    for (let i = 0; i < TRIES; i++) {
      this.#wait = Math.min(this.#wait, await this.once(() => this.recorder.copy(from, 0, to, 0, 4)));
    }
    return this.#wait;
  }

  /** Lets go of the buffers so far: the next measurement needs others. */
  clear(): void {
    this.recorder.forget();
    this.#filled.clear();
    for (const buffer of this.#buffers.splice(0)) this.gpu.free(buffer);
  }

  close(): void {
    this.recorder.discard();
    this.clear();
    this.recorder.destroy();
  }
}
