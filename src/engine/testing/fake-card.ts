/** A card that is not there: what chooses among kernels is told how long each takes, and how long a browser has one wait. */
import { LopperError } from '../../errors';
import type { Buffer, Gpu } from '../../gpu/gpu';
import type { Constants, Kernel, Kernels } from '../../gpu/kernel';
import type { Recorder } from '../../gpu/recorder';
import { seeded } from '../../random';
import { Dispatcher, type KernelChoice } from '../kernels/dispatcher';
import { BenchTop } from '../probe/bench-top';

/** A dispatch as a card meets it. */
export interface Run {
  readonly kernel: string;
  readonly constants: Constants;
  readonly groups: readonly [number, number];
  readonly told: Readonly<Record<string, number>>;
  /** Multiply-adds. */
  readonly work: number;
}

export interface Card {
  /** Milliseconds of a dispatch. */
  readonly time: (run: Run) => number;
  readonly refuses?: (kernel: string, constants: Constants) => boolean;
  readonly software?: boolean;
}

/** What is waited for beside the work, and what that swings by, in milliseconds; a clock that ticks is seen only then. */
export interface Waits {
  readonly wait: number;
  readonly jitter: number;
  readonly tick?: number;
}

const LIMITS = {
  maxStorageBufferBindingSize: 2 ** 31,
  maxComputeInvocationsPerWorkgroup: 1024,
  maxComputeWorkgroupStorageSize: 32_768,
};

export class FakeTop extends BenchTop {
  /** Milliseconds that all runs have taken. */
  spent = 0;
  /** The longest single submission. */
  longest = 0;
  readonly #random = seeded(7);
  #runs: Run[] = [];
  #id = 0;

  constructor(
    readonly card: Card,
    readonly waits: Waits,
  ) {
    const facts = { software: card.software ?? false, architecture: '', description: '', limits: LIMITS };
    super({ facts, device: { queue: { writeBuffer: () => {} } } } as unknown as Gpu);
  }

  override buffer = async (_: string, bytes: number): Promise<Buffer> =>
    ({ id: this.#id++, bytes }) as unknown as Buffer;

  override filled = this.buffer;

  override async dispatcher(choice: KernelChoice): Promise<Dispatcher> {
    const recorder = {
      maxWork: Number.POSITIVE_INFINITY,
      dispatch: (
        { kernel, constants }: { kernel: Kernel; constants: Constants },
        told: Run['told'],
        _: unknown,
        groups: Run['groups'],
        work: number,
      ) => this.#runs.push({ kernel: kernel.entry, constants, groups, told, work }),
    } as unknown as Recorder;
    const kernels = {
      gpu: this.gpu,
      get: async (kernel: Kernel, constants: Constants) => {
        if (this.card.refuses?.(kernel.entry, constants))
          throw new LopperError('shader-refused', `${kernel.entry} does not compile here`, 'Try another browser.');
        return { kernel, constants };
      },
    } as unknown as Kernels;
    const room = { bytes: 2 ** 30 } as Buffer;
    return new Dispatcher(recorder, kernels, choice, {} as Buffer, room);
  }

  override async once(record: () => void, repeats = 1): Promise<number> {
    this.#runs = [];
    record();
    const each = this.#runs.reduce((sum, run) => sum + this.card.time(run), 0);
    const { wait, jitter, tick } = this.waits;
    const whole = wait + repeats * each + jitter * this.#random();
    const seen = tick ? Math.ceil(whole / tick) * tick : whole;
    this.spent += seen;
    this.longest = Math.max(this.longest, seen);
    return seen;
  }

  override clear(): void {}

  override close(): void {}
}
