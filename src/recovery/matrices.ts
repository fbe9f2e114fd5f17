/** Square matrices in double precision, row by row in one array: as much of linear algebra as a closed form needs. */

export type Square = Float64Array;

/** A long computation in steps of a few milliseconds: whoever runs it may listen, wait or stop between two of them. */
export type Steps<T> = Generator<void, T>;

/** All steps at once. */
export function finish<T>(steps: Steps<T>): T {
  for (;;) {
    const { done, value } = steps.next();
    if (done) return value;
  }
}

/** a b, of which a may have fewer rows. */
export function* product(a: Square, b: Square, n: number, rows = n): Steps<Square> {
  const out = new Float64Array(rows * n);
  for (let i = 0; i < rows; i++) {
    const row = out.subarray(i * n, (i + 1) * n);
    for (let k = 0; k < n; k++) {
      const factor = a[i * n + k];
      if (factor === 0) continue;
      const other = b.subarray(k * n, (k + 1) * n);
      for (let j = 0; j < n; j++) row[j] += factor * other[j];
    }
    yield;
  }
  return out;
}

export function transposed(a: Square, n: number): Square {
  const out = new Float64Array(n * n);
  for (let i = 0; i < n; i++) for (let j = 0; j < n; j++) out[j * n + i] = a[i * n + j];
  return out;
}

export const symmetric = (a: Square, n: number): Square =>
  a.map((v, k) => (v + a[(k % n) * n + Math.floor(k / n)]!) / 2);

export function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}
export const length = (a: Float64Array): number => Math.sqrt(dot(a, a));

/**
 * X with a X = b, for a symmetric `a` of positive eigenvalues (Cholesky). Undefined where it has others, as far as double
 * precision can tell.
 */
export function* solve(a: Square, b: Square, n: number): Steps<Square | undefined> {
  const l = a.slice();
  for (let j = 0; j < n; j++) {
    const rowJ = l.subarray(j * n, j * n + j);
    let pivot = l[j * n + j];
    for (let k = 0; k < j; k++) pivot -= rowJ[k] ** 2;
    if (!(pivot > 0)) return undefined;
    const root = Math.sqrt(pivot);
    l[j * n + j] = root;
    for (let i = j + 1; i < n; i++) {
      const rowI = l.subarray(i * n, i * n + j);
      let sum = l[i * n + j];
      for (let k = 0; k < j; k++) sum -= rowI[k] * rowJ[k];
      l[i * n + j] = sum / root;
    }
    yield;
  }
  const x = b.slice();
  const row = (i: number) => x.subarray(i * n, (i + 1) * n);
  const less = (i: number, k: number, factor: number) => {
    const [own, other] = [row(i), row(k)];
    for (let c = 0; c < n; c++) own[c] -= factor * other[c];
  };
  for (let i = 0; i < n; i++) {
    for (let k = 0; k < i; k++) less(i, k, l[i * n + k]);
    const own = row(i);
    for (let c = 0; c < n; c++) own[c] /= l[i * n + i];
    yield;
  }
  for (let i = n - 1; i >= 0; i--) {
    for (let k = i + 1; k < n; k++) less(i, k, l[k * n + i]);
    const own = row(i);
    for (let c = 0; c < n; c++) own[c] /= l[i * n + i];
    yield;
  }
  return x;
}

interface Eigenvectors {
  readonly values: Float64Array;
  readonly vectors: Square;
}

/**
 * The eigenvectors of a symmetric matrix, one a row, that of the largest eigenvalue first. Householder's reduction to three
 * diagonals and the implicit QL algorithm (Bowdler, Martin, Reinsch and Wilkinson 1968; EISPACK's tred2 and tql2).
 */
export function* eigenvectors(a: Square, n: number): Steps<Eigenvectors> {
  // Kept transposed, v[column][row], so that what is turned together lies together.
  const v = transposed(a, n);
  const d = new Float64Array(n);
  const e = new Float64Array(n);
  yield* reduce(v, d, e, n);
  yield* iterate(v, d, e, n);
  const order = Array.from(d.keys()).sort((i, j) => d[j] - d[i]);
  const vectors = new Float64Array(n * n);
  for (const [to, from] of order.entries()) vectors.set(v.subarray(from * n, (from + 1) * n), to * n);
  return { values: Float64Array.from(order, (i) => d[i]), vectors };
}

