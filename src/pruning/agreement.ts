/** How far metrics agree on which units matter: by rank alone, since their units of measure have nothing in common. */

/** Ranks from 1 (lowest) up, equal values sharing the mean of theirs; NaN for a value that is not finite. */
export function ranksOf(values: readonly number[]): number[] {
  const order = values.map((_, i) => i).filter((i) => Number.isFinite(values[i]));
  order.sort((a, b) => values[a]! - values[b]!);
  const ranks = values.map(() => Number.NaN);
  for (let first = 0, end = 0; first < order.length; first = end) {
    while (end < order.length && values[order[end]!] === values[order[first]!]) end++;
    for (const i of order.slice(first, end)) ranks[i] = (first + 1 + end) / 2;
  }
  return ranks;
}

/**
 * Spearman's rank correlation, -1 to 1: Pearson's of the ranks, which holds for ties too. Units that either has no finite
 * value of are left out. NaN where fewer than two are left or one of the two has no order at all, every value being equal.
 */
export function spearman(a: readonly number[], b: readonly number[]): number {
  const [x, y] = bothFinite(a, b).map(ranksOf) as [number[], number[]];
  const middle = (x.length + 1) / 2; // the mean of any ranks
  let [xy, xx, yy] = [0, 0, 0];
  for (const i of x.keys()) {
    const [dx, dy] = [x[i]! - middle, y[i]! - middle];
    xy += dx * dy;
    xx += dx * dx;
    yy += dy * dy;
  }
  return ratio(xy, xx, yy);
}

/**
 * Kendall's tau-b, -1 to 1: the pairs of units that both put in the same order less those they do not, over the
 * geometric mean of the pairs that each tells apart. Left out and NaN as for `spearman`.
 */
export function kendall(a: readonly number[], b: readonly number[]): number {
  const [x, y] = bothFinite(a, b);
  let [same, apartX, apartY] = [0, 0, 0];
  for (let i = 0; i < x.length; i++) {
    for (let j = 0; j < i; j++) {
      const [dx, dy] = [Math.sign(x[i]! - x[j]!), Math.sign(y[i]! - y[j]!)];
      same += dx * dy;
      apartX += dx * dx;
      apartY += dy * dy;
    }
  }
  return ratio(same, apartX, apartY);
}

/** A unit's ranks under several metrics. */
export interface Disagreement {
  readonly unit: number;
  /** By metric, 1 for the least important. */
  readonly ranks: readonly number[];
  /** Highest rank less lowest: 0 where all agree. */
  readonly spread: number;
}

/** Units by how far apart metrics rank them, furthest first, ties by index; those without two finite values left out. */
export function disagreements(metrics: readonly (readonly number[])[]): Disagreement[] {
  const ranks = metrics.map(ranksOf);
  return (metrics[0] ?? [])
    .map((_, unit) => {
      const own = ranks.map((r) => r[unit]!);
      const known = own.filter((rank) => !Number.isNaN(rank));
      return { unit, ranks: own, spread: known.length < 2 ? Number.NaN : Math.max(...known) - Math.min(...known) };
    })
    .filter(({ spread }) => !Number.isNaN(spread))
    .sort((a, b) => b.spread - a.spread || a.unit - b.unit);
}

function bothFinite(a: readonly number[], b: readonly number[]): [number[], number[]] {
  const kept = [...a.keys()].filter((i) => Number.isFinite(a[i]) && Number.isFinite(b[i]));
  return [kept.map((i) => a[i]!), kept.map((i) => b[i]!)];
}

/** The roots apart, so that numbers of pairs cannot overflow; rounding must not lead out of [-1, 1]. */
const ratio = (both: number, one: number, other: number): number =>
  one === 0 || other === 0 ? Number.NaN : Math.max(-1, Math.min(1, both / (Math.sqrt(one) * Math.sqrt(other))));
