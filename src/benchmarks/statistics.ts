import { LopperError } from '../errors';

/** The 97.5% point of the normal distribution. */
const Z95 = 1.959963984540054;

/** A share of items answered rightly, with how sure it is. */
export interface Accuracy {
  readonly n: number;
  readonly correct: number;
  readonly accuracy: number;
  /** 95% Wilson interval. */
  readonly interval: readonly [number, number];
}

/** Accuracy with its Wilson interval. Throws `benchmark-invalid` where there are no items. */
export function accuracyOf(correct: number, n: number): Accuracy {
  if (n === 0) {
    throw new LopperError(
      'benchmark-invalid',
      'No items were scored: 0 have no accuracy.',
      'Ask for one item or more.',
    );
  }
  return { n, correct, accuracy: correct / n, interval: wilsonInterval(correct, n) };
}

/** Wilson's 95% score interval, without continuity correction (Wilson 1927; method 3 of Newcombe, Stat. Med. 17:857, 1998). */
export function wilsonInterval(correct: number, n: number): [number, number] {
  const p = correct / n;
  const z2 = Z95 * Z95;
  const middle = (p + z2 / (2 * n)) / (1 + z2 / n);
  const half = (Z95 * Math.sqrt((p * (1 - p)) / n + z2 / (4 * n * n))) / (1 + z2 / n);
  // At 0 and n the limits are exactly 0 and 1; rounding must not leave them beside it.
  return [correct === 0 ? 0 : middle - half, correct === n ? 1 : middle + half];
}

/**
 * 95% interval of `(won - lost) / n` for paired proportions: method 10 of Newcombe (Stat. Med. 17:2635, 1998), two
 * Wilson intervals put together with the correlation phi of the pairs, phi's numerator corrected for continuity where
 * positive. Unlike Wald's it stays within -1..1 and keeps its coverage when few items flip, and none do have width.
 */
export function newcombePaired(both: number, lost: number, won: number, neither: number): [number, number] {
  const n = both + lost + won + neither;
  const p1 = (both + lost) / n;
  const p2 = (both + won) / n;
  const [low1, high1] = wilsonInterval(both + lost, n);
  const [low2, high2] = wilsonInterval(both + won, n);
  const product = (both + lost) * (won + neither) * (both + won) * (lost + neither);
  const excess = both * neither - lost * won;
  const numerator = excess > 0 ? Math.max(excess - n / 2, 0) : excess;
  const phi = product === 0 ? 0 : numerator / Math.sqrt(product);
  const reach = (a: number, b: number) => Math.sqrt(Math.max(a * a - 2 * phi * a * b + b * b, 0));
  return [p2 - p1 - reach(p2 - low2, high1 - p1), p2 - p1 + reach(high2 - p2, p1 - low1)];
}

/** McNemar's exact two-sided p: of `lost + won` fair coins, twice the chance of a split at least this uneven, at most 1. */
export function mcnemarExact(lost: number, won: number): number {
  const n = lost + won;
  const fewer = Math.min(lost, won);
  // Binomial terms by their logarithms: 2^-n alone underflows from n = 1075 on.
  let logTerm = -n * Math.LN2;
  let tail = 0;
  for (let k = 0; k <= fewer; k++) {
    tail += Math.exp(logTerm);
    logTerm += Math.log((n - k) / (k + 1));
  }
  return Math.min(1, 2 * tail);
}
