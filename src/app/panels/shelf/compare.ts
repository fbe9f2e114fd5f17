/** Two rows of the shelf held against each other. Pure. */
import type { Accuracy } from '../../../lab/contract';
import { type Sublayer, sublayerIndex } from '../../../model/units';
import { pairedLoss } from '../../../pruning/paired-loss';
import type { Tried } from '../../store/shelf';

export interface Comparison {
  /** What goes in one of them and stays in the other. */
  readonly onlyFirst: readonly Sublayer[];
  readonly onlySecond: readonly Sublayer[];
  /** How much larger the second one's loss is, nats per token; 'other text' where that cannot be said. */
  readonly loss?: { readonly difference: number; readonly interval?: readonly [number, number] } | 'other text';
  /** Of the tasks that both were asked. `alike`: the same items in the same way. */
  readonly tasks: readonly {
    readonly task: string;
    readonly first: Accuracy;
    readonly second: Accuracy;
    readonly alike: boolean;
  }[];
}

export function compareTried(first: Tried, second: Tried): Comparison {
  const tasks = Object.keys(first.results).filter((task) => second.results[task]);
  return {
    onlyFirst: without(first, second),
    onlySecond: without(second, first),
    loss: first.loss && second.loss && lossBetween(first.loss, second.loss),
    tasks: tasks.map((task) => {
      const [a, b] = [first.results[task]!.report, second.results[task]!.report];
      const same = a.dataSha256 === b.dataSha256 && a.shots === b.shots && a.seed === b.seed && a.chat === b.chat;
      return { task, first: a.results[1]!, second: b.results[1]!, alike: same && a.results[1]!.n === b.results[1]!.n };
    }),
  };
}

function without(one: Tried, other: Tried): Sublayer[] {
  const there = new Set(other.mask.dropped.map(sublayerIndex));
  return one.mask.dropped.filter((s) => !there.has(sublayerIndex(s)));
}

/** The full model's loss on the same text in the same windows, on two graphics cards, nats per token. */
const SAME_BASE = 1e-3;

function lossBetween(first: NonNullable<Tried['loss']>, second: NonNullable<Tried['loss']>): Comparison['loss'] {
  const [a, b] = [first.pruned, second.pruned];
  const base = Math.abs(first.full.loss - second.full.loss);
  if (first.text !== second.text || a.tokens !== b.tokens || base > SAME_BASE) return 'other text';
  const paired = a.parts && b.parts && a.parts.of === b.parts.of && a.parts.nll.length === b.parts.nll.length;
  return { difference: b.loss - a.loss, ...(paired && { interval: pairedLoss(a.parts!, b.parts!).interval }) };
}
