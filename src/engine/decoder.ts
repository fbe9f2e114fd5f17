import { LopperError, throwIfCancelled } from '../errors';
import type { Buffer } from '../gpu/gpu';
import { sublayerAt } from '../model/units';
import { at, type Branch, nextRun, runs } from './branch';
import type { Begun, Capacity, DecoderContract, DecoderOptions, RunOptions } from './contract';
import { BEST_AT, type Following, findLikeliest, planLikeliest, planWhole, STATE_BYTES } from './greedy';
import { logitBuffers, logitsOf, rowsPerRead } from './head';
import { decodingKernels, walkKernels } from './kernels/compile';
import { padded, TILE_ROWS } from './layout';
import type { Machine } from './machine';
import { largestRank, someMerged } from './modules';
import { PREFILL_ROWS, passes, rowsOf } from './pieces';
import { longBeyond, room, widestWindow } from './rows';
import { type Piece, Sequences } from './sequences';
import { type Cache, type Carried, runSublayer } from './sublayer';
import { checkContext, embedRows, planRows, uploadRows } from './working-buffers';

/**
 * Continues several prompts at once with a KV cache; what they share is computed and kept once. Prompts may come and go
 * while others go on. Attention that does not run has no cache. After creation nothing is allocated: a step writes a
 * few words, runs, and brings logits, or the likeliest tokens, back in one map.
 */
export class Decoder implements DecoderContract {
  readonly logits: Float32Array[] = [];
  readonly likeliest: (number | undefined)[] = [];
  readonly #rank: number;
  /** Positions turn as those of long sequences do: where a sequence may come to be one, all do from the start. */
  readonly #long: boolean;
  readonly #caches = new Map<number, Buffer>();
  #release = () => {};
  /** States of the last step, where the next one takes its tokens from before they have come back. */
  #bests?: Buffer;
  #ahead?: Ahead;

  private constructor(
    readonly m: Machine,
    readonly branch: Branch,
    readonly sequences: Sequences,
    readonly cacheRows: number,
    readonly onlyLikeliest: boolean,
  ) {
    this.#rank = largestRank([branch]);
    this.#long = sequences.capacity.length > (longBeyond(m.spec) ?? Number.POSITIVE_INFINITY);
  }

  /**
   * Allocates the cache and runs the prompts. Throws `prompt-empty`, `prompt-too-long`, and `out-of-memory` where the
   * cache is larger than the adapter can hold.
   */
  static async create(
    machine: Machine,
    branch: Branch,
    prompts: readonly (readonly number[])[],
    maxNewTokens: number,
    options: DecoderOptions = {},
  ): Promise<Decoder> {
    const m: Machine = { ...machine, dispatcher: machine.decoding };
    const { spec, gpu } = m;
    checkPrompts(prompts, spec.context);
    await m.dispatcher.ready([
      ...walkKernels(m.dispatcher, spec, m.types),
      ...decodingKernels(m.dispatcher, spec, m.types),
    ]);
    const capacity = options.capacity ?? just(prompts, maxNewTokens, spec.context);
    const sequences = new Sequences(capacity);
    const added = sequences.add(prompts, maxNewTokens);
    const cacheRows = options.capacity ? capacity.rows : sequences.used;
    const rowBytes = 2 * spec.kvHeads * spec.headDim * 4;
    const limit = gpu.facts.limits.maxStorageBufferBindingSize;
    if (cacheRows * rowBytes > limit) {
      throw new LopperError(
        'out-of-memory',
        `A KV cache of ${cacheRows} tokens takes ${cacheRows * rowBytes} bytes a sublayer, more than the adapter binds at once (${limit}).`,
        'Ask for fewer new tokens or shorten the prompt.',
      );
    }
    const decoder = new Decoder(m, branch, sequences, cacheRows, options.likeliest ?? false);
    try {
      decoder.#release = await m.modules.hold([branch], m.dispatcher);
      for (let index = 0; index < spec.sublayers.length; index++) {
        if (spec.sublayers[index].kind === 'attn' && runs(at(branch, index))) {
          const label = `KV cache of block ${sublayerAt(index).block}`;
          decoder.#caches.set(index, await gpu.allocate(label, cacheRows * rowBytes, 'cache'));
        }
      }
      const { greedy = decoder.onlyLikeliest } = options;
      const ahead = options.ahead ?? (greedy && !gpu.facts.software && !m.residency.streamed);
      if (ahead && decoder.#inOneRead(capacity.sequences)) {
        decoder.#bests = await gpu.allocate('likeliest tokens', capacity.sequences * STATE_BYTES, 'cache');
      }
      await decoder.#plan(options.capacity !== undefined);
      await decoder.#prefill(added, options);
      return decoder;
    } catch (error) {
      decoder.dispose();
      throw error;
    }
  }

