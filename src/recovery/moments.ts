/**
 * What is known of a unit on some text, as means and sums of centred products: all that a closed form needs. `x` is what the
 * unit reads, `t` what should stand in for its update; a row is a token.
 */
export interface Moments {
  /** Rows that count. */
  readonly rows: number;
  /** The sum of their weights. */
  readonly weight: number;
  /** [width]: weighted means over rows. */
  readonly x: Float64Array;
  readonly t: Float64Array;
  readonly absX: Float64Array;
  /** Of |x + t|. */
  readonly absSum: Float64Array;
  /** [width]: weighted sums over rows, channel by channel, of centred x x, x t and t t. */
  readonly xx: Float64Array;
  readonly xt: Float64Array;
  readonly tt: Float64Array;
  /** The same sums of every channel with every other. */
  readonly products?: Products;
}

/** [width, width], row by row: of centred x' x, and of x' t. */
export interface Products {
  readonly xx: Float64Array;
  readonly xt: Float64Array;
}

/** The moments of several runs of rows together: sums around one mean, by the formula of Chan, Golub and LeVeque (1979). */
export function mergeMoments(parts: readonly Moments[]): Moments {
  const [first, ...rest] = parts.filter(({ weight }) => weight > 0);
  if (!first) return parts[0]!;
  return rest.reduce(joined, first);
}

function joined(a: Moments, b: Moments): Moments {
  const weight = a.weight + b.weight;
  const share = b.weight / weight;
  const mean = (p: Float64Array, q: Float64Array) => p.map((v, i) => v + share * (q[i]! - v));
  const factor = a.weight * share;
  const apart = (key: 'x' | 't') => a[key].map((v, i) => b[key][i]! - v);
  const [x, t] = [apart('x'), apart('t')];
  const sum = (key: 'xx' | 'xt' | 'tt', p: Float64Array, q: Float64Array) =>
    a[key].map((v, i) => v + b[key][i]! + factor * p[i]! * q[i]!);
  const outer = (key: keyof Products, q: Float64Array) => {
    const [own, other] = [a.products![key], b.products![key]];
    return own.map((v, k) => v + other[k]! + factor * x[Math.floor(k / q.length)]! * q[k % q.length]!);
  };
  return {
    ...{ rows: a.rows + b.rows, weight },
    ...{ x: mean(a.x, b.x), t: mean(a.t, b.t) },
    ...{ absX: mean(a.absX, b.absX), absSum: mean(a.absSum, b.absSum) },
    ...{ xx: sum('xx', x, x), xt: sum('xt', x, t), tt: sum('tt', t, t) },
    ...(a.products && b.products && { products: { xx: outer('xx', x), xt: outer('xt', t) } }),
  };
}
