import code from '../../../shaders/statistics.wgsl?raw';
import type { Buffer } from '../../gpu/gpu';
import { kernel, read, write } from '../../gpu/kernel';
import { Parameters } from '../../gpu/parameters';
import { grid } from '../../gpu/recorder';
import { HISTOGRAM, padded } from '../layout';
import { type Dispatcher, type Variant, variant } from './dispatcher';

const STATISTICS = { file: 'statistics.wgsl', code };

export const MEASURE = kernel({
  ...STATISTICS,
  entry: 'measure',
  parameters: new Parameters('Measure', {
    rows: 'u32',
    width: 'u32',
    stride: 'u32',
    sourceRow: 'u32',
    beforeRow: 'u32',
    afterRow: 'u32',
    afterRows: 'u32',
    outRow: 'u32',
  }),
  bindings: { source: read(1), before: read(2), after: read(3), out: write(4) },
  constants: ['THREADS', 'ROWS'],
});

const gather = new Parameters('Gather', { units: 'u32', rows: 'u32', firstRow: 'u32' });

export const TOTAL = kernel({
  ...STATISTICS,
  entry: 'total',
  parameters: gather,
  bindings: { measured: read(5), places: read(6), totals: write(7) },
  constants: ['THREADS', 'ROWS'],
});

export const SPREAD = kernel({
  ...STATISTICS,
  entry: 'spread',
  parameters: gather,
  bindings: { measured: read(5), places: read(6), histograms: write(8) },
  constants: ['BINS', 'PER_OCTAVE', 'LOWEST_OCTAVE'],
});

export const statisticsKernels = (d: Dispatcher): Variant[] => [variant(MEASURE, d.sharing), variant(TOTAL, d.sharing)];
export const histogramKernels = (): Variant[] => [variant(SPREAD, HISTOGRAM)];

/**
 * Per-row sums of what a unit did to the stream; see shaders/statistics.wgsl. Each stream with its first row; of `after`
 * the same `rows` serve for each of `units` runs of rows in the others.
 */
export function measure(
  d: Dispatcher,
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
    const skip = unit * rows;
    d.run(
      variant(MEASURE, d.sharing),
      {
        rows: count * rows,
        width,
        stride: padded(width),
        sourceRow: source[1] + skip,
        beforeRow: before[1] + skip,
        afterRow: after[1],
        afterRows: rows,
        outRow: out[1] + skip,
      },
      { source: source[0], before: before[0], after: after[0], out: out[0] },
      d.rowGroups(count * rows),
      count * work,
    );
  }
}

/** Sums over the rows of each unit, those at the first position apart. `firstRow`: of these rows, in `places`. */
export function total(
  d: Dispatcher,
  units: number,
  rows: number,
  measured: Buffer,
  places: Buffer,
  firstRow: number,
  totals: Buffer,
): void {
  d.run(
    variant(TOTAL, d.sharing),
    { units, rows, firstRow },
    { measured, places, totals },
    d.rowGroups(2 * units),
    2 * units * rows * 30,
  );
}

/** Counts the rows of each unit into histograms that were set to zero. */
export function spread(
  d: Dispatcher,
  units: number,
  rows: number,
  measured: Buffer,
  places: Buffer,
  firstRow: number,
  histograms: Buffer,
): void {
  d.run(
    variant(SPREAD, HISTOGRAM),
    { units, rows, firstRow },
    { measured, places, histograms },
    grid(Math.ceil((units * rows) / 64)),
    units * rows * 40,
  );
}
