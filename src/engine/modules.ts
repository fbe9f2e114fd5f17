import { LopperError } from '../errors';
import type { Buffer } from '../gpu/gpu';
import { type Branch, type Module, modulesOf } from './branch';
import type { Dispatcher } from './kernels/dispatcher';
import { addVector, moduleKernels } from './kernels/module';
import { padded, type Slots } from './layout';

/**
 * The modules of the branches that are walked or decoded, on the GPU. Those that nobody uses any more stay until others
 * come: a text is often several walks.
 */
export class Modules {
  readonly #held = new Map<string, { readonly bias: Buffer; users: number }>();

  /** @param width of the stream */
  constructor(
    readonly dispatcher: Dispatcher,
    readonly width: number,
  ) {}

  /**
   * Brings the modules of some branches to the GPU. They are there until the function that is returned is called. Throws
   * `mask-mismatch` for a module of another width, `out-of-memory`.
   */
  async hold(branches: readonly Branch[]): Promise<() => void> {
    const modules = modulesOf(branches);
    if (modules.length === 0) return () => {};
    for (const module of modules) this.#check(module);
    await this.dispatcher.ready(moduleKernels());
    this.#free((name, users) => users === 0 && !modules.some((module) => module.name === name));
    for (const module of modules) await this.#load(module);
    const held = modules.map((module) => this.#held.get(module.name)!);
    for (const one of held) one.users++;
    return () => {
      for (const one of held.splice(0)) one.users--;
    };
  }

  /** Adds what a module gives at every position of the slots: strength * bias. */
  add({ name, strength }: Module, to: Slots): void {
    addVector(this.dispatcher, this.width, this.#held.get(name)!.bias, strength, to);
  }

  destroy(): void {
    this.#free(() => true);
  }

  #check({ bias }: Module): void {
    if (bias.length === this.width) return;
    throw new LopperError(
      'mask-mismatch',
      `A recovery module is for a stream of width ${bias.length}; that of this model is ${this.width}.`,
      'Use a module that was made for this model.',
    );
  }

  async #load({ name, bias }: Module): Promise<void> {
    if (this.#held.has(name)) return;
    const { gpu } = this.dispatcher.recorder;
    const buffer = await gpu.allocate('recovery module', padded(bias.length) * 4, 'weights'); // zero where padded
    gpu.device.queue.writeBuffer(buffer.raw, 0, bias);
    this.#held.set(name, { bias: buffer, users: 0 });
  }

  #free(which: (name: string, users: number) => boolean): void {
    const { recorder } = this.dispatcher;
    for (const [name, { bias, users }] of this.#held) {
      if (!which(name, users)) continue;
      recorder.forget();
      recorder.gpu.free(bias);
      this.#held.delete(name);
    }
  }
}
