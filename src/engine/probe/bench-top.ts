import { throwIfCancelled } from '../../errors';
import type { Buffer, Gpu } from '../../gpu/gpu';
import { type Buffers, type Constants, type Kernel, Kernels } from '../../gpu/kernel';
import type { Fields, Values } from '../../gpu/parameters';
import { Recorder } from '../../gpu/recorder';
import type { KernelChoice } from '../kernels/dispatcher';
import { Dispatcher } from '../kernels/dispatcher';
import { partBytes } from '../kernels/linear';

/** A run is repeated until it takes this long, so that what a submission costs does not count. */
const ENOUGH_MS = 40;

/** The same where a processor computes: submissions cost little there, and all else takes long. */
const SOFTWARE_ENOUGH_MS = 8;
const MOST_REPEATS = 4096;
const TRIES = 3;

/** A run this long is slow enough to be told apart at once. */
const HOPELESS_MS = 150;

/** Bits that are a small number, and neither zero nor subnormal, in every type that weights are stored in. */
export const WORD = 0x3c013c01;

/** A device to measure on: buffers that are freed together, kernels, and a clock. */
export class BenchTop {
  readonly recorder: Recorder;
  readonly #buffers: Buffer[] = [];

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

  /** A buffer every word of which is the same. */
  async filled(label: string, bytes: number, word: number): Promise<Buffer> {
    const buffer = await this.buffer(label, bytes);
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

  /**
   * Milliseconds of what is recorded: the first run does not count, since it may compile; then as many in one go as take
   * long enough, and the best of a few of those.
   */
  async time(record: () => void): Promise<number> {
    const run = (repeats: number) => this.once(record, repeats);
    await run(1);
    const enough = this.gpu.facts.software ? SOFTWARE_ENOUGH_MS : ENOUGH_MS;
    let repeats = 1;
    let best = await run(repeats);
    while (best < enough && repeats < MOST_REPEATS) {
      repeats = Math.min(MOST_REPEATS, Math.ceil(repeats * Math.min(8, (1.3 * enough) / best)));
      best = await run(repeats);
    }
    if (best > HOPELESS_MS) return best / repeats;
    for (let i = 1; i < TRIES; i++) best = Math.min(best, await run(repeats));
    return best / repeats;
  }

  /** Milliseconds of so many runs in one go, all together. */
  async once(record: () => void, repeats = 1): Promise<number> {
    throwIfCancelled(this.signal);
    const begin = performance.now();
    for (let i = 0; i < repeats; i++) record();
    await this.recorder.flush(this.signal);
    await this.gpu.idle();
    return performance.now() - begin;
  }

  /**
   * The least milliseconds of each of some candidates. They take turns, since other programs disturb a single one. Each
   * runs before: many drivers compile a kernel where it is first run, and that is not its time.
   */
  async race(candidates: readonly (() => void)[]): Promise<number[]> {
    const best: number[] = [];
    for (const record of candidates) {
      await this.once(record);
      best.push(await this.once(record));
    }
    const repeats = Math.min(MOST_REPEATS, Math.ceil(SOFTWARE_ENOUGH_MS / Math.min(...best)));
    for (let i = 0; i < TRIES; i++) {
      for (const [c, record] of candidates.entries()) {
        if (best[c] < HOPELESS_MS) best[c] = Math.min(best[c], (await this.once(record, repeats)) / repeats);
      }
    }
    return best;
  }

  /** Lets go of the buffers so far: the next measurement needs others. */
  clear(): void {
    this.recorder.forget();
    for (const buffer of this.#buffers.splice(0)) this.gpu.free(buffer);
  }

  close(): void {
    this.recorder.discard();
    this.clear();
    this.recorder.destroy();
  }
}
