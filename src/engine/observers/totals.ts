/** What rows that were measured and their sums look like on the GPU: see Row and `total` in shaders/statistics.wgsl. */

/** Floats of a row's numbers. */
export const ROW_FLOATS = 8;

/** Sums over rows, in the order in which they come: of static metrics, then |h| and cos(u, h). */
export const TOTALS = [
  'cosine',
  'angular',
  'relative-l1',
  'relative-l2',
  'relative-l1-output',
  'relative-l2-output',
  'l1',
  'l2',
  'stream',
  'alignment',
] as const;
export type Total = (typeof TOTALS)[number];

/** Floats of one group of sums; a unit has two, of first positions and of the rest. */
export const TOTAL_FLOATS = 12;

/** Bytes of the numbers of so many units' rows, and of their sums. */
export const rowBytes = (units: number, rows: number): number => units * rows * ROW_FLOATS * 4;
export const totalBytes = (units: number): number => units * 2 * TOTAL_FLOATS * 4;
