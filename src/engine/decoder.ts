import { LopperError } from '../errors';
import type { Buffer } from '../gpu/gpu';
import { sublayerAt } from '../model/units';
import type { DecoderContract, DropSet, RunOptions } from './contract';
import { attn, type Cache, checkContext, ffn, type Machine, planRows, type RowShape, uploadRows } from './forward';
import { logitBuffers, logitsOf, rowsPerRead } from './head';
import { packTokens } from './pack';
import { pathOf, type Rows, room, treeRows } from './rows';
import { padded } from './weights';

/** Prompt rows that go through the model together. */
const PREFILL_ROWS = 512;

/** A prompt being continued: which cache rows hold its tokens, by position. */
interface Sequence {
  readonly list: number;
  length: number;
  /** Tokens it has cache rows for. */
  readonly room: number;
}

/**
 * Continues several prompts at once with a KV cache. Prompts are packed as a tree, so that what they share is computed
 * and kept once; each then appends to rows of its own. Dropped attention sublayers have no cache. After creation
 * nothing is allocated: a step writes a few words, runs, and brings the logits back in one map.
 */
export class Decoder implements DecoderContract {
  logits: Float32Array[] = [];
  readonly #keys: Uint32Array<ArrayBuffer>;

  private constructor(
    readonly m: Machine,
    readonly dropped: DropSet,
    readonly caches: ReadonlyMap<number, Buffer>,
    readonly cacheRows: number,
    readonly sequences: Sequence[],
    keys: Uint32Array<ArrayBuffer>,
  ) {
    this.#keys = keys;
  }

  /** Allocates the cache and runs the prompts. Throws `prompt-too-long` when prompt and new tokens exceed the context. */
  static async create(
    m: Machine,
    dropped: DropSet,
    prompts: readonly (readonly number[])[],
    maxNewTokens: number,
    options: RunOptions = {},
  ): Promise<Decoder> {
    const { spec, gpu } = m;
    for (const prompt of prompts) {
      if (prompt.length === 0)
        throw new LopperError('prompt-empty', 'The prompt has no tokens.', 'Type something for the model to continue.');
      if (prompt.length > spec.context) {
        throw new LopperError(
          'prompt-too-long',
          `The prompt has ${prompt.length} tokens, the model's context ${spec.context}.`,
          'Shorten the prompt.',
        );
      }
    }
    await m.dispatcher.ready('decoding');
    const tree = packTokens(prompts.map((ids) => ({ ids, scoreFrom: ids.length })));
    const chainOf = (row: number) => tree.chains.findIndex((c) => row >= c.start && row < c.end);
    // Each sequence's list of cache rows: those of its prompt, then the run of rows it will append.
    const keys: number[] = [];
    let cacheRows = tree.rows;
    const sequences = prompts.map((prompt, s): Sequence => {
      const list = keys.length;
      keys.push(...pathOf(tree, chainOf(tree.lastRows[s])).slice(0, prompt.length));
      const room = Math.min(maxNewTokens, spec.context - prompt.length);
      for (let i = 0; i < room; i++) keys.push(cacheRows++);
      return { list, length: prompt.length, room: prompt.length + room };
    });
    const rowBytes = 2 * spec.kvHeads * spec.headDim * 4;
    const limit = gpu.facts.limits.maxStorageBufferBindingSize;
    if (cacheRows * rowBytes > limit) {
      throw new LopperError(
        'out-of-memory',
        `A KV cache of ${cacheRows} tokens takes ${cacheRows * rowBytes} bytes a sublayer, more than the adapter binds at once (${limit}).`,
        'Ask for fewer new tokens or shorten the prompt.',
      );
    }
    const caches = new Map<number, Buffer>();
    const longest = Math.max(...sequences.map((s) => s.length)) + maxNewTokens;
    const decoder = new Decoder(m, dropped, caches, cacheRows, sequences, Uint32Array.from(keys));
    try {
      for (let index = 0; index < spec.sublayers.length; index++) {
        if (spec.sublayers[index].kind === 'attn' && !dropped.has(index)) {
          caches.set(
            index,
            await gpu.allocate(`KV cache of block ${sublayerAt(index).block}`, cacheRows * rowBytes, 'cache'),
          );
        }
      }
      decoder.logits = await decoder.#prefill(tree, options);
      await decoder.#planSteps(longest);
      return decoder;
    } catch (error) {
      decoder.dispose();
      throw error;
    }
  }

