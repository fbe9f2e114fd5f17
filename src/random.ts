/** Chance that repeats: the same seed draws the same numbers on every machine. */

/** A small seeded generator, uniform in [0, 1): mulberry32, one 32-bit state. */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/** A generator of its own for draw `index` of a seed: any draw can be made again without those before it. */
export const seededAt = (seed: number, index: number): (() => number) =>
  seeded(Math.floor(seeded(seed)() * 4294967296) ^ Math.imul(index + 1, 0x9e3779b1));

/** 0 to `length` - 1 in a random order, every order equally likely (Fisher and Yates). */
export function shuffled(length: number, random: () => number): number[] {
  const order = Array.from({ length }, (_, i) => i);
  for (let i = length - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1));
    [order[i], order[j]] = [order[j]!, order[i]!];
  }
  return order;
}
