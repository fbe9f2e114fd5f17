import { describe, expect, it } from 'vitest';
import type { InfluenceReport } from '../../lab/contract';
import { addReport, type InfluenceReports, influenceIn, reportOn, shownValues } from './influence';

const from = { origin: { kind: 'here', adapter: 'test' }, text: 'a text' } as const;
const list = (...reports: InfluenceReport[]): InfluenceReports =>
  reports.map((report) => ({ report, ...from })).reduce(addReport, [] as InfluenceReports);

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
    const reports = list(mixed);
    const ffn = influenceIn(reports, 'shapley-loss', 'ffn')!;
    expect({ players: ffn.players, text: ffn.text }).toEqual({ players: 'sublayer', text: 'a text' });
    expect(ffn.report).toMatchObject({ unit: 'ffn', values: [2, Number.NaN], notFinite: [1] });
    expect(ffn.report.sampling?.intervals[0]).toEqual([1, 3]);
    const attn = influenceIn(reports, 'shapley-loss', 'attn')!;
    expect(attn.report).toMatchObject({ values: [1, 3], notFinite: [] });
    expect(influenceIn(reports, 'shapley-loss', 'block')).toBeUndefined();
    // The whole report is what is gone on from, never a half.
    expect(attn.report.sampling?.state).toBeUndefined();
    expect(reportOn(reports, 'shapley-loss', 'sublayer')!.report).toBe(mixed);
  });

  it('of one kind stands as it is', () => {
    const report = { metric: 'l2', unit: 'block', values: [1, 2], tokens: 9 } as const;
    expect(influenceIn(list(report), 'l2', 'block')).toEqual({ report, ...from });
  });

  it('is the same object as long as the report is: nothing is drawn anew for it', () => {
    const reports = list(mixed);
    expect(influenceIn(reports, 'shapley-loss', 'attn')).toBe(influenceIn(reports, 'shapley-loss', 'attn'));
  });

  it('gives way to the next on the same units, in whatever company they were measured', () => {
    const one = (unit: InfluenceReport['unit'], ...values: number[]) =>
      ({ metric: 'cosine', unit, values, tokens: 9 }) as const;
    const shipped = list(one('attn', 1, 2), one('ffn', 3, 4));
    const both = addReport(shipped, { report: one('sublayer', 5, 6, 7, 8), ...from });
    expect(influenceIn(both, 'cosine', 'ffn')!.report.values).toEqual([6, 8]);
    const again = addReport(both, { report: one('ffn', 9, 10), ...from });
    expect(influenceIn(again, 'cosine', 'ffn')!.report.values).toEqual([9, 10]);
    expect(influenceIn(again, 'cosine', 'attn')!.report.values).toEqual([5, 7]);
    expect(again).toHaveLength(3);
  });

  it('without a number yet is there to be gone on from, and leaves the one before on the charts', () => {
    const unknown = { ...mixed, values: mixed.values.map(() => Number.NaN) };
    const reports = addReport(list(mixed), { report: unknown, ...from });
    expect(reportOn(reports, 'shapley-loss', 'sublayer')!.report).toBe(unknown);
    expect(influenceIn(reports, 'shapley-loss', 'attn')!.report.values).toEqual([1, 3]);
    const done = addReport(reports, { report: mixed, ...from });
    expect(done).toHaveLength(1);
  });

  it('tells leave-one-out as the loss that is added', () => {
    const report = { metric: 'loo-loss', unit: 'attn', values: [2.5, 1.9], fullLoss: 2, tokens: 9 } as const;
    const [added, removed] = shownValues({ report });
    expect(added).toBeCloseTo(0.5);
    expect(removed).toBeCloseTo(-0.1);
  });
});
