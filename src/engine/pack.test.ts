import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { packTokens } from './pack';
import { LONG, treeRows } from './rows';
import { sight } from './testing/oracle';
import type { Sequence } from './tree';

/** Few different tokens, so that prefixes are shared often. */
const sequences: fc.Arbitrary<Sequence[]> = fc.array(
  fc
    .record({
      ids: fc.array(fc.nat(2), { minLength: 1, maxLength: 12 }),
      from: fc.nat(12),
      endIsTarget: fc.boolean(),
    })
    .map(({ ids, from, endIsTarget }) => ({ ids, scoreFrom: Math.min(1 + from, ids.length), endIsTarget })),
  { minLength: 1, maxLength: 8 },
);
const check = (property: (list: Sequence[]) => void) =>
  fc.assert(fc.property(sequences, property), { numRuns: 300, seed: 7 });

/** The tokens that get rows. */
const rowsOf = (s: Sequence) => (s.endIsTarget ? s.ids.slice(0, -1) : s.ids);

describe('packTokens', () => {
  it('keeps every sequence: what its last row sees are its tokens, at positions counted from 0', () =>
    check((list) => {
      const tree = packTokens(list);
      const seen = sight(tree);
      for (const [s, sequence] of list.entries()) {
        const path = tree.lastRows[s] < 0 ? [] : seen[tree.lastRows[s]];
        expect(path.map((row) => tree.ids[row])).toEqual(rowsOf(sequence));
        expect(path.map((row) => tree.positions[row])).toEqual(path.map((_, i) => i));
      }
    }));

  it('stores no prefix twice and nothing besides', () =>
    check((list) => {
      const tree = packTokens(list);
      const prefixes = new Set<string>();
      for (const s of list) {
        const ids = rowsOf(s);
        for (let end = 1; end <= ids.length; end++) prefixes.add(ids.slice(0, end).join());
      }
      expect(tree.rows).toBe(prefixes.size);
      const stored = sight(tree).map((path) => path.map((row) => tree.ids[row]).join());
      expect(new Set(stored)).toEqual(prefixes);
    }));

  it('puts every row after the rows it sees, and every row in one chain', () =>
    check((list) => {
      const tree = packTokens(list);
      for (const path of sight(tree)) expect([...path].sort((a, b) => a - b)).toEqual(path);
      expect(tree.chains.flatMap((c) => Array.from({ length: c.end - c.start }, (_, i) => c.start + i))).toEqual(
        Array.from({ length: tree.rows }, (_, i) => i),
      );
      for (const [i, c] of tree.chains.entries()) expect(c.parent).toBeLessThan(i);
    }));

  it('pairs each scored token with the row before it', () =>
    check((list) => {
      const tree = packTokens(list);
      const seen = sight(tree);
      for (const [s, { ids, scoreFrom }] of list.entries()) {
        expect(tree.pairs[s].length).toBe(ids.length - scoreFrom);
        for (const [i, pair] of tree.pairs[s].entries()) {
          const before = seen[tree.scored.rows[pair]].map((row) => tree.ids[row]);
          expect(before).toEqual(ids.slice(0, scoreFrom + i));
          expect(tree.scored.targets[pair]).toBe(ids[scoreFrom + i]);
        }
      }
    }));

  it('scores a pair that several sequences ask for once', () =>
    check((list) => {
      const { scored } = packTokens(list);
      const pairs = Array.from(scored.rows, (row, i) => `${row}:${scored.targets[i]}`);
      expect(new Set(pairs).size).toBe(pairs.length);
    }));

  it('gives the endings of a question no rows beyond those that predict', () => {
    const question = [5, 6, 7];
    const endings = [[8], [9], [10, 11]];
    const tree = packTokens(endings.map((e) => ({ ids: [...question, ...e], scoreFrom: 3, endIsTarget: true })));
    expect(Array.from(tree.ids)).toEqual([5, 6, 7, 10]);
    expect(Array.from(tree.scored.rows)).toEqual([2, 2, 2, 3]);
    expect(Array.from(tree.scored.targets)).toEqual([8, 9, 10, 11]);
    expect(tree.lastRows).toEqual([2, 2, 3]);
  });

  it('lets equal sequences share everything', () => {
    const one = packTokens([{ ids: [1, 2, 3], scoreFrom: 1 }]);
    const three = packTokens(Array.from({ length: 3 }, () => ({ ids: [1, 2, 3], scoreFrom: 1 })));
    expect({ ...three, pairs: one.pairs, lastRows: one.lastRows }).toEqual(one);
    expect(three.pairs).toEqual([one.pairs[0], one.pairs[0], one.pairs[0]]);
  });

  it('takes vocabularies of 16 million tokens and more rows than fit in 16 bits', () => {
    const far = 2 ** 24 - 1;
    const ids = Array.from({ length: 70_000 }, (_, i) => i);
    const tree = packTokens([
      { ids: [...ids, far], scoreFrom: ids.length },
      { ids: [...ids, 0], scoreFrom: ids.length },
    ]);
    expect(Array.from(tree.scored.targets)).toEqual([far, 0]);
    expect(tree.rows).toBe(70_002);
  });

  it('gives no rows to no sequences', () => {
    expect(packTokens([]).rows).toBe(0);
    expect(packTokens([{ ids: [4], scoreFrom: 1, endIsTarget: true }])).toMatchObject({ rows: 0, lastRows: [-1] });
  });
});

describe('sequences beyond a length', () => {
  it('share nothing with shorter ones, and are told by a bit of their rows', () =>
    check((list) => {
      const beyond = 5;
      const tree = packTokens(list, beyond);
      const { places } = treeRows(tree, undefined, 0, tree.rows, beyond);
      const seen = sight(tree);
      for (const [s, sequence] of list.entries()) {
        const path = tree.lastRows[s] < 0 ? [] : seen[tree.lastRows[s]];
        expect(path.map((row) => tree.ids[row])).toEqual(rowsOf(sequence));
        for (const row of path) {
          const isLong = path.length > beyond;
          expect(places[2 * row + 1]).toBe(row + (isLong ? LONG : 0));
        }
      }
    }));
});
