import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TILE_ROWS } from './layout';
import { packTokens } from './pack';
import { treeRows } from './rows';
import { sight } from './testing/oracle';

const cases = fc.record({
  list: fc.array(fc.array(fc.nat(2), { minLength: 1, maxLength: 30 }), { minLength: 1, maxLength: 6 }),
  window: fc.option(fc.integer({ min: 1, max: 12 }), { nil: undefined }),
  cuts: fc.array(fc.nat(100), { maxLength: 3 }),
});
type Case = typeof cases extends fc.Arbitrary<infer T> ? T : never;
const check = (property: (c: Case) => void) => fc.assert(fc.property(cases, property), { numRuns: 200, seed: 3 });
const pack = (list: number[][]) => packTokens(list.map((ids) => ({ ids, scoreFrom: ids.length })));

/** The tiles of some rows as objects. */
const tilesOf = (rows: ReturnType<typeof treeRows>) =>
  Array.from({ length: rows.tileCount }, (_, i) => {
    const [row, count, path, seenUntil] = rows.tiles.subarray(4 * i, 4 * i + 4);
    return { row, count, path, seenUntil };
  });

describe('treeRows', () => {
  it('says for each tile which tiles see it: those from itself on to some end, and no others', () =>
    check(({ list }) => {
      const tree = pack(list);
      const tiles = tilesOf(treeRows(tree, undefined));
      const seen = sight(tree);
      for (const [i, { row, seenUntil }] of tiles.entries()) {
        const seeing = tiles.flatMap((t, j) => (seen[t.row + t.count - 1].includes(row) ? [j] : []));
        expect(seeing).toEqual(Array.from({ length: seenUntil - i }, (_, k) => i + k));
      }
    }));

  it('covers every row with exactly one tile, each within a chain', () =>
    check(({ list, window }) => {
      const tree = pack(list);
      const tiles = tilesOf(treeRows(tree, window));
      const covered = tiles.flatMap((t) => Array.from({ length: t.count }, (_, i) => t.row + i));
      expect(covered).toEqual(Array.from({ length: tree.rows }, (_, i) => i));
      for (const t of tiles) {
        expect(t.count).toBeLessThanOrEqual(TILE_ROWS);
        expect(tree.chains.some((c) => c.start <= t.row && t.row + t.count <= c.end)).toBe(true);
      }
    }));

  it("lists each tile's keys by position: what its rows see, window or not", () =>
    check(({ list, window }) => {
      const tree = pack(list);
      const rows = treeRows(tree, window);
      const seen = sight(tree, window);
      for (const t of tilesOf(rows)) {
        for (let row = t.row; row < t.row + t.count; row++) {
          const keys = seen[row].map((r) => rows.keys[t.path + tree.positions[r]]);
          expect(keys).toEqual(seen[row]);
        }
      }
    }));

  it('holds room for the keys that the rows of a tile see together, and with a window not much more', () =>
    check(({ list, window }) => {
      const tree = pack(list);
      const rows = treeRows(tree, window);
      const seen = sight(tree, window);
      expect(rows.scoreStride % 4).toBe(0);
      for (const t of tilesOf(rows)) {
        // The kernels begin at a multiple of 4 at or below the first key seen.
        const first = tree.positions[seen[t.row][0]];
        const last = tree.positions[t.row + t.count - 1];
        expect(rows.scoreStride).toBeGreaterThanOrEqual(last + 1 - (first - (first % 4)));
      }
      if (window) expect(rows.scoreStride).toBeLessThanOrEqual(window + TILE_ROWS + 6);
    }));

  it('gives the same rows, places and keys when taken in several ranges', () =>
    check(({ list, window, cuts }) => {
      const tree = pack(list);
      const whole = treeRows(tree, window);
      const seen = sight(tree, window);
      const bounds = [0, ...cuts.map((c) => c % (tree.rows + 1)).sort((a, b) => a - b), tree.rows];
      const ids: number[] = [];
      const places: number[] = [];
      for (let i = 0; i + 1 < bounds.length; i++) {
        const part = treeRows(tree, window, bounds[i], bounds[i + 1]);
        expect(part.count).toBe(bounds[i + 1] - bounds[i]);
        ids.push(...part.ids);
        places.push(...part.places);
        const covered = new Set<number>();
        for (const t of tilesOf(part)) {
          for (let r = t.row; r < t.row + t.count; r++) {
            covered.add(r);
            const row = bounds[i] + r;
            expect(seen[row].map((s) => part.keys[t.path + tree.positions[s]])).toEqual(seen[row]);
            expect(part.scoreStride).toBeGreaterThanOrEqual(seen[row].length);
          }
        }
        expect(covered.size).toBe(part.count);
      }
      expect(ids).toEqual([...whole.ids]);
      expect(places).toEqual([...whole.places]);
    }));

  it('knows the largest position, which decides whether the text fits', () => {
    const tree = pack([[1, 2, 3], [1, 2, 4, 5, 6], [9]]);
    expect(treeRows(tree, undefined).maxPosition).toBe(4);
    expect(treeRows(tree, undefined, 0, 2).maxPosition).toBe(1);
  });
});