  async add(
    prompts: readonly (readonly number[])[],
    maxNewTokens: number,
    options: RunOptions = {},
  ): Promise<readonly number[]> {
    checkPrompts(prompts, this.m.spec.context);
    const added = this.sequences.add(prompts, maxNewTokens);
    try {
      await this.#prefill(added, options);
    } catch (error) {
      for (const { sequence } of added) this.sequences.remove(sequence);
      throw error;
    }
    return added.map((a) => a.sequence);
  }

  remove(sequence: number): void {
    this.#ahead?.places.delete(sequence); // the number may go to another
    this.sequences.remove(sequence);
  }

  async begin(tokens: readonly Token[], signal?: AbortSignal): Promise<Begun> {
    const { recorder, spec } = this.m;
    if (tokens.length === 0) return { come: Promise.resolve() };
    const pieces = tokens.map(({ sequence, id }): Piece => {
      const start = this.sequences.length(sequence);
      if (start >= spec.context) {
        throw new LopperError(
          'prompt-too-long',
          `The text has reached the model's context of ${spec.context} tokens.`,
          'Start again with a shorter prompt.',
        );
      }
      this.sequences.put(sequence, id);
      return { sequence, start, end: start + 1 };
    });
    const { rows, following } = await this.#follow(tokens, pieces, signal);
    await this.#goAhead(pieces, rows);
    const come = this.#take(tokens, rows, following, signal);
    come.catch(() => undefined); // told to whoever waits for it
    // Of a step in several submissions some is asked for only as others end; nothing may be recorded in between.
    if (!recorder.settled || !this.#inOneRead(tokens.length)) await come;
    return { come };
  }

  async step(tokens: readonly Token[], signal?: AbortSignal): Promise<void> {
    const { come } = await this.begin(tokens, signal);
    await come;
  }

  dispose(): void {
    this.m.recorder.forget();
    for (const c of this.#caches.values()) this.m.gpu.free(c);
    this.#caches.clear();
    this.m.gpu.free(this.#bests);
    this.#bests = undefined;
    this.#ahead = undefined;
    this.#release();
  }

  /** What follows each of some tokens, by row: of the step that was begun ahead, where it is this one, else of a new one. */
  async #follow(tokens: readonly Token[], pieces: readonly Piece[], signal?: AbortSignal): Promise<Followed> {
    throwIfCancelled(signal);
    const ahead = this.#ahead;
    this.#ahead = undefined;
    const isThis = ({ sequence, start }: Piece) => ahead?.places.get(sequence)?.start === start;
    if (ahead && pieces.every(isThis) && tokens.every(({ sequence, id }) => this.likeliest[sequence] === id)) {
      return { rows: pieces.map(({ sequence }) => ahead.places.get(sequence)!.row), following: ahead.following };
    }
    return this.#start(pieces, undefined, signal);
  }

  /** Begins a step: its tokens as the pieces have them, or the best of rows of the step before. */
  async #start(pieces: readonly Piece[], from?: readonly number[], signal?: AbortSignal): Promise<Followed> {
    const rows = pieces.map((_, row) => row);
    await this.#planRead(rows.length);
    await this.#run(pieces, signal, from);
    const following = this.#following(rows, signal);
    following.catch(() => undefined); // told to whoever waits for it
    return { rows, following };
  }

  /** Begins the step after this one, where every text has room for it and this one is submitted whole. */
  async #goAhead(pieces: readonly Piece[], rows: readonly number[]): Promise<void> {
    const { m, sequences } = this;
    const fits = pieces.every(({ sequence, end }) => end < Math.min(sequences.room(sequence), m.spec.context));
    if (!this.#bests || !fits || !m.recorder.settled) return;
    const next = pieces.map(({ sequence, end }) => ({ sequence, start: end, end: end + 1 }));
    const { following } = await this.#start(next, rows);
    this.#ahead = { places: new Map(next.map(({ sequence, start }, row) => [sequence, { row, start }])), following };
    if (!m.recorder.settled) await following.catch(() => undefined);
  }

  /** Submits a step that is recorded, and what reads what follows each of its rows. */
  #following(rows: readonly number[], signal?: AbortSignal): Promise<Following> {
    const { m } = this;
    const stream = m.scratch.get('stream');
    if (!this.onlyLikeliest && !this.#bests) return this.#logits(rows.length, rows, signal);
    const { states, read } = findLikeliest(m, stream, rows.length, rows, { whole: !this.onlyLikeliest, signal });
    if (this.#bests) m.recorder.copy(states, 0, this.#bests, 0, rows.length * STATE_BYTES);
    return read();
  }

  /** Takes what follows some tokens once it is here: with that they count. */
  async #take(tokens: readonly Token[], rows: readonly number[], following: Promise<Following>, signal?: AbortSignal) {
    const found = await following;
    throwIfCancelled(signal);
    for (const [i, { sequence }] of tokens.entries()) {
      this.#keep(sequence, found, rows[i]);
      this.sequences.advance(sequence);
    }
  }

  #keep(sequence: number, { likeliest, logits }: Following, row: number): void {
    if (likeliest) this.likeliest[sequence] = likeliest[row];
    if (logits) this.logits[sequence] = logits[row];
  }

