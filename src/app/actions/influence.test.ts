import { describe, expect, it } from 'vitest';
import type { InfluenceReport } from '../../lab/contract';
import { toShown } from './influence';

const from = { origin: { kind: 'here', adapter: 'test' }, text: 'a text' } as const;
const mixed: InfluenceReport = {
  metric: 'shapley-loss',
  unit: 'sublayer',
  values: [1, 2, 3, Number.NaN],
  tokens: 9,
  notFinite: [3],
  sampling: {
    method: 'permutations',
    seed: 1,
    drawn: 4,
    intervals: [
      [0, 2],
      [1, 3],
      [2, 4],
      [Number.NaN, Number.NaN],
    ],
    efficiency: { sum: 6, all: -1, none: -7 },
    state: { drawn: 4, sums: [] },
  },
};

describe('a report on the charts', () => {
  it('of mixed sublayers is one of attn and one of ffn, each with its own intervals', () => {
    const shown = toShown(mixed, from);
    expect(Object.keys(shown)).toEqual(['shapley-loss/attn', 'shapley-loss/ffn']);
    const { report, players, text } = shown['shapley-loss/ffn']!;
    expect({ players, text }).toEqual({ players: 'sublayer', text: 'a text' });
    expect(report).toMatchObject({ unit: 'ffn', values: [2, Number.NaN], notFinite: [1] });
    expect(report.sampling?.intervals[0]).toEqual([1, 3]);
    expect(shown['shapley-loss/attn']!.report).toMatchObject({ values: [1, 3], notFinite: [] });
    // The whole report is what is gone on from, never a half.
    expect(report.sampling?.state).toBeUndefined();
  });

  it('of one kind stands as it is', () => {
    const report = { metric: 'l2', unit: 'block', values: [1, 2], tokens: 9 } as const;
    expect(toShown(report, from)).toEqual({ 'l2/block': { report, ...from } });
  });
});
