import { at, type Branch, compareBranches, parting, runs } from './branch';

/** A branch, and the places at which it was asked for. */
export interface Distinct {
  readonly branch: Branch;
  readonly asked: readonly number[];
}

/** Branches that walk together. */
export interface Wave {
  readonly distinct: readonly Distinct[];
  /** The sublayer it begins with, on the stream that the wave before left; 0: with the embedding. */
  readonly start: number;
}

/** Each branch once, in an order in which branches that agree on the lower sublayers are neighbours. */
export function distinctBranches(branches: readonly Branch[]): Distinct[] {
  const byKey = new Map<string, { branch: Branch; asked: number[] }>();
  for (const [place, branch] of branches.entries()) {
    const found = byKey.get(branch.key);
    if (found) found.asked.push(place);
    else byKey.set(branch.key, { branch, asked: [place] });
  }
  return [...byKey.values()].sort((a, b) => compareBranches(a.branch, b.branch));
}

/**
 * Cuts branches in order into waves of at most `size`. A wave begins where its branches first part, on the stream that the
 * wave before it leaves, if that one comes by there: what is common to all of them is then not computed again.
 * @param first branches that come first
 * @param whole of these, those that must be walked from the embedding on
 * @param step waves begin at a multiple of it
 */
export function cutWaves(
  distinct: readonly Distinct[],
  size: number,
  step: 1 | 2,
  first: readonly Distinct[] = [],
  whole: readonly Distinct[] = [],
): Wave[] {
  const ordered = [...first, ...distinct.filter((d) => !first.includes(d))];
  const waves: Wave[] = [];
  for (let i = 0; i < ordered.length; i += size) {
    const own = ordered.slice(i, i + size);
    const before = waves.at(-1);
    // A branch that is alone parts from its neighbour.
    const shared = before
      ? sharedBelow(own.length > 1 ? own : [before.distinct[before.distinct.length - 1], ...own])
      : 0;
    const start = shared - (shared % step);
    // The wave before must itself have come this way: it begins no higher, on a stream of the same beginning.
    const led =
      !own.some((d) => whole.includes(d)) &&
      before &&
      start >= before.start &&
      parting(before.distinct[0].branch, own[0].branch) >= before.start;
    waves.push({ distinct: own, start: led ? start : 0 });
  }
  return waves;
}

/**
 * What a pass from `start` to `until` comes to, step by step: the streams that each sublayer is computed for, one for all branches
 * that agree on it and on all below; last the scoring, of each branch. Those that begin `apart` share nothing.
 */
export function stepsOf(branches: readonly Branch[], start: number, until: number, apart = false): number[] {
  const ordered = [...branches].sort(compareBranches);
  const parts = ordered.map((branch, i) => (i === 0 || apart ? start : parting(ordered[i - 1]!, branch)));
  const streams = (index: number) => ordered.filter((b, i) => parts[i]! <= index && runs(at(b, index))).length;
  return [...Array.from({ length: until - start }, (_, i) => streams(start + i)), branches.length];
}

/** The first sublayer of which some of the branches make something else than others. */
const sharedBelow = ([one, ...rest]: readonly Distinct[]): number =>
  Math.min(...rest.map(({ branch }) => parting(one.branch, branch)));
