/** Mean updates by kind of unit, their scales and words. Pure. */
import type { MeanUpdatesReport } from '../../../lab/contract';
import type { PlainUnit } from '../../../model/units';
import { linearScale, type Scale } from '../../charts/plot-scale';
import type { ChartTable } from '../../charts/table';
import { short } from '../../words/format';
import { UNIT_WORDS, unitName } from '../../words/units';

export type Update = MeanUpdatesReport['units'][number];

/** Kinds of unit, from left to right, in the colours that they have everywhere. */
export const KINDS: readonly { readonly kind: PlainUnit; readonly title: string; readonly colour: string }[] = [
  { kind: 'attn', title: 'Attention', colour: 'var(--series-1)' },
  { kind: 'ffn', title: 'Feed-forward', colour: 'var(--series-2)' },
  { kind: 'block', title: 'Blocks', colour: 'var(--series-0)' },
];

/** Of one kind, by block. */
export const updatesOf = ({ units }: MeanUpdatesReport, kind: PlainUnit): readonly Update[] =>
  units.filter(({ unit }) => unit.kind === kind);

/** The share of values that an axis cut to its middle leaves out on either side. */
const CUT = 0.05;

/** An axis that holds all values, or their middle nine tenths: some models have a unit beside which all others are flat. */
export function scaleOf(values: readonly number[], cut: boolean): Scale {
  if (!cut) return linearScale(values);
  const sorted = values.filter(Number.isFinite).sort((a, b) => a - b);
  const at = (share: number) => sorted[Math.round(share * (sorted.length - 1))]!;
  return linearScale(sorted.length > 0 ? [at(CUT), at(1 - CUT)] : []);
}

/** Both ends of what a unit adds to its channels: a standard deviation on either side of the mean. */
export const endsOf = ({ channelMean, channelStd }: Update): readonly [low: number, high: number] => [
  channelMean - channelStd,
  channelMean + channelStd,
];

/** Where the updates are largest, in a sentence. */
export function updatesSummary(report: MeanUpdatesReport): string {
  const largest = KINDS.flatMap(({ kind }) => {
    const own = updatesOf(report, kind);
    if (own.length === 0) return [];
    const most = own.reduce((a, b) => (b.channelStd > a.channelStd ? b : a));
    return [`${unitName(kind, most.unit.block)} (${short(most.channelStd)})`];
  });
  return `What each layer adds on average, channel by channel: the mean over channels, and a standard deviation on either side. It spreads widest in ${largest.join(', ')}.`;
}

export const updatesTable = ({ units }: MeanUpdatesReport): ChartTable => ({
  columns: ['unit', 'block', 'mean over channels', 'standard deviation over channels', 'length'],
  rows: units.map(({ unit: { kind, block }, channelMean, channelStd, norm }) => [
    ...[UNIT_WORDS[kind].one, block, channelMean, channelStd, norm],
  ]),
});
