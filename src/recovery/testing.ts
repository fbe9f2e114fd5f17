import type { Moments } from './moments';

export interface Row {
  readonly x: readonly number[];
  readonly t: readonly number[];
  readonly weight: number;
}

/** Moments by their definitions. */
export function momentsOfRows(rows: readonly Row[]): Required<Moments> {
  const width = rows[0]!.x.length;
  const weight = rows.reduce((sum, row) => sum + row.weight, 0);
  const sum = (of: (row: Row) => number) => rows.reduce((s, row) => s + row.weight * of(row), 0);
  const each = (of: (i: number) => number) => Float64Array.from({ length: width }, (_, i) => of(i));
  const mean = (of: (row: Row, i: number) => number) =>
    each((i) => (weight === 0 ? 0 : sum((row) => of(row, i)) / weight));
  const [x, t] = [mean((r, i) => r.x[i]!), mean((r, i) => r.t[i]!)];
  const xx = (i: number, j: number) => sum((r) => (r.x[i]! - x[i]!) * (r.x[j]! - x[j]!));
  const xt = (i: number, j: number) => sum((r) => (r.x[i]! - x[i]!) * (r.t[j]! - t[j]!));
  const square = (of: typeof xx) =>
    Float64Array.from({ length: width ** 2 }, (_, k) => of(Math.floor(k / width), k % width));
  return {
    ...{ rows: rows.filter((row) => row.weight > 0).length, weight, x, t },
    absX: mean((r, i) => Math.abs(r.x[i]!)),
    absSum: mean((r, i) => Math.abs(r.x[i]! + r.t[i]!)),
    ...{ xx: each((i) => xx(i, i)), xt: each((i) => xt(i, i)), tt: each((i) => sum((r) => (r.t[i]! - t[i]!) ** 2)) },
    products: { xx: square(xx), xt: square(xt) },
  };
}
