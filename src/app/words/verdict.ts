import { holdsZero } from '../../pruning/paired-loss';

/** What a change of the loss means, in nats per token, for someone who has no feeling for nats yet. */
export function lossWords(change: number, interval?: readonly [number, number]): string {
  if (interval && Number.isNaN(interval[0])) return 'is being measured';
  if (interval && holdsZero(interval)) return 'cannot be told from the full model';
  const size = Math.abs(change);
  if (size < 5e-5) return 'predicts this text as well as before';
  const how = DEGREES.find(([least]) => size >= least)![1];
  if (change > 0 && size >= 3) return 'no longer knows the language';
  return `predicts this text ${how} ${change > 0 ? 'worse' : 'better'}`;
}

const DEGREES: readonly (readonly [least: number, word: string])[] = [
  [1, 'very much'],
  [0.3, 'much'],
  [0.1, 'clearly'],
  [0.01, 'a little'],
  [0, 'hardly'],
];