  async step(
    tokens: readonly { readonly sequence: number; readonly id: number }[],
    signal?: AbortSignal,
  ): Promise<void> {
    const { spec } = this.m;
    const count = tokens.length;
    if (count === 0) return;
    const places = new Uint32Array(2 * count);
    const tiles = new Uint32Array(4 * count);
    let scoreStride = 4;
    let maxPosition = 0;
    for (const [i, { sequence }] of tokens.entries()) {
      const s = this.sequences[sequence];
      if (s.length >= spec.context) {
        throw new LopperError(
          'prompt-too-long',
          `The text has reached the model's context of ${spec.context} tokens.`,
          'Start again with a shorter prompt.',
        );
      }
      if (s.length >= s.room) throw new Error(`sequence ${sequence} was given room for ${s.room} tokens only`);
      places[2 * i] = s.length;
      places[2 * i + 1] = this.#keys[s.list + s.length];
      tiles.set([i, 1, s.list, 0], 4 * i);
      scoreStride = Math.max(scoreStride, room(s.length, 1, spec.window));
      maxPosition = Math.max(maxPosition, s.length);
    }
    const rows: Rows = {
      count,
      ids: Uint32Array.from(tokens, (t) => t.id),
      places,
      tiles,
      tileCount: count,
      keys: this.#keys,
      scoreStride,
      maxPosition,
    };
    const logits = await this.#run(rows, [...tokens.keys()], signal);
    for (const [i, { sequence }] of tokens.entries()) {
      this.logits[sequence] = logits[i];
      this.sequences[sequence].length++;
    }
  }

  dispose(): void {
    this.m.recorder.forget();
    for (const c of this.caches.values()) this.m.gpu.free(c);
    (this.caches as Map<number, Buffer>).clear();
  }

  async #prefill(tree: ReturnType<typeof packTokens>, options: RunOptions): Promise<Float32Array[]> {
    const { spec } = this.m;
    const logits: Float32Array[] = new Array(tree.lastRows.length);
    for (let first = 0; first < tree.rows; first += PREFILL_ROWS) {
      const end = Math.min(tree.rows, first + PREFILL_ROWS);
      const ended = [...tree.lastRows.entries()].filter(([, row]) => row >= first && row < end);
      const unique = [...new Set(ended.map(([, row]) => row - first))];
      const found = await this.#run(treeRows(tree, spec.window, first, end), unique, options.signal);
      for (const [s, row] of ended) logits[s] = found[unique.indexOf(row - first)];
      options.onProgress?.(end / tree.rows);
    }
    return logits;
  }

  /** Makes room for the longest step there will be, so that no step allocates. */
  async #planSteps(longest: number): Promise<void> {
    const { spec } = this.m;
    const count = this.sequences.length;
    const maxPosition = Math.min(longest, spec.context) - 1;
    const scoreStride = room(maxPosition, 1, spec.window) + 4; // a window's first key is rounded down
    await this.#plan({ count, tileCount: count, scoreStride, maxPosition, keyCount: this.#keys.length }, count);
  }

  /** Makes room for a step and the logits of `logitRows` of its rows; returns how many of them come back together. */
  async #plan(rows: RowShape, logitRows: number): Promise<number> {
    const { m } = this;
    const perRead = rowsPerRead(m.spec, m.gpu.facts.limits.maxStorageBufferBindingSize, logitRows);
    const stream = rows.count * padded(m.spec.width) * 4;
    await planRows(m, rows, 1);
    await m.scratch.plan({
      ...logitBuffers(m.spec, logitRows, perRead),
      stream,
      ...(m.spec.parallel ? { source: stream } : {}),
    });
    return perRead;
  }

  /** One pass of the kept sublayers over a step's rows, in slot 0. Returns the logits of those listed. */
  async #run(rows: Rows, list: readonly number[], signal?: AbortSignal): Promise<Float32Array[]> {
    const { m } = this;
    checkContext(m.spec, rows);
    const perRead = await this.#plan({ ...rows, keyCount: rows.keys.length }, list.length);
    uploadRows(m, rows);
    const bytes = rows.count * padded(m.spec.width) * 4;
    const stream = m.scratch.get('stream');
    const source = m.spec.parallel ? m.scratch.get('source') : stream;
    m.dispatcher.embed(m.embedding, m.positions, m.scratch.get('ids'), m.scratch.get('places'), stream, 0, rows.count);
    const to = { stream, slots: [0], rows: rows.count };
    const from = { stream: source, slots: [0], rows: rows.count };
    for (let index = 0; index < m.spec.sublayers.length; index++) {
      const isAttn = m.spec.sublayers[index].kind === 'attn';
      if (m.spec.parallel && isAttn) m.recorder.copy(stream, 0, source, 0, bytes);
      if (this.dropped.has(index)) continue;
      const weights = await m.residency.acquire(index, signal);
      if (weights.kind === 'attn') attn(m, weights, rows, from, to, this.#cache(index));
      else ffn(m, weights, rows, from, to);
      if (m.recorder.full) await m.recorder.flush(signal);
    }
    return (await logitsOf(m, to, list, perRead, signal))[0];
  }

  #cache(index: number): Cache {
    return { kv: this.caches.get(index)!, rows: this.cacheRows };
  }
}
