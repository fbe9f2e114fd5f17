import { type InfluenceMetric, METRIC_SOURCES, type MetricSource, metricsFrom } from '../../pruning/metrics';

/**
 * Ends that suit a measure on any model, so that two models' colours can be held against each other: `floor`, up to which
 * nothing is told apart, and the tops of a logarithmic and of a linear scale.
 */
export interface Anchors {
  readonly floor: number;
  readonly top: number;
  readonly linearTop: number;
}

/**
 * A metric as the page speaks of it. Larger is always more important. One word for one thing: *influence* is read off the
 * stream, *cost alone* is leave-one-out, a *share* is a Shapley value, *answers lost* are on a task's items.
 */
export interface MetricWords {
  /** In a list, under what it takes. */
  readonly short: string;
  /** On a button among others, where `short` is long. */
  readonly brief?: string;
  /** By itself. */
  readonly name: string;
  /** What it answers of a unit. */
  readonly question: string;
  /** What a value is, and which way is more. */
  readonly line: string;
  /** What values are counted in, beside a scale. */
  readonly unit: string;
  /** h is the stream a unit reads, h′ the one it leaves, u = h′ − h; z are logits, v a set's worth. */
  readonly formula: string;
  readonly about: string;
  /** Whether values are shown with their sign: they are changes, and may go either way. */
  readonly signed: boolean;
  /** Absent where values grow with the model's width or vocabulary: then only a model's own ends make sense. */
  readonly anchors?: Anchors;
}

