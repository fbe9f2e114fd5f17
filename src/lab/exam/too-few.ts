import type { Accuracy, EvalReport, PairedDifference } from '../contract';

/** Square of the 97.5% point and the 80% point of the normal distribution added: a test at 5% that finds 4 of 5 differences. */
const POWER = (1.959963984540054 + 0.8416212335729143) ** 2;

/** The difference that items should be able to show where none is seen: 5 points. */
const WORTH_SEEING = 0.05;
/** Items on which two models differ, at least, where none were seen to. */
const LEAST_FLIPS = 0.1;

const points = (x: number) => (100 * Math.abs(x)).toFixed(1);
const percent = (x: number) => `${(100 * x).toFixed(1)}%`;

type TooFew = NonNullable<EvalReport['tooFew']>;

/**
 * What to say where two models' items are too few to tell their difference from none, and how many would do if it is
 * real (McNemar's test with 80% power: Connor, Biometrics 43:207, 1987).
 */
export function tooFewToCompare(n: number, { mean, interval, lost, won }: PairedDifference): TooFew | undefined {
  if (interval[0] > 0 || interval[1] < 0) return undefined;
  const flips = Math.max((lost + won) / n, mean === 0 ? LEAST_FLIPS : 0);
  const difference = mean === 0 ? WORTH_SEEING : mean;
  const needed = Math.ceil((POWER * (flips - difference ** 2)) / difference ** 2);
  if (needed <= n) return undefined;
  const message =
    mean === 0
      ? `No difference shows in ${counted(n)}, but one of ${points(Math.max(-interval[0], interval[1]))} points could hide there. About ${needed} would show ${points(difference)} points.`
      : `${counted(n)} cannot tell a difference of ${points(mean)} points from none. If it is real, about ${needed} would.`;
  return { message, needed };
}

/** The same for one model's accuracy against guessing. */
export function tooFewToBeatChance({ n, accuracy, interval }: Accuracy, chance: number): TooFew | undefined {
  if (n === 0 || chance <= 0 || interval[0] > chance || interval[1] < chance) return undefined;
  const difference = accuracy === chance ? WORTH_SEEING : accuracy - chance;
  const needed = Math.ceil((POWER * chance * (1 - chance)) / difference ** 2);
  if (needed <= n) return undefined;
  const about =
    accuracy === chance ? `About ${needed} would show ${points(difference)} points.` : `About ${needed} would.`;
  return {
    message: `${counted(n)} cannot tell ${percent(accuracy)} from guessing, ${percent(chance)}. ${about}`,
    needed,
  };
}

const counted = (n: number) => `${n} item${n === 1 ? '' : 's'}`;
