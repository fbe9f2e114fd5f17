import { expect, it } from 'vitest';
import type { MeanUpdatesReport } from '../../../lab/contract';
import { endsOf, scaleOf, updatesOf, updatesSummary, updatesTable } from './updates';

const update = (kind: 'attn' | 'ffn' | 'block', block: number, channelMean: number, channelStd: number) => ({
  unit: { kind, block },
  ...{ norm: 1, channelMean, channelStd, channels: Float32Array.of(channelMean) },
});
const report: MeanUpdatesReport = {
  tokens: 9,
  units: [
    update('attn', 0, 0.5, 0.25),
    update('ffn', 0, 1, 40),
    update('attn', 1, -0.5, 2),
    update('ffn', 1, 0, 1),
    update('block', 0, 1.5, 40),
    update('block', 1, -0.5, 3),
  ],
};

it('units stand by kind and block, and the one that spreads widest of each kind is named', () => {
  expect(updatesOf(report, 'attn').map((u) => u.channelMean)).toEqual([0.5, -0.5]);
  expect(updatesSummary(report)).toContain('attention 1 (2.00), feed-forward 0 (40.0), block 0 (40.0)');
  expect(updatesTable(report).rows[1]).toEqual(['feed-forward layer', 0, 1, 40, 1]);
  expect(endsOf(report.units[0]!)).toEqual([0.25, 0.75]);
});

it('an axis that is cut holds the middle, whatever one value is', () => {
  const values = [...Array.from({ length: 99 }, (_, i) => i), 1e6];
  expect(scaleOf(values, false).high).toBeGreaterThan(1e6 - 1);
  const cut = scaleOf(values, true);
  expect(cut.high).toBeLessThan(110);
  expect(cut.low).toBeLessThan(6);
  expect(cut.at(1e6)).toBeGreaterThan(1);
});