  /** Runs the pieces, so many rows at a time, and reads what follows each `last` sequence's last token. */
  async #prefill(
    added: readonly (Piece & { readonly last: number })[],
    { signal, onProgress }: RunOptions,
  ): Promise<void> {
    const total = added.reduce((sum, { start, end }) => sum + end - start, 0);
    let done = 0;
    for (const pass of passes(added)) {
      const asked: { sequence: number; row: number }[] = [];
      let row = 0;
      for (const piece of pass) {
        row += piece.end - piece.start;
        const ended = added.filter((a) => a.last === piece.sequence && a.end > piece.start && a.end <= piece.end);
        for (const { sequence, end } of ended) asked.push({ sequence, row: row - 1 - (piece.end - end) });
      }
      await this.#planRead(asked.length);
      await this.#run(pass, signal);
      await this.#read(row, asked, signal);
      done += row;
      onProgress?.(done / total);
    }
  }

  /** Brings back what follows some of the `rows` rows that were run last. */
  async #read(
    rows: number,
    asked: readonly { readonly sequence: number; readonly row: number }[],
    signal?: AbortSignal,
  ): Promise<void> {
    const { m } = this;
    const list = [...new Set(asked.map((a) => a.row))];
    if (list.length === 0) return m.recorder.flush(signal);
    const found = this.onlyLikeliest
      ? await findLikeliest(m, m.scratch.get('stream'), rows, list, { signal }).read()
      : await this.#logits(rows, list, signal);
    for (const { sequence, row } of asked) this.#keep(sequence, found, list.indexOf(row));
  }

  /** Brings back the logits of some of the `rows` rows that were run last. */
  async #logits(rows: number, list: readonly number[], signal?: AbortSignal): Promise<Following> {
    const from = { stream: this.m.scratch.get('stream'), slots: [0], rows };
    const [logits] = await logitsOf(this.m, from, list, this.#rowsPerRead(list.length), signal);
    return { logits };
  }

  /** Makes room for the longest step there will be, and where prompts come later for those, so that neither allocates. */
  async #plan(later: boolean): Promise<void> {
    const { m } = this;
    const { sequences: most, length } = this.sequences.capacity;
    const maxPosition = length - 1;
    const scoreStride = room(maxPosition, later ? TILE_ROWS : 1, widestWindow(m.spec)) + 4; // a window's first key is rounded down
    const keyCount = this.sequences.keys.length;
    const shape = (count: number, tileCount: number) => ({
      ...{ count, tileCount, scoreStride, maxPosition, keyCount },
      rank: this.#rank,
      merged: someMerged([this.branch]),
    });
    await planRows(m, shape(most, most), 1);
    if (later) await planRows(m, shape(PREFILL_ROWS, PREFILL_ROWS / TILE_ROWS + most), 1);
    await this.#planStream(later ? Math.max(most, PREFILL_ROWS) : most);
    await this.#planRead(most);
  }

  /** Makes room for what is read of so many rows. Nothing may be recorded and not yet submitted. */
  async #planRead(rows: number): Promise<void> {
    const { m } = this;
    if (this.onlyLikeliest) await planLikeliest(m, rows);
    else if (this.#bests && this.#inOneRead(rows)) await planWhole(m, rows);
    else await m.scratch.plan(logitBuffers(m.spec, rows, this.#rowsPerRead(rows)));
  }

  /** Whether what follows so many rows comes back in one read. */
  #inOneRead(rows: number): boolean {
    return this.onlyLikeliest || rows <= this.#rowsPerRead(rows);
  }

  #rowsPerRead(rows: number): number {
    return rowsPerRead(this.m.spec, this.m.gpu.facts.limits.maxStorageBufferBindingSize, rows);
  }

  async #planStream(rows: number): Promise<void> {
    const bytes = rows * padded(this.m.spec.width) * 4;
    await this.m.scratch.plan({ stream: bytes, ...(this.m.spec.parallel ? { source: bytes } : {}) });
  }

  /** One pass of the branch over the rows of some pieces, in slot 0. What is recorded of one that fails is dropped. */
  async #run(pieces: readonly Piece[], signal?: AbortSignal, from?: readonly number[]): Promise<void> {
    const { m } = this;
    const rows = rowsOf(pieces, this.sequences, widestWindow(m.spec), this.#long);
    checkContext(m.spec, rows);
    await planRows(m, { ...rows, keyCount: rows.keys.length, rank: this.#rank, merged: someMerged([this.branch]) }, 1);
    await this.#planStream(rows.count);
    uploadRows(m, rows);
    const ids = m.scratch.get('ids');
    for (const [row, best] of from?.entries() ?? []) {
      m.recorder.copy(this.#bests!, best * STATE_BYTES + BEST_AT, ids, row * 4, 4);
    }
    const stream = m.scratch.get('stream');
    embedRows(m, rows.count, stream, 0);
    const carried: Carried = { slot: 0, sourced: false };
    try {
      for (let index = 0; index < m.spec.sublayers.length; index++) {
        const cache = this.#cache(index);
        const next = nextRun([this.branch], index, m.spec.sublayers.length);
        await runSublayer(m, index, at(this.branch, index), rows, [carried], { cache, next, signal });
      }
    } catch (error) {
      m.recorder.discard();
      throw error;
    }
  }

  #cache(index: number): Cache | undefined {
    const kv = this.#caches.get(index);
    return kv && { kv, rows: this.cacheRows };
  }
}

interface Token {
  readonly sequence: number;
  readonly id: number;
}

/** Where to find what follows each token of a step. */
interface Followed {
  readonly rows: readonly number[];
  readonly following: Promise<Following>;
}

/** A step that was begun before its tokens were known here. */
interface Ahead {
  /** Row and position of each sequence that goes on. */
  readonly places: Map<number, { readonly row: number; readonly start: number }>;
  readonly following: Promise<Following>;
}

function checkPrompts(prompts: readonly (readonly number[])[], context: number): void {
  for (const prompt of prompts) {
    if (prompt.length === 0)
      throw new LopperError('prompt-empty', 'The prompt has no tokens.', 'Type something for the model to continue.');
    if (prompt.length > context) {
      throw new LopperError(
        'prompt-too-long',
        `The prompt has ${prompt.length} tokens, the model's context ${context}.`,
        'Shorten the prompt.',
      );
    }
  }
}

/** Room for these prompts and their new tokens alone. */
function just(prompts: readonly (readonly number[])[], newTokens: number, context: number): Capacity {
  const rooms = prompts.map((prompt) => Math.min(prompt.length + newTokens, context));
  return { sequences: prompts.length, rows: rooms.reduce((a, b) => a + b, 0), length: Math.max(...rooms) };
}
