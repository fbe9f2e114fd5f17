import { studentT } from './interval';

/** A loss in parts: of each window, or of each token where there is one window only. */
export interface LossParts {
  readonly of: 'windows' | 'tokens';
  /** Summed token NLL of each part, nats. */
  readonly nll: readonly number[];
  /** Predicted tokens of each part. */
  readonly tokens: readonly number[];
}

/** How much larger one loss is than another on the same text. */
export interface LossDifference {
  /** Nats a token. */
  readonly difference: number;
  /** 95% interval; NaN ends where there are too few parts to tell. */
  readonly interval: readonly [low: number, high: number];
  /** What the interval is over, and how many of them. */
  readonly of: LossParts['of'];
  readonly n: number;
}

/**
 * The parts of a text's loss, or of that of its first windows. One window says nothing of how much windows differ: a text
 * of one only has its tokens for parts.
 */
export function lossParts(windows: readonly (readonly number[])[], count = windows.length): LossParts {
  const [only] = windows;
  if (count === 1) return { of: 'tokens', nll: only!, tokens: only!.map(() => 1) };
  return {
    of: 'windows',
    nll: windows.map((nll) => nll.reduce((sum, x) => sum + x, 0)),
    tokens: windows.map((nll) => nll.length),
  };
}

/** How many windows it was cut into: each has one token more than are predicted, its first. */
export const windowsIn = ({ of, nll }: LossParts): number => (of === 'windows' ? nll.length : 1);

/** The loss on the windows 1, 3, ..., those that judge where 0, 2, ... are chosen on; undefined where there are none. */
export function oddLoss({ of, nll, tokens }: LossParts): number | undefined {
  if (of === 'tokens' || nll.length < 2) return undefined;
  const sum = (all: readonly number[]) => all.reduce((total, x, w) => total + (w % 2) * x, 0);
  return sum(nll) / sum(tokens);
}

/**
 * `pruned` less `full`, part by part: what is hard to predict is hard for both, and does not widen the interval. Windows
 * may differ in length: a ratio of sums, its standard error by the residuals (Cochran, Sampling Techniques, 1977, chapter 6),
 * and Student's t. Tokens of one window depend on each other, so an interval over tokens is narrower than it ought to be:
 * say so where it is shown. Where only the first parts of one are known the others' are left out.
 */
export function pairedLoss(full: LossParts, pruned: LossParts): LossDifference {
  const n = Math.min(full.nll.length, pruned.nll.length);
  const gaps = Array.from({ length: n }, (_, i) => pruned.nll[i]! - full.nll[i]!);
  const tokens = pruned.tokens.slice(0, n);
  const all = tokens.reduce((sum, t) => sum + t, 0);
  const difference = gaps.reduce((sum, gap) => sum + gap, 0) / all;
  const squares = gaps.reduce((sum, gap, i) => sum + (gap - difference * tokens[i]!) ** 2, 0);
  const half = (studentT(n - 1) * Math.sqrt((n * squares) / (n - 1))) / all;
  return { difference, interval: [difference - half, difference + half], of: pruned.of, n };
}

/**
 * The share of the damage that a recovery undoes: what it wins back of `pruned` less `full`, below 0 where it is worse than
 * plain removal. Undefined where nothing was damaged. Its interval as above, of a ratio of sums over the same windows.
 */
export function undoneShare(
  full: LossParts,
  pruned: LossParts,
  recovered: LossParts,
): { readonly share: number; readonly interval: readonly [low: number, high: number] } | undefined {
  const n = Math.min(full.nll.length, pruned.nll.length, recovered.nll.length);
  const damage = Array.from({ length: n }, (_, i) => pruned.nll[i]! - full.nll[i]!);
  const won = damage.map((_, i) => pruned.nll[i]! - recovered.nll[i]!);
  const all = damage.reduce((sum, x) => sum + x, 0);
  if (!(all > 0)) return undefined;
  const share = won.reduce((sum, x) => sum + x, 0) / all;
  const squares = won.reduce((sum, x, i) => sum + (x - share * damage[i]!) ** 2, 0);
  const half = (studentT(n - 1) * Math.sqrt((n * squares) / (n - 1))) / all;
  return { share, interval: [share - half, share + half] };
}

/** Whether an interval leaves it open which of the two is larger. One with NaN ends does. */
export const holdsZero = ([low, high]: readonly [number, number]): boolean => !(low > 0 || high < 0);
