/** Spans of blocks and the angle between their ends. Pure. */
import type { ChartTable } from '../../charts/table';
import { fixed } from '../../words/format';

/** `count` consecutive blocks from `first` on; their input and output are `angle` apart, 1 being half a turn. */
export interface Span {
  readonly first: number;
  readonly count: number;
  readonly angle: number;
}

/** For each number of blocks the span whose ends are closest, the lower one on a tie. Spans that are not finite are passed over. */
export function bestSpans(angles: readonly (readonly number[])[]): Span[] {
  const spans: Span[] = [];
  for (let count = 1; count <= angles.length; count++) {
    let best: Span | undefined;
    for (let first = 0; first + count <= angles.length; first++) {
      const angle = angles[first]![count - 1]!;
      if (Number.isFinite(angle) && (!best || angle < best.angle)) best = { first, count, angle };
    }
    if (best) spans.push(best);
  }
  return spans;
}

/** "block 4", "blocks 4 and 5", "blocks 4 to 7". */
export function spanWords({ first, count }: Pick<Span, 'first' | 'count'>): string {
  if (count === 1) return `block ${first}`;
  return `blocks ${first} ${count === 2 ? 'and' : 'to'} ${first + count - 1}`;
}

/** A row for each number of blocks, the most at the top; a column for each first block. */
export function anglesTable(angles: readonly (readonly number[])[]): ChartTable {
  const blocks = angles.length;
  return {
    columns: ['blocks dropped', ...angles.map((_, first) => `from block ${first}`)],
    rows: Array.from({ length: blocks }, (_, i) => {
      const count = i + 1;
      return [count, ...angles.map((own, first) => (first + count <= blocks ? own[count - 1] : undefined))];
    }),
  };
}

/** The best spans in a sentence. */
export function anglesSummary(spans: readonly Span[]): string {
  const told = spans
    .slice(0, 4)
    .map((s) => `${s.count === 1 ? 'one' : s.count}: ${spanWords(s)} (${fixed(s.angle, 3)})`);
  return `The spans whose ends are closest in angle, by how many blocks go: ${told.join('; ')}.`;
}
