/** Kernels that read numbers off the logits and the stream, each as one function; `d` has them compiled. */

import type { Buffer } from '../gpu/gpu';
import { grid } from '../gpu/recorder';
import { padded } from './layout';
import { HISTOGRAM, type Pipelines, u32 } from './pipelines';

/** Which rows, branches, tokens and pairs a tile of logits holds; see shaders/head.wgsl. */
export interface LogitsTile {
  readonly rows: number;
  readonly branches: number;
  readonly columns: number;
  readonly stride: number;
  readonly firstToken: number;
  readonly firstRow: number;
  readonly totalRows: number;
  readonly firstBranch: number;
  readonly firstPair: number;
  readonly pairs: number;
  readonly totalPairs: number;
}

/** Takes a tile of logits [branches * rows, columns] into the rows' running log-sum-exp and picks its pairs' logits. */
export function readLogits(
  d: Pipelines,
  logits: Buffer,
  states: Buffer,
  pairs: Buffer,
  picked: Buffer,
  t: LogitsTile,
): void {
  const p = tileWords(t);
  const rows = t.rows * t.branches;
  d.recorder.dispatch(d.get('accumulate', d.shared), p, [logits, states], d.rowGroups(rows), rows * t.columns * 4);
  const count = t.pairs * t.branches;
  d.recorder.dispatch(d.get('pick', {}), p, [logits, pairs, picked], grid(Math.ceil(count / 64)), count);
}

/** Takes a tile of logits into the rows' squared distance from the reference's logits of the same rows [rows, columns]. */
export function measureDistance(d: Pipelines, logits: Buffer, reference: Buffer, squares: Buffer, t: LogitsTile): void {
  const rows = t.rows * t.branches;
  d.recorder.dispatch(
    d.get('distance', d.shared),
    tileWords(t),
    [logits, reference, squares],
    d.rowGroups(rows),
    rows * t.columns,
  );
}

/**
 * Per-row sums of what a unit did to the stream; see shaders/statistics.wgsl. Each stream with its first row; of `after`
 * the same `rows` serve for each of `units` runs of rows in the others.
 */
export function measure(
  d: Pipelines,
  width: number,
  rows: number,
  source: readonly [Buffer, number],
  before: readonly [Buffer, number],
  after: readonly [Buffer, number],
  out: readonly [Buffer, number],
  units = 1,
): void {
  const work = rows * width * 5;
  const step = Math.max(1, Math.floor(d.recorder.maxWork / work)); // what one submission may hold
  for (let unit = 0; unit < units; unit += step) {
    const count = Math.min(step, units - unit);
    const [all, skip] = [count * rows, unit * rows];
    const p = u32(all, width, padded(width), source[1] + skip, before[1] + skip, after[1], rows, out[1] + skip);
    d.recorder.dispatch(
      d.get('measure', d.shared),
      p.buffer,
      [source[0], before[0], after[0], out[0]],
      d.rowGroups(all),
      count * work,
    );
  }
}

/** Sums over the rows of each unit, those at the first position apart. `firstRow`: of these rows, in `places`. */
export function total(
  d: Pipelines,
  units: number,
  rows: number,
  measured: Buffer,
  places: Buffer,
  firstRow: number,
  out: Buffer,
): void {
  d.recorder.dispatch(
    d.get('total', d.shared),
    u32(units, rows, firstRow).buffer,
    [measured, places, out],
    d.rowGroups(2 * units),
    2 * units * rows * 30,
  );
}

/** Counts the rows of each unit into histograms that were set to zero. */
export function spread(
  d: Pipelines,
  units: number,
  rows: number,
  measured: Buffer,
  places: Buffer,
  firstRow: number,
  histograms: Buffer,
): void {
  d.recorder.dispatch(
    d.get('spread', HISTOGRAM),
    u32(units, rows, firstRow).buffer,
    [measured, places, histograms],
    grid(Math.ceil((units * rows) / 64)),
    units * rows * 40,
  );
}

const tileWords = (t: LogitsTile): ArrayBuffer =>
  u32(
    t.rows,
    t.branches,
    t.columns,
    t.stride,
    t.firstToken,
    t.firstRow,
    t.totalRows,
    t.firstBranch,
    t.firstPair,
    t.pairs,
    t.totalPairs,
  ).buffer;
