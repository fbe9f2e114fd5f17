import { TILE_ROWS } from './layout';
import { LONG, type Rows, room } from './rows';
import type { Piece, Sequences } from './sequences';

/** Prompt rows that go through the model together. */
export const PREFILL_ROWS = 512;

/** Pieces in their order, cut where a pass is full. */
export function* passes(pieces: readonly Piece[]): Generator<Piece[]> {
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
export function rowsOf(
  pieces: readonly Piece[],
  sequences: Sequences,
  window: number | undefined,
  long: boolean,
): Rows {
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
