import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { expectFailure } from '../../formats/testing';
import { parseDropList } from '../../pruning/drop-list';
import { type KnownMasks, knownLoss, tableMasks } from '../../pruning/known-masks';
import { maskFromSublayers } from '../../pruning/mask';
import { lossTableBytes, readLossTables } from './loss-tables';
import { readShipped, SHIPPED_RESULTS } from './shipped-file';

describe('tables of losses', () => {
  const heads = [{ of: 'attn' }, { of: 'few', most: 2 }] as const;
  const numbers = (n: number, step: number) => Float32Array.from({ length: n }, (_, i) => (i - 2) * step);
  const tables = heads.map((head) => {
    const n = tableMasks(3, head).length;
    return { ...head, added: numbers(n, 0.25), half: numbers(n, 0.01).map(Math.abs) };
  });

  it('come back, the losses to the bit and their half-widths within 3%', () => {
    const read = readLossTables(lossTableBytes(tables), 3, heads);
    for (const [t, { added, half, of }] of read.entries()) {
      expect(of).toBe(heads[t]!.of);
      expect(added).toEqual(tables[t]!.added);
      for (const [i, x] of half.entries()) expect(Math.abs(x - tables[t]!.half[i]!)).toBeLessThanOrEqual(0.03 * x);
    }
  });

  it('keep what was not measured apart from what costs nothing', () => {
    const [read] = readLossTables(
      lossTableBytes([{ added: Float32Array.of(0, Number.NaN), half: Float32Array.of(0, Number.NaN) }]),
      1,
      [{ of: 'attn' }],
    );
    expect([...read!.added, ...read!.half]).toEqual([0, Number.NaN, 0, Number.NaN]);
  });

  it('that were cut short are refused', async () => {
    const cut = lossTableBytes(tables).subarray(1);
    await expectFailure(() => readLossTables(cut, 3, heads), 'result-invalid', `${cut.length} bytes`);
  });
});

describe('the tables that ship with Sapling', () => {
  const { tables, model, influence, score } = readShipped(readFileSync(`public/${SHIPPED_RESULTS}`, 'utf8'));
  const { blocks } = model;
  const bytes = readFileSync(`public/${SHIPPED_RESULTS.replace(/[^/]+$/, tables!.file)}`);
  const known: KnownMasks = { blocks, tables: readLossTables(bytes, blocks, tables!.of), listed: [] };
  const loss = (drop: string) => knownLoss(known, maskFromSublayers(blocks, parseDropList(drop, blocks)));

  it('say of every single layer and block what leave-one-out says', () => {
    for (const unit of ['attn', 'ffn', 'block'] as const) {
      const { values } = influence.find((report) => report.metric === 'loo-loss' && report.unit === unit)!;
      for (const [block, value] of values.entries()) {
        expect(loss(`${unit}:${block}`)!.added).toBeCloseTo(value - score.loss, 4);
      }
    }
  });

  it('answer the first two clicks, whatever is clicked', () => {
    for (const drop of ['attn:0', 'ffn:11', 'attn:3,ffn:3', 'attn:2,ffn:9', 'ffn:0,11']) {
      expect(loss(drop)?.added, drop).toBeTypeOf('number');
    }
  });
});
