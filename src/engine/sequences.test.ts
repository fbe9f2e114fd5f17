import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Capacity } from './contract';
import { Sequences } from './sequences';

const roomy: Capacity = { sequences: 8, rows: 100, length: 20 };
/** Cache rows of a sequence's tokens, by position. */
const rowsOf = (s: Sequences, sequence: number, end = s.length(sequence)) =>
  Array.from(s.keys.subarray(s.list(sequence), s.list(sequence) + end));

describe('sequences in a cache', () => {
  it('take over the rows of the longest beginning they share', () => {
    const s = new Sequences(roomy);
    const [a, b, c] = s.add(
      [
        [1, 2, 3, 4],
        [1, 2, 9],
        [1, 2, 9, 7],
      ],
      0,
    );
    expect([a, b, c]).toMatchObject([
      { start: 0, end: 4 },
      { start: 2, end: 3 },
      { start: 3, end: 4 },
    ]);
    expect(s.used).toBe(6);
    expect(rowsOf(s, c.sequence).slice(0, 3)).toEqual(rowsOf(s, b.sequence));
  });

  it('give a prompt that is here already its last token anew, unless that one is being computed with it', () => {
    const s = new Sequences(roomy);
    const [, same] = s.add(
      [
        [5, 6, 7],
        [5, 6],
      ],
      1,
    );
    expect(same).toMatchObject({ start: 2, end: 2, last: 0 });
    const [later] = s.add([[5, 6]], 1);
    expect(later).toMatchObject({ start: 1, end: 2, last: later.sequence });
  });

  it('keep a shared beginning until the last that has it is removed, and then give all rows back', () => {
    const s = new Sequences(roomy);
    const [a, b] = s.add(
      [
        [1, 2, 3],
        [1, 2, 4],
      ],
      5,
    );
    expect(s.used).toBe(2 + 6 + 6);
    s.remove(a.sequence);
    expect(s.used).toBe(2 + 6);
    const [c] = s.add([[1, 2, 5]], 5);
    expect(c).toMatchObject({ sequence: a.sequence, start: 2 });
    s.remove(b.sequence);
    s.remove(c.sequence);
    expect(s.used).toBe(0);
  });

  it('share what was generated too, once it has been read', () => {
    const s = new Sequences(roomy);
    s.add([[1, 2]], 3);
    s.put(0, 8);
    expect(s.add([[1, 2, 8, 9]], 0)).toMatchObject([{ start: 2 }]);
    s.advance(0);
    expect(s.add([[1, 2, 8, 7]], 0)).toMatchObject([{ start: 3 }]);
  });

  it('take in as many as there is room for, and refuse a token beyond what was asked for', () => {
    const s = new Sequences({ sequences: 3, rows: 10, length: 8 });
    expect(s.add([[1], [2], [3]], 3)).toHaveLength(2); // four rows each
    s.remove(0);
    expect(s.add([[4], [5]], 3)).toHaveLength(1);
    expect(new Sequences({ sequences: 1, rows: 50, length: 8 }).add([[1], [2]], 0)).toHaveLength(1);
    for (let i = 0; i < 3; i++) {
      s.put(1, i);
      s.advance(1);
    }
    expect(() => s.put(1, 9)).toThrow('room');
    expect(() => s.add([[1, 2, 3, 4, 5, 6, 7, 8, 9]], 0)).toThrow('at most 8');
  });

  it('never give two texts that differ the same row, whatever comes and goes', () => {
    const step = fc.oneof(
      fc.record({ prompt: fc.array(fc.nat(1), { minLength: 1, maxLength: 6 }), more: fc.nat(3) }),
      fc.record({ remove: fc.nat(20) }),
      fc.record({ grow: fc.nat(20), id: fc.nat(1) }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const s = new Sequences({ sequences: 4, rows: 24, length: 8 });
        const live = new Map<number, number[]>();
        for (const now of steps) {
          const pick = (n: number) => [...live.keys()][n % Math.max(1, live.size)];
          if ('prompt' in now) {
            for (const { sequence } of s.add([now.prompt], now.more)) {
              expect(live.has(sequence)).toBe(false);
              live.set(sequence, [...now.prompt]);
            }
          } else if (live.size === 0) continue;
          else if ('remove' in now) {
            s.remove(pick(now.remove));
            live.delete(pick(now.remove));
          } else if (s.length(pick(now.grow)) < s.room(pick(now.grow))) {
            s.put(pick(now.grow), now.id);
            s.advance(pick(now.grow));
            live.get(pick(now.grow))!.push(now.id);
          }
          // A row stands for one text: that up to and with its token. Rows still to be written are one sequence's own.
          const texts = new Map<number, string>();
          for (const [sequence, ids] of live) {
            for (const [i, row] of rowsOf(s, sequence, s.room(sequence)).entries()) {
              const text = i < ids.length ? ids.slice(0, i + 1).join() : `${sequence} at ${i}`;
              expect(texts.get(row) ?? text).toBe(text);
              texts.set(row, text);
            }
          }
          expect(s.used).toBe(texts.size);
        }
        for (const sequence of live.keys()) s.remove(sequence);
        expect(s.used).toBe(0);
      }),
      { numRuns: 300, seed: 5 },
    );
  });
});
