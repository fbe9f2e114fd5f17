/** Means of samples with their 95% intervals. */

/** A running mean and sum of squared deviations (Welford), which loses nothing where the mean is large. */
export interface Moments {
  count: number;
  mean: number;
  squares: number;
}

export function addSample(m: Moments, value: number): void {
  m.count++;
  const delta = value - m.mean;
  m.mean += delta / m.count;
  m.squares += delta * (value - m.mean);
}

/** Squared standard error of the mean; NaN from fewer than two samples. */
export const squaredError = ({ count, squares }: Moments): number =>
  count < 2 ? Number.NaN : squares / (count - 1) / count;

/** Half-width of the mean's 95% interval; NaN from fewer than two samples. */
export const halfWidth = (m: Moments): number => studentT(m.count - 1) * Math.sqrt(squaredError(m));

/** The interval of that half-width about the value; NaN ends where either is NaN. */
export const around = (value: number, half: number): readonly [number, number] => [value - half, value + half];

/** 0.975 quantile of the normal distribution. */
const Z = 1.959963984540054;
/** 0.975 quantiles of Student's t with 1, 2, ... degrees of freedom, where the series below is off by more than 1e-4. */
const T = [
  12.70620474, 4.30265273, 3.18244631, 2.77644511, 2.57058184, 2.44691185, 2.36462425, 2.30600414, 2.26215716,
  2.22813885,
];

/**
 * 0.975 quantile of Student's t with so many degrees of freedom, rounded down to whole ones; NaN below 1. By the
 * expansion in 1 / df of Fisher and Cornish (1960), to 1e-4.
 */
export function studentT(df: number): number {
  const whole = Math.floor(df);
  if (whole < 1) return Number.NaN;
  const tabled = T[whole - 1];
  if (tabled !== undefined) return tabled;
  const g1 = (Z ** 3 + Z) / 4;
  const g2 = (5 * Z ** 5 + 16 * Z ** 3 + 3 * Z) / 96;
  const g3 = (3 * Z ** 7 + 19 * Z ** 5 + 17 * Z ** 3 - 15 * Z) / 384;
  return Z + g1 / whole + g2 / whole ** 2 + g3 / whole ** 3;
}
