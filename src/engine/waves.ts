import type { DropSet } from './contract';

/** A mask and the branches that asked for it. */
export interface Distinct {
  readonly mask: DropSet;
  readonly branches: readonly number[];
}

/** Branches that walk together. */
export interface Wave {
  readonly masks: readonly Distinct[];
  /** The sublayer it begins with, on the stream that the wave before left; 0: with the embedding. */
  readonly start: number;
}

/** Each mask once, in an order in which masks that agree on the lower sublayers are neighbours. */
export function distinctMasks(branches: readonly DropSet[]): Distinct[] {
  const byName = new Map<string, { mask: DropSet; branches: number[]; sorted: number[] }>();
  for (const [b, mask] of branches.entries()) {
    const sorted = [...mask].sort((x, y) => x - y);
    const found = byName.get(sorted.join());
    if (found) found.branches.push(b);
    else byName.set(sorted.join(), { mask, branches: [b], sorted });
  }
  // A mask that drops nothing more is last: it parts from the rest latest.
  const compare = (a: number[], b: number[]): number => {
    for (let i = 0; ; i++) {
      const x = a[i] ?? Number.POSITIVE_INFINITY;
      const y = b[i] ?? Number.POSITIVE_INFINITY;
      if (x !== y) return x - y;
      if (x === Number.POSITIVE_INFINITY) return 0;
    }
  };
  return [...byName.values()].sort((a, b) => compare(a.sorted, b.sorted));
}

/**
 * Cuts masks in order into waves of at most `size`. A wave begins where its masks first differ, on the stream that the
 * wave before it leaves, if that one comes by there: what is common to all of them is then not computed again.
 * @param first masks that must be in the first wave
 * @param step waves begin at a multiple of it
 */
export function cutWaves(distinct: readonly Distinct[], size: number, first: readonly Distinct[], step: 1 | 2): Wave[] {
  const ordered = [...first, ...distinct.filter((d) => !first.includes(d))];
  const waves: Wave[] = [];
  for (let i = 0; i < ordered.length; i += size) {
    const masks = ordered.slice(i, i + size);
    const before = waves.at(-1);
    // A mask that is alone parts from its neighbour.
    const shared = before
      ? sharedBelow(masks.length > 1 ? masks : [before.masks[before.masks.length - 1], ...masks])
      : 0;
    const start = shared - (shared % step);
    // The wave before must itself have come this way: it begins no higher, on a stream of the same beginning.
    const led = before && start >= before.start && agree(before.masks[0].mask, masks[0].mask, before.start);
    waves.push({ masks, start: led ? start : 0 });
  }
  return waves;
}

/** The first sublayer that some of the masks drop and others do not. */
function sharedBelow(masks: readonly Distinct[]): number {
  const [one, ...rest] = masks.map((d) => d.mask);
  const all = new Set(masks.flatMap((d) => [...d.mask]));
  return Math.min(...[...all].filter((s) => rest.some((mask) => mask.has(s) !== one.has(s))));
}

const agree = (a: DropSet, b: DropSet, below: number): boolean =>
  Array.from({ length: below }, (_, s) => s).every((s) => a.has(s) === b.has(s));
