import type { InfluenceMetric, InfluenceReport, Sampling } from '../../lab/contract';
import { PLAIN_UNITS, type PlainUnit, UNIT_KINDS, type UnitKind } from '../../model/units';
import { traitsOf } from '../../pruning/metrics';
import { SUBSET_SEED } from './benchmarks';
import type { Measured } from './measured';

/** Every report as it came, the newest last. A sampled one holds what it takes to go on with it. */
export type InfluenceReports = readonly Measured<InfluenceReport>[];

/** A report's part on one kind of unit, as charts take it. */
export interface Influence extends Measured<InfluenceReport> {
  /** Of a sampled metric: the units that took part, which may be more than are listed. */
  readonly players?: UnitKind;
}

/** With one more. It takes the place of the one before on the same units, unless it has no numbers yet. */
export function addReport(reports: InfluenceReports, next: Measured<InfluenceReport>): InfluenceReports {
  const same = (one: Measured<InfluenceReport>) =>
    one.report.metric === next.report.metric && one.report.unit === next.report.unit;
  return [...reports.filter((one) => !same(one) || (isKnown(one) && !isKnown(next))), next];
}

/** The last report of a metric on just these units, whether it has numbers yet or not. */
export const reportOn = (reports: InfluenceReports, metric: InfluenceMetric, unit: UnitKind) =>
  reports.findLast(({ report }) => report.metric === metric && report.unit === unit);

/** The newest there is of a metric for a kind of unit: a report on it, or its part of one on both kinds of sublayer. */
export function influenceIn(reports: InfluenceReports, metric: InfluenceMetric, unit: UnitKind): Influence | undefined {
  if (unit === 'sublayer') return mixedIn(reports, metric);
  for (const one of reports.toReversed()) {
    const part = one.report.metric === metric && isKnown(one) ? partsOf(one)[unit] : undefined;
    if (part) return part;
  }
  return undefined;
}

/**
 * attn and ffn in the order of the walk. Measured on two texts they are not on one scale; nor are sampled values of either
 * kind alone, the other never having been dropped.
 */
function mixedIn(reports: InfluenceReports, metric: InfluenceMetric): Influence | undefined {
  const [attn, ffn] = [influenceIn(reports, metric, 'attn'), influenceIn(reports, metric, 'ffn')];
  if (!attn || !ffn || attn.text !== ffn.text || attn.players !== ffn.players) return undefined;
  if (attn.players !== undefined && attn.players !== 'sublayer') return undefined;
  const values = attn.report.values.flatMap((value, i) => [value, ffn.report.values[i]!]);
  return { ...attn, report: { ...attn.report, unit: 'sublayer', values } };
}

/** Until the last subset is in, exact values are not known. */
const isKnown = ({ report }: Measured<InfluenceReport>) => report.values.some(Number.isFinite);

type Parts = Partial<Readonly<Record<PlainUnit, Influence>>>;

/** Parts are made once, so that what shows one is not drawn anew for nothing. */
const known = new WeakMap<Measured<InfluenceReport>, Parts>();

function partsOf(one: Measured<InfluenceReport>): Parts {
  const found = known.get(one) ?? split(one);
  known.set(one, found);
  return found;
}

/** What a report says of each kind of unit. A part leaves behind what it takes to go on, which is the whole's. */
function split(one: Measured<InfluenceReport>): Parts {
  const { report } = one;
  const players = report.sampling && { players: report.unit };
  const units = PLAIN_UNITS.filter((unit) => unit === report.unit);
  if (units.length > 0) return { [units[0]!]: { ...one, ...players } };
  const { kinds } = UNIT_KINDS[report.unit];
  return Object.fromEntries(
    kinds.map((kind, k) => [kind, { ...one, ...players, report: everyOther(report, kind, k, kinds.length) }]),
  );
}

/** Values in the order 0-attn, 0-ffn, 1-attn, ... as those of the `k`th of `n` kinds. */
function everyOther(report: InfluenceReport, unit: PlainUnit, k: number, n: number): InfluenceReport {
  const own = <T>(all: readonly T[]) => all.filter((_, i) => i % n === k);
  const { notFinite, sampling } = report;
  const half = ({ state: _, ...rest }: Sampling): Sampling => ({ ...rest, intervals: own(rest.intervals) });
  return {
    ...report,
    unit,
    values: own(report.values),
    ...(notFinite && { notFinite: notFinite.filter((i) => i % n === k).map((i) => Math.floor(i / n)) }),
    ...(sampling && { sampling: half(sampling) }),
  };
}

/**
 * The values to plot. Leave-one-out is told as the loss a unit's absence adds: its loss alone would start every bar at
 * the full model's.
 */
export function shownValues({ report }: Pick<Influence, 'report'>): number[] {
  const base = traitsOf(report.metric).base === 'full-loss' ? (report.fullLoss ?? 0) : 0;
  return report.values.map((v) => v - base);
}

/** How sampled metrics are measured. */
export interface SamplingSettings {
  readonly unit: UnitKind;
  readonly seed: number;
  /** At most; an even number, since they come in pairs. */
  readonly permutations: number;
  /** Half-width of every 95% interval at which it ends; 0 for never. */
  readonly bound: number;
  /** It ends when the order of the lowest so many stands still; 0 for never. */
  readonly stableLowest: number;
  readonly exact: boolean;
  /** For the worth in right answers: a benchmark, and so many of its items. */
  readonly task: string;
  readonly items: number;
  /** Of the choice of items; absent: the first ones. */
  readonly itemSeed?: number;
}

/** How influence is measured and shown. */
export interface InfluenceState {
  readonly sampling: SamplingSettings;
  /** What the relative metrics are divided by. */
  readonly denominator: 'input' | 'output';
  /** The one measure on the screen: the tower's cells, the chart, and what a strategy goes by until told otherwise. */
  readonly metric: InfluenceMetric;
  /** How its values are laid out in colour, in bars and up the charts. */
  readonly scale: ScaleChoice;
}

/** A measure's own ends, the same for every model, laid by the logarithm or evenly; or each kind of unit by itself. */
export const SCALES = ['log', 'linear', 'own'] as const;
export type ScaleChoice = (typeof SCALES)[number];

export const influenceAtFirst: InfluenceState = {
  sampling: {
    unit: 'block',
    seed: 1,
    permutations: 64,
    bound: 0,
    stableLowest: 4,
    exact: false,
    task: 'school_letters',
    items: 40,
    itemSeed: SUBSET_SEED,
  },
  denominator: 'input',
  metric: 'loo-loss',
  scale: 'log',
};
