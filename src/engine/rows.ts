import { TILE_ROWS } from './layout';
import type { TokenTree } from './tree';

/** The rows of one step, as the kernels read them; see shaders/attention.wgsl. */
export interface Rows {
  readonly count: number;
  readonly ids: Uint32Array<ArrayBuffer>;
  /** [count] position and row in the cache. */
  readonly places: Uint32Array<ArrayBuffer>;
  /** [tiles] first row, rows, start of the path in keys, end of the run of tiles, from itself on, whose rows see its own. */
  readonly tiles: Uint32Array<ArrayBuffer>;
  readonly tileCount: number;
  /** Rows of the cache along each path, by position. */
  readonly keys: Uint32Array<ArrayBuffer>;
  /** Most keys that a tile's rows see together, rounded up to 4. */
  readonly scoreStride: number;
  readonly maxPosition: number;
}

/** Rows [first, end) of a tree; cache rows are the tree's own row numbers. */
export function treeRows(tree: TokenTree, window: number | undefined, first = 0, end = tree.rows): Rows {
  const places = new Uint32Array(2 * (end - first));
  for (let i = first; i < end; i++) {
    places[2 * (i - first)] = tree.positions[i];
    places[2 * (i - first) + 1] = i;
  }
  const tiles: number[] = [];
  const keys: number[] = [];
  const own: { chain: number; begin: number; end: number }[] = [];
  let scoreStride = 4;
  for (const [c, chain] of tree.chains.entries()) {
    const start = Math.max(chain.start, first);
    const stop = Math.min(chain.end, end);
    if (start >= stop) continue;
    const [list, begin] = [keys.length, tiles.length / 4];
    for (const row of pathOf(tree, c)) keys.push(row);
    for (let row = start; row < stop; row += TILE_ROWS) {
      const rows = Math.min(TILE_ROWS, stop - row);
      tiles.push(row - first, rows, list, 0);
      scoreStride = Math.max(scoreStride, room(tree.positions[row], rows, window));
    }
    own.push({ chain: c, begin, end: tiles.length / 4 });
  }
  // Rows are laid out depth first: after a chain's tiles come those of the chains below it.
  const seenUntil = tree.chains.map(() => 0);
  for (const { chain, begin, end } of own.reverse()) {
    seenUntil[chain] = Math.max(seenUntil[chain], end);
    const { parent } = tree.chains[chain];
    if (parent >= 0) seenUntil[parent] = Math.max(seenUntil[parent], seenUntil[chain]);
    for (let tile = begin; tile < end; tile++) tiles[4 * tile + 3] = seenUntil[chain];
  }
  return {
    count: end - first,
    ids: tree.ids.slice(first, end) as Uint32Array<ArrayBuffer>,
    places,
    tiles: Uint32Array.from(tiles),
    tileCount: tiles.length / 4,
    keys: Uint32Array.from(keys),
    scoreStride,
    maxPosition: places.reduce((top, p, i) => (i % 2 === 0 ? Math.max(top, p) : top), 0),
  };
}

/** Rows of a chain and of all above it, from the root down. */
export function pathOf(tree: TokenTree, chain: number): number[] {
  const up: number[] = [];
  for (let c = chain; c >= 0; c = tree.chains[c].parent) up.push(c);
  const path: number[] = [];
  for (const c of up.reverse()) for (let row = tree.chains[c].start; row < tree.chains[c].end; row++) path.push(row);
  return path;
}

/** Keys that a tile of `rows` rows from `position` on needs room for. */
export function room(position: number, rows: number, window: number | undefined): number {
  const base = window && position + 1 > window ? (position + 1 - window) & ~3 : 0;
  return Math.ceil((position + rows - base) / 4) * 4;
}
