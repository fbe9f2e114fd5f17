export type BandKind = 'range' | 'middle';

/** The spread of some draws: their least and greatest, or their 5th and 95th percentile. Undefined where none is finite. */
export function bandOf(draws: readonly number[], kind: BandKind): readonly [low: number, high: number] | undefined {
  const sorted = draws.filter(Number.isFinite).sort((a, b) => a - b);
  if (sorted.length === 0) return undefined;
  return kind === 'range' ? [sorted[0]!, sorted.at(-1)!] : [quantile(sorted, 0.05), quantile(sorted, 0.95)];
}

/** Of ascending values, between two of them by the straight line (Hyndman and Fan 1996, definition 7). */
export function quantile(sorted: readonly number[], q: number): number {
  const at = q * (sorted.length - 1);
  const below = Math.floor(at);
  const next = sorted[Math.min(below + 1, sorted.length - 1)]!;
  return sorted[below]! + (at - below) * (next - sorted[below]!);
}
