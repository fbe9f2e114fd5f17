/** Helpers of the estimators' tests: games in place of models. */
import { seeded } from '../random';
import type { Dropped, Estimate, Estimator, SamplerState } from './estimate';

/** The worth of the model without the sublayers dropped. */
export type Game = (dropped: Dropped) => number;

/** Runs an estimator on a game. `each` sees every estimate on the way; true from it stops there, as a pause does. */
export function play(estimator: Estimator, game: Game, each?: (soFar: Estimate) => boolean | undefined): Estimate {
  let step = estimator.next([]);
  while (!step.done) {
    const { soFar, branches } = step.value;
    if (soFar && each?.(soFar)) return soFar;
    step = estimator.next(branches.map(game));
  }
  return step.value;
}

/** As a result file keeps it. */
export const throughJson = (state: SamplerState): SamplerState => JSON.parse(JSON.stringify(state));

/** A game of `blocks` blocks with random worths of single sublayers and of every two neighbours. */
export function randomGame(blocks: number, seed: number): Game {
  const random = seeded(seed);
  const single = Array.from({ length: 2 * blocks }, () => random() * 2);
  const both = Array.from({ length: 2 * blocks }, () => random() - 0.5);
  return (dropped) => {
    const has = (i: number) => i < 2 * blocks && !dropped.has(i);
    return single.reduce((sum, x, i) => sum + (has(i) ? x + (has(i + 1) ? both[i]! : 0) : 0), 3);
  };
}

/** The Shapley values of such a game for sublayers: a pair's worth falls to its two in equal parts. */
export function shapleyOfRandomGame(blocks: number, seed: number): number[] {
  const random = seeded(seed);
  const single = Array.from({ length: 2 * blocks }, () => random() * 2);
  const both = Array.from({ length: 2 * blocks }, () => random() - 0.5);
  both[2 * blocks - 1] = 0;
  return single.map((x, i) => x + both[i]! / 2 + (both[i - 1] ?? 0) / 2);
}
