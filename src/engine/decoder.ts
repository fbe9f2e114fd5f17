import { LopperError, throwIfCancelled } from '../errors';
import type { Buffer } from '../gpu/gpu';
import { sublayerAt } from '../model/units';
import { at, type Branch, nextRun, runs } from './branch';
import type { Capacity, DecoderContract, DecoderOptions, RunOptions } from './contract';
import { BEST_AT, findLikeliest, planLikeliest, STATE_BYTES } from './greedy';
import { logitBuffers, logitsOf, rowsPerRead } from './head';
import { decodingKernels, walkKernels } from './kernels/compile';
import { padded, TILE_ROWS } from './layout';
import type { Machine } from './machine';
import { largestRank, someMerged } from './modules';
import { LONG, longBeyond, type Rows, room, widestWindow } from './rows';
import { type Piece, Sequences } from './sequences';
import { type Cache, type Carried, runSublayer } from './sublayer';
import { checkContext, embedRows, planRows, uploadRows } from './working-buffers';

/** Prompt rows that go through the model together. */
const PREFILL_ROWS = 512;

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
      const ahead = options.ahead ?? (!gpu.facts.software && !m.residency.streamed);
      if (ahead && options.likeliest) {
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

  async step(
    tokens: readonly { readonly sequence: number; readonly id: number }[],
    signal?: AbortSignal,
  ): Promise<void> {
    const { context } = this.m.spec;
    if (tokens.length === 0) return;
    const pieces = tokens.map(({ sequence, id }): Piece => {
      const start = this.sequences.length(sequence);
      if (start >= context) {
        throw new LopperError(
          'prompt-too-long',
          `The text has reached the model's context of ${context} tokens.`,
          'Start again with a shorter prompt.',
        );
      }
      this.sequences.put(sequence, id);
      return { sequence, start, end: start + 1 };
    });
    if (this.onlyLikeliest) {
      const found = await this.#stepLikeliest(tokens, pieces, signal);
      for (const [i, { sequence }] of tokens.entries()) this.likeliest[sequence] = found[i];
    } else {
      await this.#planRead(tokens.length);
      await this.#run(pieces, signal);
      await this.#read(
        tokens.length,
        tokens.map(({ sequence }, row) => ({ sequence, row })),
        signal,
      );
    }
    for (const { sequence } of tokens) this.sequences.advance(sequence);
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

  /** What is likeliest after each of some tokens: of the step that was begun ahead, where it is this one, else of a new one. */
  async #stepLikeliest(
    tokens: readonly { readonly sequence: number; readonly id: number }[],
    pieces: readonly Piece[],
    signal?: AbortSignal,
  ): Promise<(number | undefined)[]> {
    throwIfCancelled(signal);
    const ahead = this.#ahead;
    this.#ahead = undefined;
    let [rows, reading] = [tokens.map((_, row) => row), ahead?.reading];
    const isThis = ({ sequence, start }: Piece) => ahead?.places.get(sequence)?.start === start;
    if (pieces.every(isThis) && tokens.every(({ sequence, id }) => this.likeliest[sequence] === id)) {
      rows = tokens.map(({ sequence }) => ahead!.places.get(sequence)!.row);
    } else {
      reading = (await this.#begin(pieces, undefined, signal)).reading;
    }
    await this.#goAhead(pieces, rows);
    const found = await reading!;
    throwIfCancelled(signal);
    return rows.map((row) => found[row]);
  }

  /** Begins a step: its tokens as the pieces have them, or the best of rows of the step before. */
  async #begin(
    pieces: readonly Piece[],
    from: readonly number[] | undefined,
    signal?: AbortSignal,
  ): Promise<Pick<Ahead, 'reading'>> {
    const { m } = this;
    await this.#planRead(pieces.length);
    await this.#run(pieces, signal, from);
    const list = pieces.map((_, row) => row);
    const { states, read } = findLikeliest(m, m.scratch.get('stream'), pieces.length, list, signal);
    if (this.#bests) m.recorder.copy(states, 0, this.#bests, 0, pieces.length * STATE_BYTES);
    const reading = read();
    reading.catch(() => undefined); // told where it is waited for
    return { reading };
  }

  /** Begins the step after this one, where every text has room for it and this one is submitted whole. */
  async #goAhead(pieces: readonly Piece[], rows: readonly number[]): Promise<void> {
    const { m, sequences } = this;
    const fits = pieces.every(({ sequence, end }) => end < Math.min(sequences.room(sequence), m.spec.context));
    if (!this.#bests || !fits || !m.recorder.settled) return;
    const next = pieces.map(({ sequence, end }) => ({ sequence, start: end, end: end + 1 }));
    const { reading } = await this.#begin(next, rows);
    this.#ahead = { places: new Map(next.map(({ sequence, start }, row) => [sequence, { row, start }])), reading };
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
    const stream = m.scratch.get('stream');
    const list = [...new Set(asked.map((a) => a.row))];
    if (this.onlyLikeliest) {
      if (list.length === 0) return m.recorder.flush(signal);
      const found = await findLikeliest(m, stream, rows, list, signal).read();
      for (const { sequence, row } of asked) this.likeliest[sequence] = found[list.indexOf(row)];
    } else {
      const [found] = await logitsOf(m, { stream, slots: [0], rows }, list, this.#rowsPerRead(list.length), signal);
      for (const { sequence, row } of asked) this.logits[sequence] = found[list.indexOf(row)];
    }
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
    else await m.scratch.plan(logitBuffers(m.spec, rows, this.#rowsPerRead(rows)));
  }

  #rowsPerRead(rows: number): number {
    return rowsPerRead(this.m.spec, this.m.gpu.facts.limits.maxStorageBufferBindingSize, rows);
  }

  async #planStream(rows: number): Promise<void> {
    const bytes = rows * padded(this.m.spec.width) * 4;
    await this.m.scratch.plan({ stream: bytes, ...(this.m.spec.parallel ? { source: bytes } : {}) });
  }

  /** One pass of the branch over the rows of some pieces, in slot 0. */
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
    for (let index = 0; index < m.spec.sublayers.length; index++) {
      const cache = this.#cache(index);
      const next = nextRun([this.branch], index, m.spec.sublayers.length);
      await runSublayer(m, index, at(this.branch, index), rows, [carried], { cache, next, signal });
    }
  }

  #cache(index: number): Cache | undefined {
    const kv = this.#caches.get(index);
    return kv && { kv, rows: this.cacheRows };
  }
}

