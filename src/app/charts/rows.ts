import { shownValues } from '../store/select';
import type { Influence } from '../store/state';

export interface InfluenceRow {
  readonly block: number;
  readonly whole: number;
  readonly attn: number;
  readonly ffn: number;
}

/** A row for each block: the whole block's value and its two sublayers'. */
export function influenceRows(block: Influence, attn: Influence, ffn: Influence): InfluenceRow[] {
  const [b, a, f] = [shownValues(block), shownValues(attn), shownValues(ffn)];
  return b.map((whole, i) => ({ block: i, whole, attn: a[i]!, ffn: f[i]! }));
}
