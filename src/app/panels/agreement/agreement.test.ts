import { describe, expect, it } from 'vitest';
import type { InfluenceMetric, InfluenceReport } from '../../../lab/contract';
import type { UnitKind } from '../../../model/units';
import type { Measured } from '../../store/measured';
import { endsWords, multiplesSummary, multiplesTable } from './agreement-words';
import { measuredMetrics, namedUnits } from './measured';
import { furthest, ordinal, slopesOf } from './slope-layout';

describe('two orders side by side', () => {
  it('place every unit by who goes first, ties by index', () => {
    expect(slopesOf([0.3, 0.1, 0.2], [5, 5, 1])).toEqual([
      { unit: 1, left: 1, right: 3 },
      { unit: 2, left: 2, right: 1 },
      { unit: 0, left: 3, right: 2 },
    ]);
  });

  it('leave out a unit without a value in one of them', () => {
    expect(slopesOf([1, Number.NaN, 3], [3, 2, 1]).map((s) => [s.unit, s.left, s.right])).toEqual([
      [0, 1, 2],
      [2, 2, 1],
    ]);
  });

  it('name the units that move furthest', () => {
    const slopes = slopesOf([1, 2, 3, 4], [4, 2, 3, 1]);
    expect(furthest(slopes, 2).map((s) => s.unit)).toEqual([0, 3]);
    expect(furthest(slopesOf([1, 2], [1, 2]), 2)).toEqual([]);
  });

  it('count as people do', () => {
    expect([1, 2, 3, 4, 11, 12, 13, 21, 22, 111, 112].map(ordinal).join(' ')).toBe(
      '1st 2nd 3rd 4th 11th 12th 13th 21st 22nd 111th 112th',
    );
  });
});

describe('what has been measured', () => {
  const of = (
    metric: InfluenceMetric,
    unit: UnitKind,
    values: number[],
    text = 'a text',
  ): Measured<InfluenceReport> => ({
    report: { metric, unit, values, tokens: 9, fullLoss: 1 },
    origin: { kind: 'here', adapter: 'test' },
    text,
  });

  it('is put together for both kinds mixed, in the order of the walk', () => {
    const attn = of('cosine', 'attn', [1, 3]);
    const influence = [attn, of('cosine', 'ffn', [2, 4])];
    expect(measuredMetrics(influence, 'sublayer')).toMatchObject([{ metric: 'cosine', values: [1, 2, 3, 4] }]);
    expect(measuredMetrics(influence, 'block')).toEqual([]);
    expect(measuredMetrics([attn, of('cosine', 'ffn', [2, 4], 'b')], 'sublayer')).toEqual([]);
  });

  it('does not mix Shapley values of two games', () => {
    const sampled = (unit: UnitKind, values: number[]): Measured<InfluenceReport> => {
      const one = of('shapley-loss', unit, values);
      const intervals = values.map((v) => [v, v] as const);
      return { ...one, report: { ...one.report, sampling: { method: 'permutations', seed: 1, drawn: 2, intervals } } };
    };
    expect(measuredMetrics([sampled('sublayer', [1, 2, 3, 4])], 'sublayer')).toHaveLength(1);
    expect(measuredMetrics([sampled('attn', [1, 3]), sampled('ffn', [2, 4])], 'sublayer')).toEqual([]);
  });

  it('names units by kind and block', () => {
    expect(namedUnits(2, 'sublayer').map((u) => u.name)).toEqual([
      'attention 0',
      'feed-forward 0',
      'attention 1',
      'feed-forward 1',
    ]);
    expect(namedUnits(2, 'block')[1]).toMatchObject({ name: 'block 1', sublayers: [{ block: 1 }, { block: 1 }] });
  });

  it('says of all measures at once which unit is at either end', () => {
    const units = namedUnits(3, 'attn');
    const measured = measuredMetrics(
      [of('cosine', 'attn', [3, 1, 2]), of('l2', 'attn', [9, 2, Number.NaN]), of('l1', 'attn', [1, 5, 7])],
      'attn',
    );
    expect(multiplesSummary(measured, units)).toBe(
      'Of 3 measures, most important: attention 0 by 2, attention 2 by 1. Least: attention 1 by 2, attention 0 by 1.',
    );
    expect(endsWords(measured[0]!, units)).toBe('least attention 1, most attention 0');
    expect(multiplesTable(measured, units)).toMatchObject({ columns: ['unit', 'Cosine', 'L1', 'L2'] });
  });
});