/** A step that was begun before its tokens were known here. */
interface Ahead {
  /** Row and position of each sequence that goes on. */
  readonly places: Map<number, { readonly row: number; readonly start: number }>;
  readonly reading: Promise<(number | undefined)[]>;
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

/** Pieces in their order, cut where a pass is full. */
function* passes(pieces: readonly Piece[]): Generator<Piece[]> {
  let pass: Piece[] = [];
  let left = PREFILL_ROWS;
  for (let { sequence, start, end } of pieces) {
    while (start < end) {
      const stop = Math.min(end, start + left);
      pass.push({ sequence, start, end: stop });
      left -= stop - start;
      start = stop;
      if (left > 0) continue;
      yield pass;
      pass = [];
      left = PREFILL_ROWS;
    }
  }
  if (pass.length > 0) yield pass;
}

/** The rows of some pieces, one piece after the other. */
function rowsOf(pieces: readonly Piece[], sequences: Sequences, window: number | undefined, long: boolean): Rows {
  const count = pieces.reduce((sum, { start, end }) => sum + end - start, 0);
  const ids = new Uint32Array(count);
  const places = new Uint32Array(2 * count);
  const tiles: number[] = [];
  let scoreStride = 4;
  let maxPosition = 0;
  let row = 0;
  for (const { sequence, start, end } of pieces) {
    const list = sequences.list(sequence);
    for (let position = start; position < end; position++, row++) {
      ids[row] = sequences.id(sequence, position);
      places[2 * row] = position;
      places[2 * row + 1] = sequences.keys[list + position] + (long ? LONG : 0);
      if ((position - start) % TILE_ROWS > 0) continue;
      const rows = Math.min(TILE_ROWS, end - position);
      tiles.push(row, rows, list, 0);
      scoreStride = Math.max(scoreStride, room(position, rows, window));
    }
    maxPosition = Math.max(maxPosition, end - 1);
  }
  return {
    ...{ count, ids, places, tiles: Uint32Array.from(tiles), tileCount: tiles.length / 4 },
    ...{ keys: sequences.keys, keysAre: sequences.keysAre, scoreStride, maxPosition },
  };
}
