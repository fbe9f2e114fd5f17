/** Plain, slow float64 arithmetic that the kernels are compared with. Written from the formulas, not from the shaders. */
import type { ModelSpec } from '../../model/spec';
import type { TokenTree } from '../tree';

/** Rows of numbers. */
export type Matrix = readonly (readonly number[])[];

const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);
function dot(a: readonly number[], b: readonly number[]): number {
  let total = 0;
  for (let i = 0; i < a.length; i++) total += a[i] * b[i];
  return total;
}
export const add = (a: readonly number[], b: readonly number[]): number[] => a.map((v, i) => v + b[i]);

/** x Wᵀ + b: x [rows, inputs], w [outputs, inputs]. */
export function linear(x: Matrix, w: Matrix, bias?: readonly number[]): number[][] {
  return x.map((row) => w.map((weights, o) => dot(row, weights) + (bias?.[o] ?? 0)));
}

/** x / sqrt(mean(x²) + eps) · weight (Zhang and Sennrich 2019). */
export function rmsNorm(x: readonly number[], weight: readonly number[], eps: number): number[] {
  const scale = 1 / Math.sqrt(dot(x, x) / x.length + eps);
  return x.map((v, i) => v * scale * weight[i]);
}

/** (x - mean) / sqrt(variance + eps) · weight + bias (Ba et al. 2016), the variance over all of x. */
export function layerNorm(
  x: readonly number[],
  weight: readonly number[],
  bias: readonly number[] | undefined,
  eps: number,
): number[] {
  const mean = sum(x) / x.length;
  const centred = x.map((v) => v - mean);
  const scale = 1 / Math.sqrt(dot(centred, centred) / x.length + eps);
  return centred.map((v, i) => v * scale * weight[i] + (bias?.[i] ?? 0));
}

/** 2/√π e^(-x²) Σ 2ⁿ x^(2n+1) / (2n+1)!!: every term has the same sign, so nothing cancels. */
export function erf(x: number): number {
  if (Math.abs(x) > 6) return Math.sign(x);
  let term = x;
  let total = x;
  for (let n = 1; Math.abs(term) > 1e-18 * Math.abs(total); n++) {
    term *= (2 * x * x) / (2 * n + 1);
    total += term;
  }
  return (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x) * total;
}

const silu = (v: number): number => v / (1 + Math.exp(-v));

/** Activations of one number, by the names of `ModelSpec`. */
export const activations = {
  silu,
  relu: (v: number): number => Math.max(0, v),
  'gelu-erf': (v: number): number => (v / 2) * (1 + erf(v / Math.SQRT2)),
  'gelu-tanh': (v: number): number => (v / 2) * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (v + 0.044715 * v ** 3))),
} as const;

/** act(gate) · up, for rows that hold the gate's outputs and then up's. */
export const gated = (x: readonly number[], act: (gate: number) => number = silu): number[] =>
  x.slice(0, x.length / 2).map((gate, i) => act(gate) * x[x.length / 2 + i]);

/** What a row of a feed-forward layer becomes, by the names of `ModelSpec`. */
export function activated(row: readonly number[], by: ModelSpec['activation']): number[] {
  if (by === 'silu-gated') return gated(row);
  if (by === 'gelu-tanh-gated') return gated(row, activations['gelu-tanh']);
  return row.map(activations[by]);
}

/** c tanh(x / c), or x where there is no cap. */
export const capped = (x: number, cap: number | undefined): number => (cap ? cap * Math.tanh(x / cap) : x);

/** What one head's channels become at a position: channel i < half and channel i + half turn as a pair (Su et al. 2021). */
export function rope(head: readonly number[], position: number, frequencies: readonly number[], scale = 1): number[] {
  const half = frequencies.length;
  const out = [...head];
  for (const [i, frequency] of frequencies.entries()) {
    const [c, s] = [scale * Math.cos(position * frequency), scale * Math.sin(position * frequency)];
    out[i] = head[i] * c - head[i + half] * s;
    out[i + half] = head[i + half] * c + head[i] * s;
  }
  return out;
}

/** For each row of a tree the rows it sees: its ancestors and itself, the last `window` of them. */
export function sight(tree: Pick<TokenTree, 'rows' | 'chains'>, window = Number.POSITIVE_INFINITY): number[][] {
  const parentOf = (row: number): number => {
    const chain = tree.chains.find((c) => row >= c.start && row < c.end)!;
    if (row > chain.start) return row - 1;
    return chain.parent < 0 ? -1 : tree.chains[chain.parent].end - 1;
  };
  return Array.from({ length: tree.rows }, (_, row) => {
    const path = [];
    for (let at = row; at >= 0 && path.length < window; at = parentOf(at)) path.push(at);
    return path.reverse();
  });
}

export function softmax(x: readonly number[]): number[] {
  const top = Math.max(...x);
  const e = x.map((v) => Math.exp(v - top));
  const total = sum(e);
  return e.map((v) => v / total);
}

export function logSoftmax(x: readonly number[]): number[] {
  const top = Math.max(...x);
  const shift = top + Math.log(sum(x.map((v) => Math.exp(v - top))));
  return x.map((v) => v - shift);
}

/**
 * Scaled dot-product attention, by 1 / sqrt(dim) unless another scale is given, its scores capped where a cap is. q [rows][heads][dim], k and v [rows][kvHeads][dim]; row r sees the rows `seen[r]`.
 * Neighbouring query heads share a key head. Returns [rows][heads · dim].
 */
export function attention(
  q: readonly Matrix[],
  k: readonly Matrix[],
  v: readonly Matrix[],
  seen: readonly (readonly number[])[],
  { scale, cap }: { readonly scale?: number; readonly cap?: number } = {},
): number[][] {
  return q.map((heads, row) =>
    heads.flatMap((query, h) => {
      const kvHead = Math.floor((h * k[row].length) / heads.length);
      const by = scale ?? 1 / Math.sqrt(query.length);
      const p = softmax(seen[row].map((r) => capped(by * dot(query, k[r][kvHead]), cap)));
      return query.map((_, c) => sum(p.map((weight, i) => weight * v[seen[row][i]][kvHead][c])));
    }),
  );
}

/** 1 - cos of the angle from a to a + u, the cosine of u with a, and L1 and L2 norms of all three. */
export function turn(a: readonly number[], u: readonly number[]) {
  const b = add(a, u);
  const norm = (x: readonly number[]) => Math.sqrt(dot(x, x));
  // |a/|a| - b/|b||² / 2 is 1 - cos without the subtraction of two numbers next to 1.
  const apart = a.map((v, i) => v / norm(a) - b[i] / norm(b));
  const absolute = (x: readonly number[]) => sum(x.map(Math.abs));
  return {
    turn: dot(apart, apart) / 2,
    alignment: dot(u, a) === 0 ? 0 : dot(u, a) / (norm(u) * norm(a)),
    sourceL1: absolute(a),
    sourceL2: norm(a),
    l1: absolute(u),
    l2: norm(u),
    resultL1: absolute(b),
    resultL2: norm(b),
  };
}
