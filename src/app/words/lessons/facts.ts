/** What lessons know of a model: the numbers that ship with the page, by name. */
import type { GrowthMetric, GrowthPoint } from '../../../lab/contract';
import type { ShippedRecovery } from '../../../lab/files/shipped-file';
import type { PlainUnit } from '../../../model/units';
import type { InfluenceMetric } from '../../../pruning/metrics';
import { percent, short, signedShort } from '../format';

export type TaskName = 'school' | 'school_letters' | 'school_math' | 'mmlu-lopper';

export interface Answers {
  /** From 0 to 1, as its 95% interval. */
  readonly accuracy: number;
  readonly interval: readonly [number, number];
  readonly n: number;
  /** What guessing blindly comes to. */
  readonly chance: number;
}

export interface Facts {
  /** Which model it is. */
  readonly fingerprint: string;
  readonly blocks: number;
  readonly vocabulary: number;
  /** Of the full model: nats per token, and on how many tokens. */
  readonly loss: number;
  readonly tokens: number;
  readonly parameters: number;
  /** Of one layer of the kind, in the first block. */
  readonly size: Readonly<Record<'attn' | 'ffn', number>>;
  /** A unit's value by a measure, as the tower shows it. */
  value(metric: InfluenceMetric, unit: PlainUnit, block: number): number;
  /** What dropping a list of layers adds to the loss, nats per token; it was measured beforehand. */
  added(drop: string): number;
  /** What is answered with those layers dropped; '' for none. */
  answers(task: TaskName, drop: string): Answers;
  /** What stands in a mask's gap and what it is worth, fitted on a text by its path under `public/`. */
  mended(drop: string, source: string): ShippedRecovery;
  /** What is answered with the stand-in of that number in the gap. */
  mendedAnswers(task: TaskName, drop: string, source: string, by: number): Answers;
  /** Sapling in training, one point a checkpoint. */
  training(metric: GrowthMetric): readonly GrowthPoint[];
}

/** What dropping one unit alone costs. */
export const cost = (f: Facts, unit: PlainUnit, block: number): number => f.value('loo-loss', unit, block);

/** What a model that knows nothing would lose: every token as likely as any other. */
export const blindLoss = (f: Facts): number => Math.log(f.vocabulary);

export const blocksOf = (f: Facts): number[] => Array.from({ length: f.blocks }, (_, block) => block);

/** The blocks of a unit from the one that a measure finds least to the one it finds most. */
export const lowestFirst = (f: Facts, metric: InfluenceMetric, unit: PlainUnit): number[] =>
  blocksOf(f).sort((a, b) => f.value(metric, unit, a) - f.value(metric, unit, b) || a - b);

/** The first `k` that go by a measure, as a list of layers: "attn:10,9,6". */
export const lowest = (f: Facts, metric: InfluenceMetric, unit: PlainUnit, k: number): string =>
  k === 0
    ? ''
    : `${unit}:${lowestFirst(f, metric, unit)
        .slice(0, k)
        .sort((a, b) => a - b)
        .join(',')}`;

/** "+0.28", "−0.022": what is added to the loss. */
export const change = (value: number): string => signedShort(value);

/** "30.5%" */
export const share = ({ accuracy }: Answers): string => percent(accuracy);

export const nats = (value: number): string => short(value);

/** The moment of training at a step, or the nearest before. */
export const pointAt = (f: Facts, metric: GrowthMetric, step: number): GrowthPoint =>
  f.training(metric).findLast((p) => (p.step ?? 0) <= step) ?? f.training(metric)[0]!;