export const METRIC_WORDS: Readonly<Record<InfluenceMetric, MetricWords>> = {
  cosine: {
    short: 'Cosine',
    name: 'Cosine influence',
    question: 'How far does it turn the stream?',
    line: '1 − cosine similarity of the stream before and after; larger turns it more',
    unit: '1 − cosine',
    formula: '1 − mean of ⟨h, h′⟩ / (|h| |h′|)',
    about: 'How far a unit turns the stream. One that leaves its direction almost as it was has little influence.',
    signed: false,
    anchors: { floor: 1e-4, top: 1, linearTop: 1 },
  },
  angular: {
    short: 'Angle',
    name: 'Angular influence',
    question: 'How far does it turn the stream?',
    line: 'angle between the stream before and after, 1 being half a turn; larger turns it more',
    unit: 'half turns',
    formula: 'mean of arccos(⟨h, h′⟩ / (|h| |h′|)) / π',
    about: 'Like cosine, on a scale where twice the turn is twice the value: small turns weigh more.',
    signed: false,
    anchors: { floor: 0.005, top: 0.5, linearTop: 0.5 },
  },
  'relative-l1': {
    short: 'Relative L1',
    name: 'Relative L1 influence',
    question: 'How much does it change the stream?',
    line: 'size of the update relative to the stream, by sums of absolute values; larger changes it more',
    unit: 'times the stream’s size',
    formula: 'mean of |u|₁ / |h|₁ (or |h′|₁)',
    about: 'How much a unit adds, measured against what is already there. It counts growth as well as turning.',
    signed: false,
    anchors: { floor: 0.01, top: 10, linearTop: 1 },
  },
  'relative-l2': {
    short: 'Relative L2',
    name: 'Relative L2 influence',
    question: 'How much does it change the stream?',
    line: 'length of the update relative to the stream’s; larger changes it more',
    unit: 'times the stream’s length',
    formula: 'mean of |u|₂ / |h|₂ (or |h′|₂)',
    about: 'How much a unit adds, measured against what is already there. It counts growth as well as turning.',
    signed: false,
    anchors: { floor: 0.01, top: 10, linearTop: 1 },
  },
  l1: {
    short: 'L1',
    name: 'L1 size of the update',
    question: 'How much does it add to the stream?',
    line: 'sum of the update’s absolute values; larger adds more',
    unit: 'sum of absolute values',
    formula: 'mean of |u|₁',
    about: 'How much a unit adds, whatever is there. The stream grows as it rises, so late units look large.',
    signed: false,
  },
  l2: {
    short: 'L2',
    name: 'L2 size of the update',
    question: 'How much does it add to the stream?',
    line: 'length of the update; larger adds more',
    unit: 'length',
    formula: 'mean of |u|₂',
    about: 'How much a unit adds, whatever is there. The stream grows as it rises, so late units look large.',
    signed: false,
  },
  gradient: {
    short: 'Gradient',
    name: 'Gradient influence',
    question: 'How much does the loss lean on what it adds?',
    line: 'first-order effect of the update on the loss, position by position without its sign, nats per token; larger matters more',
    unit: 'nats per token',
    formula: 'sum of |⟨∂L/∂h′, u⟩| over positions / predicted tokens',
    about:
      'What a unit adds, times how steeply the loss depends on the stream there. Two passes give all units at once; it sees small steps only, and dropping a unit is no small step.',
    signed: false,
    anchors: { floor: 0.001, top: 10, linearTop: 1 },
  },
  'loo-loss': {
    short: 'Cost alone (loss)',
    brief: 'Cost alone',
    name: 'Cost alone: loss added',
    question: 'How much does the loss rise without it?',
    line: 'leave-one-out: loss added when this unit alone is dropped, nats per token; larger is worth more',
    unit: 'loss added, nats per token',
    formula: 'loss without the unit − loss of the full model',
    about:
      'The question itself, for one unit at a time. A value below zero means that this text is predicted better without it.',
    signed: true,
    anchors: { floor: 0.001, top: 10, linearTop: 1 },
  },
  'loo-logit': {
    short: 'Cost alone (logits)',
    name: 'Cost alone: logit distance',
    question: 'How far do the logits move without it?',
    line: 'leave-one-out: how far the raw logits move when this unit alone is dropped; larger is worth more',
    unit: 'distance of the logits',
    formula: 'mean of |z − z without the unit|₂',
    about: 'How much the model’s opinion changes, right or wrong. It needs no right answers, and is never below zero.',
    signed: false,
  },
  'loo-recovered': {
    short: 'Cost once recovered',
    name: 'Cost once recovered',
    question: 'How much of its cost would a mean update leave?',
    line: 'loss added when this unit alone is dropped and the mean of what it added stands in, nats per token; larger is worth more',
    unit: 'loss added, nats per token',
    formula: 'loss with mean(u) in the unit’s place − loss of the full model',
    about:
      'Leave-one-out after recovery: what a unit does beyond adding the same to every token. Far below its cost alone, it can go for the price of one vector; above it, leave the gap empty.',
    signed: true,
    anchors: { floor: 0.001, top: 10, linearTop: 1 },
  },
  'shapley-loss': {
    short: 'Share (loss)',
    name: 'Share of the loss saved',
    question: 'What share of the loss saved is its own?',
    line: 'Shapley value: loss a unit saves, averaged over all orders of dropping, nats per token; larger is worth more',
    unit: 'loss saved, nats per token',
    formula: 'mean over orders of v(with) − v(without), v = −loss',
    about:
      'What a unit is worth when others are gone as well, not only from the full model. The values sum to what the whole stack saves.',
    signed: true,
    anchors: { floor: 0.001, top: 10, linearTop: 1 },
  },
  'shapley-logit': {
    short: 'Share (logits)',
    name: 'Share of the logit distance',
    question: 'What share of the logits’ nearness is its own?',
    line: 'Shapley value: how much nearer to the full model’s logits a unit brings, averaged over all orders; larger is worth more',
    unit: 'distance of the logits',
    formula: 'mean over orders of v(with) − v(without), v = −|z − z of the set|₂',
    about: 'As the share of the loss, by how close the model stays to itself instead of to the text.',
    signed: true,
  },
  'shapley-task': {
    short: 'Answers lost',
    name: 'Answers lost, an oracle',
    question: 'How many answers are lost without it?',
    line: 'accuracy lost on the items when this unit is among the dropped; larger is worth more',
    unit: 'accuracy lost, as a share of the items',
    formula: 'mean accuracy with the unit − mean accuracy without it',
    about:
      'Random nine tenths of the units are kept, again and again, and the items asked. It is computed on the test questions themselves: an oracle, an upper bound on what choosing units can do, and no fair measure of accuracy afterwards.',
    signed: true,
    anchors: { floor: 0.001, top: 1, linearTop: 0.5 },
  },
};

/** Metrics by what it takes to measure them. */
export const SOURCE_WORDS: Readonly<Record<MetricSource, string>> = {
  pass: 'Influence: from one pass',
  gradient: 'Slope: one pass there and back',
  without: 'Cost alone: leave-one-out',
  recovered: 'Cost once something stands in',
  sampled: 'Share: Shapley values',
};

/** Metrics as what a list offers, by what it takes to measure them. */
export const metricOptions = (metrics: readonly InfluenceMetric[]) =>
  METRIC_SOURCES.map((source) => ({
    title: SOURCE_WORDS[source],
    options: metricsFrom(source)
      .filter((m) => metrics.includes(m))
      .map((value) => ({ value, text: METRIC_WORDS[value].short })),
  })).filter(({ options }) => options.length > 0);
