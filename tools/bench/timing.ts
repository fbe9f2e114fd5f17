/** The middle value; of an even number, the mean of the two in the middle. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const half = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[half]! : (sorted[half - 1]! + sorted[half]!) / 2;
}

/**
 * Milliseconds of each candidate, `rounds` times. They take turns, so that whatever else the machine does meets all of
 * them; the first `warmUps` turns are not counted.
 */
export async function takeTurns(
  candidates: readonly (() => Promise<unknown>)[],
  rounds: number,
  warmUps = 1,
): Promise<number[][]> {
  const times: number[][] = candidates.map(() => []);
  for (let round = -warmUps; round < rounds; round++) {
    for (const [i, candidate] of candidates.entries()) {
      const started = performance.now();
      await candidate();
      if (round >= 0) times[i]!.push(performance.now() - started);
    }
  }
  return times;
}
