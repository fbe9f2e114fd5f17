import { allocated, type Buffer, type Gpu, type MemoryUse } from '../gpu/gpu';
import type { Recorder } from '../gpu/recorder';

/**
 * Named working buffers that grow and are otherwise reused. A walk plans all it needs before it records anything, so
 * that no buffer is replaced under recorded work.
 */
export class Scratch {
  readonly #buffers = new Map<string, Buffer>();

  constructor(
    readonly gpu: Gpu,
    readonly recorder: Recorder,
    readonly use: MemoryUse,
  ) {}

  /** Makes sure that each named buffer has at least the bytes asked for. Throws `out-of-memory`, keeping what was there. */
  async plan(bytes: Readonly<Record<string, number>>): Promise<void> {
    for (const [name, needed] of Object.entries(bytes)) {
      const old = this.#buffers.get(name);
      if (old && old.bytes >= needed) continue;
      if (old) {
        // Freed first: two of the largest buffers may not fit side by side.
        this.#buffers.delete(name);
        this.recorder.forget();
        this.gpu.free(old);
      }
      this.#buffers.set(name, await this.gpu.allocate(name, needed, this.use));
    }
  }

  /** Lets go of buffers larger than asked for, or not asked for at all, if together with these they go over `limit`. */
  trim(bytes: Readonly<Record<string, number>>, limit: number): void {
    const names = new Set([...this.#buffers.keys(), ...Object.keys(bytes)]);
    const kept = (name: string) => Math.max(this.#buffers.get(name)?.bytes ?? 0, bytes[name] ?? 0);
    if ([...names].reduce((sum, name) => sum + allocated(kept(name)), 0) <= limit) return;
    this.recorder.forget();
    for (const [name, buffer] of this.#buffers) {
      if (buffer.bytes <= allocated(bytes[name] ?? 0)) continue;
      this.#buffers.delete(name);
      this.gpu.free(buffer);
    }
  }

  get(name: string): Buffer {
    const buffer = this.#buffers.get(name);
    if (!buffer) throw new Error(`scratch buffer ${name} was not planned`);
    return buffer;
  }

  destroy(): void {
    this.recorder.forget();
    for (const b of this.#buffers.values()) this.gpu.free(b);
    this.#buffers.clear();
  }
}
