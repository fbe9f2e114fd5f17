import { type InfluenceMetric, METRIC_SOURCES, type MetricSource, metricsFrom } from '../../pruning/metrics';

/** A metric as the page speaks of it. Larger is always more important. */
export interface MetricWords {
  /** In a list, under what it takes. */
  readonly short: string;
  /** On a button among others, where `short` is long. */
  readonly brief?: string;
  /** By itself. */
  readonly name: string;
  /** What a value is, and which way is more. */
  readonly line: string;
  /** h is the stream a unit reads, h′ the one it leaves, u = h′ − h; z are logits, v a set's worth. */
  readonly formula: string;
  readonly about: string;
  /** Whether values are shown with their sign: they are changes, and may go either way. */
  readonly signed: boolean;
}

export const METRIC_WORDS: Readonly<Record<InfluenceMetric, MetricWords>> = {
  cosine: {
    short: 'Cosine',
    name: 'Cosine influence',
    line: '1 − cosine similarity of the stream before and after; larger turns it more',
    formula: '1 − mean of ⟨h, h′⟩ / (|h| |h′|)',
    about: 'How far a unit turns the stream. One that leaves its direction almost as it was has little influence.',
    signed: false,
  },
  angular: {
    short: 'Angle',
    name: 'Angular influence',
    line: 'angle between the stream before and after, 1 being half a turn; larger turns it more',
    formula: 'mean of arccos(⟨h, h′⟩ / (|h| |h′|)) / π',
    about: 'Like cosine, on a scale where twice the turn is twice the value: small turns weigh more.',
    signed: false,
  },
  'relative-l1': {
    short: 'Relative L1',
    name: 'Relative L1 influence',
    line: 'size of the update relative to the stream, by sums of absolute values; larger changes it more',
    formula: 'mean of |u|₁ / |h|₁ (or |h′|₁)',
    about: 'How much a unit adds, measured against what is already there. It counts growth as well as turning.',
    signed: false,
  },
  'relative-l2': {
    short: 'Relative L2',
    name: 'Relative L2 influence',
    line: 'length of the update relative to the stream’s; larger changes it more',
    formula: 'mean of |u|₂ / |h|₂ (or |h′|₂)',
    about: 'How much a unit adds, measured against what is already there. It counts growth as well as turning.',
    signed: false,
  },
  l1: {
    short: 'L1',
    name: 'L1 size of the update',
    line: 'sum of the update’s absolute values; larger adds more',
    formula: 'mean of |u|₁',
    about: 'How much a unit adds, whatever is there. The stream grows as it rises, so late units look large.',
    signed: false,
  },
  l2: {
    short: 'L2',
    name: 'L2 size of the update',
    line: 'length of the update; larger adds more',
    formula: 'mean of |u|₂',
    about: 'How much a unit adds, whatever is there. The stream grows as it rises, so late units look large.',
    signed: false,
  },
  'loo-loss': {
    short: 'Leave-one-out loss',
    brief: 'Leave-one-out',
    name: 'Leave-one-out loss',
    line: 'loss added when this unit alone is dropped, nats per token; larger is worth more',
    formula: 'loss without the unit − loss of the full model',
    about:
      'The question itself, for one unit at a time. A value below zero means that this text is predicted better without it.',
    signed: true,
  },
  'loo-logit': {
    short: 'Leave-one-out logits',
    name: 'Leave-one-out logit distance',
    line: 'how far the raw logits move when this unit alone is dropped; larger is worth more',
    formula: 'mean of |z − z without the unit|₂',
    about: 'How much the model’s opinion changes, right or wrong. It needs no right answers, and is never below zero.',
    signed: false,
  },
  'shapley-loss': {
    short: 'Shapley, loss',
    name: 'Shapley value of the loss',
    line: 'loss a unit saves, averaged over all orders of dropping, nats per token; larger is worth more',
    formula: 'mean over orders of v(with) − v(without), v = −loss',
    about:
      'What a unit is worth when others are gone as well, not only from the full model. The values sum to what the whole stack saves.',
    signed: true,
  },
  'shapley-logit': {
    short: 'Shapley, logits',
    name: 'Shapley value of the logit distance',
    line: 'how much nearer to the full model’s logits a unit brings, averaged over all orders; larger is worth more',
    formula: 'mean over orders of v(with) − v(without), v = −|z − z of the set|₂',
    about: 'As Shapley of the loss, by how close the model stays to itself instead of to the text.',
    signed: true,
  },
  'shapley-task': {
    short: 'Answers (oracle)',
    name: 'Worth in right answers, an oracle',
    line: 'accuracy lost on the items when this unit is among the dropped; larger is worth more',
    formula: 'mean accuracy with the unit − mean accuracy without it',
    about:
      'Random nine tenths of the units are kept, again and again, and the items asked. It is computed on the test questions themselves: an oracle, an upper bound on what choosing units can do, and no fair measure of accuracy afterwards.',
    signed: true,
  },
};

/** Metrics by what it takes to measure them. */
export const SOURCE_WORDS: Readonly<Record<MetricSource, string>> = {
  pass: 'One pass of the full model',
  without: 'Without the unit',
  sampled: 'In all orders (Shapley)',
};

/** Metrics as what a list offers, by what it takes to measure them. */
export const metricOptions = (metrics: readonly InfluenceMetric[]) =>
  METRIC_SOURCES.map((source) => ({
    title: SOURCE_WORDS[source],
    options: metricsFrom(source)
      .filter((m) => metrics.includes(m))
      .map((value) => ({ value, text: METRIC_WORDS[value].short })),
  })).filter(({ options }) => options.length > 0);
