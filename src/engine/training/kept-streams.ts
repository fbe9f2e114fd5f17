import { LopperError } from '../../errors';
import type { Buffer } from '../../gpu/gpu';
import { streamBefore } from '../backward/gradients';
import { FULL } from '../branch';
import { defaultBudget } from '../budget';
import { padded } from '../layout';
import type { Machine } from '../machine';
import type { TokenTree } from '../tree';

/** Of the memory that a walk may take, what is kept beside it. */
const SHARE = 1 / 4;

/**
 * The full model's stream before a sublayer, which training above it never changes: computed once for each text, and kept
 * on the GPU while it fits. Texts that share rows are not kept.
 */
export class KeptStreams {
  readonly #kept = new Map<string, Buffer>();
  /** Of a whole tree, put together. */
  #whole?: Buffer;
  #room: number;

  constructor(
    readonly m: Machine,
    readonly index: number,
  ) {
    this.#room = defaultBudget(m.gpu.facts.limits) * SHARE;
  }

  /** The stream of a tree's rows [rows, padded width], valid until the next call; undefined where there is no room for it. */
  async of(tree: TokenTree, signal?: AbortSignal): Promise<Buffer | undefined> {
    const { m } = this;
    if (this.index === 0 || tree.chains.some(({ parent }) => parent >= 0)) return undefined;
    const row = padded(m.spec.width) * 4;
    const texts = tree.chains.map(({ start, end }) => ({
      key: tree.ids.slice(start, end).join(),
      start,
      rows: end - start,
    }));
    const missing = texts.filter(({ key }) => !this.#kept.has(key));
    const whole = await this.#grown(
      tree.rows * row,
      missing.reduce((sum, { rows }) => sum + rows * row, 0),
    );
    if (!whole) return undefined;
    if (missing.length > 0) await streamBefore(m, tree, FULL, this.index, whole, { signal });
    for (const { key, start, rows } of missing) {
      const buffer = await m.gpu.allocate('kept stream', rows * row, 'activations');
      this.#kept.set(key, buffer);
      m.recorder.copy(whole, start * row, buffer, 0, rows * row);
    }
    if (missing.length > 0) await m.recorder.flush(signal);
    for (const { key, start, rows } of texts) m.recorder.copy(this.#kept.get(key)!, 0, whole, start * row, rows * row);
    return whole;
  }

  /** A buffer for a whole tree, where it and what is still to be kept have room. */
  async #grown(bytes: number, more: number): Promise<Buffer | undefined> {
    const { gpu, recorder } = this.m;
    const own = bytes > (this.#whole?.bytes ?? 0) ? bytes : 0;
    if (own + more > this.#room) return undefined;
    this.#room -= own + more;
    if (own === 0) return this.#whole;
    recorder.forget();
    gpu.free(this.#whole);
    this.#whole = undefined;
    try {
      this.#whole = await gpu.allocate('kept streams', bytes, 'activations');
    } catch (error) {
      if (!(error instanceof LopperError) || error.code !== 'out-of-memory') throw error;
      this.#room = 0;
    }
    return this.#whole;
  }

  destroy(): void {
    this.m.recorder.forget();
    for (const buffer of [this.#whole, ...this.#kept.values()]) this.m.gpu.free(buffer);
    this.#kept.clear();
  }
}
