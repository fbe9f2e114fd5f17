import { LopperError } from '../errors';
import { codePoints } from './python-text';
import type { Item, Metric, Outcome, ScoreRequest, Verdict } from './task';

/** Index of the largest value; the first of equals. */
export const argmax = (values: readonly number[]): number => values.indexOf(Math.max(...values));

/** The log-probabilities of a multiple-choice item. Throws `not-finite` for NaN, which no choice may win with. */
export function logprobsOf(item: Item, outcomes: readonly Outcome[]): number[] {
  return outcomes.map(({ logprob }, choice) => {
    if (logprob !== undefined && !Number.isNaN(logprob)) return logprob;
    throw new LopperError(
      'not-finite',
      `The log-probability of choice ${choice} of the item on line ${item.line} is ${logprob}.`,
      'The model gives no usable numbers with this mask: put a layer back, or load the weights again.',
    );
  });
}

export const ACC: Metric = { name: 'acc', kind: 'share' };
export const ACC_NORM: Metric = { name: 'acc_norm', kind: 'share' };

/** One context under every choice, each after a space. */
export const askChoices = (context: string, choices: readonly string[]): ScoreRequest[] =>
  choices.map((choice) => ({ kind: 'score', context, continuation: ` ${choice}` }));

/** Right where the likeliest choice is the right one. */
export function judgeLikeliest(item: Item, outcomes: readonly Outcome[]): Verdict {
  const answer = argmax(logprobsOf(item, outcomes));
  const correct = answer === item.gold;
  return { answer, correct, metrics: { acc: Number(correct) } };
}

/**
 * Both of the field's scores: `acc`, and `acc_norm`, for which a choice's log-probability is divided by its length in
 * characters. `leading` decides what is called right.
 */
export function judgeByLength(
  item: Item,
  choices: readonly string[],
  outcomes: readonly Outcome[],
  leading: 'acc' | 'acc_norm' = 'acc_norm',
): Verdict {
  const logprobs = logprobsOf(item, outcomes);
  const answers = {
    acc: argmax(logprobs),
    acc_norm: argmax(logprobs.map((logprob, i) => logprob / codePoints(choices[i]!))),
  };
  const answer = answers[leading];
  return {
    answer,
    correct: answer === item.gold,
    metrics: { acc: Number(answers.acc === item.gold), acc_norm: Number(answers.acc_norm === item.gold) },
  };
}
