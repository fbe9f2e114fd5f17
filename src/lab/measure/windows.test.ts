import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cutWindows, layOutWindows } from './windows';

const model = {
  vocabulary: 100,
  context: 64,
  encode: (text: string) => Array.from(text, (c) => c.charCodeAt(0) % 100),
};

describe('windows of a calibration text', () => {
  it('cuts without overlap and keeps a last short window that predicts something', () => {
    expect(cutWindows({ text: 'abcdefgh', seqLen: 3 }, model).map((w) => w.length)).toEqual([3, 3, 2]);
    expect(cutWindows({ text: 'abcdefg', seqLen: 3 }, model).map((w) => w.length)).toEqual([3, 3]);
    expect(cutWindows({ text: 'abcdefgh', seqLen: 3 }, model).flat()).toEqual(model.encode('abcdefgh'));
    expect(cutWindows({ text: 'abcdefgh', seqLen: 3, maxWindows: 1 }, model)).toHaveLength(1);
  });

  it.each([
    [{ text: 'a', seqLen: 4 }, 'text-too-short', '1 token '],
    [{ text: '', seqLen: 4 }, 'text-too-short', '0 tokens'],
    [{ text: 'abc', seqLen: 1 }, 'usage', '1 token'],
    [{ text: 'abc', seqLen: 65 }, 'usage', '64 tokens'],
    [{ text: 'abc', seqLen: Number.NaN }, 'usage', 'NaN'],
    [{ ids: [] }, 'ids-invalid', 'not a list of windows'],
    [{ ids: [[1, 2], [3]] }, 'ids-invalid', 'Window 1'],
    [{ ids: [[1, 100]] }, 'ids-invalid', 'Id 100 at place 1 of window 0'],
    [{ ids: [[1, -1]] }, 'ids-invalid', 'Id -1'],
    [{ ids: [[1, 1.5]] }, 'ids-invalid', 'Id 1.5'],
    [{ ids: [Array.from({ length: 65 }, () => 1)] }, 'ids-invalid', '65 ids'],
  ])('refuses %j, naming what is wrong', (calibration, code, part) => {
    expect(() => cutWindows(calibration, model)).toThrow(
      expect.objectContaining({ code, message: expect.stringContaining(part) }),
    );
  });

  it('says that a tokenizer is missing rather than guess', () => {
    expect(() => cutWindows({ text: 'abc', seqLen: 3 }, { vocabulary: 9, context: 9 })).toThrow(
      expect.objectContaining({ code: 'tokenizer-missing' }),
    );
  });
});

describe('windows laid side by side', () => {
  it('every window is whole, apart from its neighbours, and scored from its second token on', () => {
    const windows = fc.array(fc.array(fc.nat(99), { minLength: 2, maxLength: 20 }), { minLength: 1, maxLength: 12 });
    fc.assert(
      fc.property(windows, fc.integer({ min: 1, max: 50 }), (all, maxRows) => {
        const trees = layOutWindows(all, maxRows);
        const seen: number[][] = [];
        for (const { tree, first } of trees) {
          expect(first).toBe(seen.length);
          expect(tree.chains.length === 1 || tree.rows <= maxRows).toBe(true);
          for (const [w, chain] of tree.chains.entries()) {
            expect(chain.parent).toBe(-1);
            const ids = [...tree.ids.slice(chain.start, chain.end)];
            expect([...tree.positions.slice(chain.start, chain.end)]).toEqual(ids.map((_, i) => i));
            const pairs = [...tree.pairs[w]!];
            expect(pairs.map((p) => tree.scored.targets[p])).toEqual(ids.slice(1));
            expect(pairs.map((p) => tree.scored.rows[p])).toEqual(ids.slice(1).map((_, i) => chain.start + i));
            expect(tree.lastRows[w]).toBe(chain.end - 1);
            seen.push(ids);
          }
        }
        expect(seen).toEqual(all);
      }),
    );
  });

  it('begin with few rows where asked, and grow to as many as ever', () => {
    const windows = Array.from({ length: 24 }, () => Array.from({ length: 10 }, () => 1));
    const rows = layOutWindows(windows, 80, 15).map(({ tree }) => tree.rows);
    expect(rows).toEqual([10, 30, 60, 80, 60]);
    expect(layOutWindows(windows, 80, 500).map(({ tree }) => tree.rows)).toEqual([80, 80, 80]);
  });
});
