/** Derivatives in plain, slow float64: from the formulas where they are short, by differences of the oracle where not. */
import { capped, rope, softmax } from './oracle';

const dot = (a: readonly number[], b: readonly number[]): number => a.reduce((sum, v, i) => sum + v * b[i]!, 0);

/** The gradient of <f(x), g> by x, by central differences: good to 1e-9 or so for numbers near 1. */
export function gradientOf(
  f: (x: number[]) => readonly number[],
  x: readonly number[],
  g: readonly number[],
): number[] {
  const step = 1e-5;
  return x.map((v, i) => {
    const at = (by: number) => dot(f(x.map((w, j) => (j === i ? v + by : w))), g);
    return (at(step) - at(-step)) / (2 * step);
  });
}

/** g W: g [rows, outputs], w [outputs, inputs]. */
export const linearBackward = (g: readonly (readonly number[])[], w: readonly (readonly number[])[]): number[][] =>
  g.map((row) => w[0]!.map((_, i) => row.reduce((sum, v, o) => sum + v * w[o]![i]!, 0)));

/** A head turned back: the inverse of a turn is its transpose. */
export const unturned = (head: readonly number[], position: number, frequencies: readonly number[]): number[] =>
  rope(head, -position, frequencies);

type Heads = readonly (readonly (readonly number[])[])[];

/**
 * Gradients of attention by q [rows][heads][dim], k and v [rows][kvHeads][dim], from that of its output [rows][heads · dim];
 * row r sees the rows `seen[r]`.
 */
export function attentionBackward(
  q: Heads,
  k: Heads,
  v: Heads,
  seen: readonly (readonly number[])[],
  g: readonly (readonly number[])[],
  { scale: by, cap }: { readonly scale?: number; readonly cap?: number } = {},
) {
  const zeros = (like: Heads) => like.map((heads) => heads.map((head) => head.map(() => 0)));
  const out = { q: zeros(q), k: zeros(k), v: zeros(v) };
  const addTo = (to: number[], row: readonly number[], by: number) => {
    for (const [i, value] of row.entries()) to[i]! += by * value;
  };
  for (const [row, heads] of q.entries()) {
    for (const [h, query] of heads.entries()) {
      const kv = Math.floor((h * k[row]!.length) / heads.length);
      const scale = by ?? 1 / Math.sqrt(query.length);
      const given = g[row]!.slice(h * query.length, (h + 1) * query.length);
      const scores = seen[row]!.map((r) => capped(scale * dot(query, k[r]![kv]!), cap));
      const p = softmax(scores);
      const dp = seen[row]!.map((r) => dot(given, v[r]![kv]!));
      const mean = dot(p, dp);
      for (const [i, r] of seen[row]!.entries()) {
        const slope = cap ? 1 - (scores[i]! / cap) ** 2 : 1;
        const ds = slope * scale * p[i]! * (dp[i]! - mean);
        addTo(out.q[row]![h]!, k[r]![kv]!, ds);
        addTo(out.k[r]![kv]!, query, ds);
        addTo(out.v[r]![kv]!, given, p[i]!);
      }
    }
  }
  return out;
}