/** To three diagonals, `d` and beside it `e`; `v` becomes what turns them back. */
function* reduce(v: Square, d: Float64Array, e: Float64Array, n: number): Steps<void> {
  const at = (i: number, j: number) => j * n + i;
  for (let j = 0; j < n; j++) d[j] = v[at(n - 1, j)];
  for (let i = n - 1; i > 0; i--) {
    let scale = 0;
    let h = 0;
    for (let k = 0; k < i; k++) scale += Math.abs(d[k]);
    if (scale === 0) {
      e[i] = d[i - 1];
      for (let j = 0; j < i; j++) {
        d[j] = v[at(i - 1, j)];
        v[at(i, j)] = 0;
        v[at(j, i)] = 0;
      }
    } else {
      for (let k = 0; k < i; k++) {
        d[k] /= scale;
        h += d[k] ** 2;
      }
      const f = d[i - 1];
      const g = f > 0 ? -Math.sqrt(h) : Math.sqrt(h);
      e[i] = scale * g;
      h -= f * g;
      d[i - 1] = f - g;
      e.fill(0, 0, i);
      for (let j = 0; j < i; j++) {
        const own = d[j];
        v[at(j, i)] = own;
        let sum = e[j] + v[at(j, j)] * own;
        for (let k = j + 1; k < i; k++) {
          sum += v[at(k, j)] * d[k];
          e[k] += v[at(k, j)] * own;
        }
        e[j] = sum;
      }
      let along = 0;
      for (let j = 0; j < i; j++) {
        e[j] /= h;
        along += e[j] * d[j];
      }
      const half = along / (h + h);
      for (let j = 0; j < i; j++) e[j] -= half * d[j];
      for (let j = 0; j < i; j++) {
        const [own, other] = [d[j], e[j]];
        for (let k = j; k < i; k++) v[at(k, j)] -= own * e[k] + other * d[k];
        d[j] = v[at(i - 1, j)];
        v[at(i, j)] = 0;
      }
    }
    d[i] = h;
    yield;
  }
  for (let i = 0; i < n - 1; i++) {
    v[at(n - 1, i)] = v[at(i, i)];
    v[at(i, i)] = 1;
    const h = d[i + 1];
    if (h !== 0) {
      for (let k = 0; k <= i; k++) d[k] = v[at(k, i + 1)] / h;
      for (let j = 0; j <= i; j++) {
        let g = 0;
        for (let k = 0; k <= i; k++) g += v[at(k, i + 1)] * v[at(k, j)];
        for (let k = 0; k <= i; k++) v[at(k, j)] -= g * d[k];
      }
    }
    for (let k = 0; k <= i; k++) v[at(k, i + 1)] = 0;
    yield;
  }
  for (let j = 0; j < n; j++) {
    d[j] = v[at(n - 1, j)];
    v[at(n - 1, j)] = 0;
  }
  v[at(n - 1, n - 1)] = 1;
  e[0] = 0;
}

/** Three diagonals to one: `d` becomes the eigenvalues, and `v` the eigenvectors. */
function* iterate(v: Square, d: Float64Array, e: Float64Array, n: number): Steps<void> {
  e.copyWithin(0, 1);
  e[n - 1] = 0;
  let shift = 0;
  let largest = 0;
  for (let l = 0; l < n; l++) {
    largest = Math.max(largest, Math.abs(d[l]) + Math.abs(e[l]));
    let m = l;
    while (m < n - 1 && Math.abs(e[m]) > Number.EPSILON * largest) m++;
    while (m > l && Math.abs(e[l]) > Number.EPSILON * largest) {
      let g = d[l];
      let p = (d[l + 1] - g) / (2 * e[l]);
      let r = p < 0 ? -Math.hypot(p, 1) : Math.hypot(p, 1);
      d[l] = e[l] / (p + r);
      d[l + 1] = e[l] * (p + r);
      const [next, off] = [d[l + 1], e[l + 1]];
      const h = g - d[l];
      for (let i = l + 2; i < n; i++) d[i] -= h;
      shift += h;
      p = d[m];
      let [c, c2, c3, s, s2] = [1, 1, 1, 0, 0];
      for (let i = m - 1; i >= l; i--) {
        c3 = c2;
        c2 = c;
        s2 = s;
        g = c * e[i];
        const q = c * p;
        r = Math.hypot(p, e[i]);
        e[i + 1] = s * r;
        s = e[i] / r;
        c = p / r;
        p = c * d[i] - s * g;
        d[i + 1] = q + s * (c * g + s * d[i]);
        const [low, high] = [v.subarray(i * n, (i + 1) * n), v.subarray((i + 1) * n, (i + 2) * n)];
        for (let k = 0; k < n; k++) {
          const b = high[k];
          high[k] = s * low[k] + c * b;
          low[k] = c * low[k] - s * b;
        }
      }
      p = (-s * s2 * c3 * off * e[l]) / next;
      e[l] = s * p;
      d[l] = c * p;
      yield;
    }
    d[l] += shift;
    e[l] = 0;
  }
}
