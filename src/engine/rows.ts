import type { ModelSpec } from '../model/spec';
import { TILE_ROWS } from './layout';
import type { TokenTree } from './tree';

/** The rows of one step, as the kernels read them; see shaders/attention.wgsl. */
export interface Rows {
  readonly count: number;
  readonly ids: Uint32Array<ArrayBuffer>;
  /** [count] position and row in the cache, with `LONG` where the row is of a long sequence. */
  readonly places: Uint32Array<ArrayBuffer>;
  /** [tiles] first row, rows, start of the path in keys, end of the run of tiles, from itself on, whose rows see its own. */
  readonly tiles: Uint32Array<ArrayBuffer>;
  readonly tileCount: number;
  /** Rows of the cache along each path, by position. */
  readonly keys: Uint32Array<ArrayBuffer>;
  /** The same object as long as keys are the same; absent where they are new each time. */
  readonly keysAre?: object;
  /** Most keys that a tile's rows see together, rounded up to 4. */
  readonly scoreStride: number;
  readonly maxPosition: number;
}

/** The bit of a row's place in the cache that says: of a sequence whose positions turn as those of long ones do. */
export const LONG = 2 ** 31;

/** Keys that a row sees at most: the widest window of a model's blocks, undefined where one of them sees all. */
export function widestWindow({ sublayers }: ModelSpec): number | undefined {
  const windows = sublayers.flatMap((s) => (s.kind === 'attn' ? [s.window ?? Number.POSITIVE_INFINITY] : []));
  const widest = Math.max(...windows);
  return Number.isFinite(widest) ? widest : undefined;
}

/** Tokens beyond which a model takes a sequence for a long one; undefined where it makes no difference. */
export const longBeyond = ({ rotaries }: ModelSpec): number | undefined => rotaries.find((r) => r.long)?.long?.beyond;

/** The rows of a whole tree, for a model. */
export const rowsFor = (spec: ModelSpec, tree: TokenTree): Rows =>
  treeRows(tree, widestWindow(spec), 0, tree.rows, longBeyond(spec));

/**
 * Rows [first, end) of a tree; cache rows are the tree's own row numbers.
 * @param beyond a sequence of more rows is a long one; `packTokens` keeps those apart from shorter ones
 */
export function treeRows(
  tree: TokenTree,
  window: number | undefined,
  first = 0,
  end = tree.rows,
  beyond?: number,
): Rows {
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
  if (beyond !== undefined) {
    for (const [c, length] of lengthsOf(tree).entries()) {
      const { start, end: stop } = tree.chains[c];
      for (let row = Math.max(start, first); length > beyond && row < Math.min(stop, end); row++) {
        places[2 * (row - first) + 1] += LONG;
      }
    }
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

/** For each chain, the rows of the longest sequence that goes through it. */
function lengthsOf({ chains, positions }: TokenTree): number[] {
  const lengths = chains.map(({ end }) => (positions[end - 1] ?? -1) + 1);
  for (let c = chains.length - 1; c >= 0; c--) {
    const { parent } = chains[c];
    if (parent >= 0) lengths[parent] = Math.max(lengths[parent], lengths[c]);
  }
  return lengths;
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
