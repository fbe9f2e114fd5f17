import type { Capacity } from './contract';

/** Rows of a pass, all of one sequence: positions [start, end). */
export interface Piece {
  readonly sequence: number;
  readonly start: number;
  readonly end: number;
}

/** What has to be computed of a prompt: nothing where it is the same as, or the beginning of, one added with it. */
export interface Added extends Piece {
  /** The sequence for which the last token is computed: this one, or one added with it. */
  readonly last: number;
}

interface Place {
  readonly ids: number[];
  /** Tokens read so far. */
  length: number;
  /** Tokens it has cache rows for. */
  readonly room: number;
}

/**
 * Which cache row holds each token of each sequence. A prompt takes over the rows of the longest beginning it shares
 * with a sequence that is here; rows are given back once the last sequence that has them is removed.
 */
export class Sequences {
  /** [sequences][length] cache rows by position. */
  readonly keys: Uint32Array<ArrayBuffer>;
  /** Another object each time `keys` has changed. */
  keysAre = {};
  readonly #places: (Place | undefined)[];
  readonly #free: number[];
  /** [rows] sequences that hold a row. */
  readonly #holders: Uint32Array;

  constructor(readonly capacity: Capacity) {
    const { sequences, rows, length } = capacity;
    this.keys = new Uint32Array(sequences * length);
    this.#places = new Array(sequences).fill(undefined);
    this.#free = Array.from({ length: rows }, (_, i) => rows - 1 - i); // the lowest is taken first
    this.#holders = new Uint32Array(rows);
  }

  /** Rows held now. */
  get used(): number {
    return this.capacity.rows - this.#free.length;
  }

  /** The rows of a sequence's list in `keys` start here. */
  list(sequence: number): number {
    return sequence * this.capacity.length;
  }

  /** Tokens of a sequence so far. Throws for a number that is none. */
  length(sequence: number): number {
    return this.#at(sequence).length;
  }

  room(sequence: number): number {
    return this.#at(sequence).room;
  }

  id(sequence: number, position: number): number {
    return this.#at(sequence).ids[position];
  }

  /**
   * Takes in as many of the prompts, in order, as there is room for, each with rows for `newTokens` more or as many as
   * the longest sequence may have. What is shared need not be computed, but for a prompt's last token: something must
   * give its logits. Throws for a prompt longer than any sequence may be.
   */
  add(prompts: readonly (readonly number[])[], newTokens: number): Added[] {
    const added: Added[] = [];
    this.keysAre = {};
    const computed = new Map<number, number>();
    for (const prompt of prompts) {
      const room = Math.min(prompt.length + newTokens, this.capacity.length);
      if (prompt.length > room) throw new Error(`${prompt.length} tokens where sequences have at most ${room}`);
      const { from, shared: same } = this.#match(prompt);
      const known = same === prompt.length ? computed.get(this.keys[this.list(from) + same - 1]) : undefined;
      const shared = known === undefined ? Math.min(same, prompt.length - 1) : same;
      const sequence = this.#places.indexOf(undefined);
      if (sequence < 0 || room - shared > this.#free.length) break;
      this.#places[sequence] = { ids: [...prompt], length: prompt.length, room };
      const list = this.list(sequence);
      for (let i = 0; i < room; i++) {
        const row = i < shared ? this.keys[this.list(from) + i] : this.#free.pop()!;
        this.#holders[row]++;
        this.keys[list + i] = row;
        if (i >= shared && i < prompt.length) computed.set(row, sequence);
      }
      added.push({ sequence, start: shared, end: prompt.length, last: known ?? sequence });
    }
    return added;
  }

  /** Ends a sequence; its number and the rows that are its own are free again. */
  remove(sequence: number): void {
    const { room } = this.#at(sequence);
    const list = this.list(sequence);
    for (let i = room - 1; i >= 0; i--) {
      const row = this.keys[list + i];
      if (--this.#holders[row] === 0) this.#free.push(row);
    }
    this.#places[sequence] = undefined;
  }

  /** Puts a token after a sequence's last; it counts once `advance` is called. */
  put(sequence: number, id: number): void {
    const place = this.#at(sequence);
    if (place.length >= place.room)
      throw new Error(`sequence ${sequence} was given room for ${place.room} tokens only`);
    place.ids[place.length] = id;
  }

  advance(sequence: number): void {
    this.#at(sequence).length++;
  }

  /** The sequence that shares most with a prompt, and how many tokens. */
  #match(prompt: readonly number[]): { from: number; shared: number } {
    let [from, shared] = [0, 0];
    for (const [s, place] of this.#places.entries()) {
      if (!place) continue;
      const most = Math.min(place.length, prompt.length);
      let same = 0;
      while (same < most && place.ids[same] === prompt[same]) same++;
      if (same > shared) [from, shared] = [s, same];
    }
    return { from, shared };
  }

  #at(sequence: number): Place {
    const place = this.#places[sequence];
    if (!place) throw new Error(`there is no sequence ${sequence}`);
    return place;
  }
}
