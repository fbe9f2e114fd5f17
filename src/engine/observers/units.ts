import type { Buffer } from '../../gpu/gpu';
import { sublayerAt } from '../../model/units';
import { histogramKernels, measure, spread, statisticsKernels, total } from '../kernels/statistics';
import { HISTOGRAM, padded } from '../layout';
import type { Observer, View, Watch } from './observer';
import {
  mergeStatistics,
  type RowSums,
  SPREADS,
  type UnitMeasures,
  type UnitRows,
  type WalkStatistics,
} from './statistics';
import { ROW_FLOATS, rowBytes, TOTAL_FLOATS, TOTALS, totalBytes } from './totals';

/** What is brought back beside the sums: nothing, every row's values, or histograms. */
export type Detail = 'sums' | 'rows' | 'histograms';

/**
 * Observes what every unit does to each row of the stream. Static influence is made of it: depth-pruning's `cosine`,
 * `angular`, `relative-l1`, `relative-l2`, `l1`, `l2`.
 */
export const unitStatistics = (detail: Detail): Observer<WalkStatistics> => ({
  buffers: ({ blocks, width }, rows) => ({
    blockInput: rows * padded(width) * 4,
    unitInput: rows * padded(width) * 4,
    unitRows: rowBytes(3 * blocks, rows),
    unitTotals: totalBytes(3 * blocks),
    ...(detail === 'histograms' && { histograms: histogramBytes(blocks) }),
  }),
  async watch(view) {
    const { dispatcher } = view;
    await dispatcher.ready(statisticsKernels(dispatcher));
    if (detail === 'histograms') {
      await dispatcher.ready(histogramKernels());
      const { raw, bytes } = view.buffer('histograms');
      dispatcher.recorder.gpu.device.queue.writeBuffer(raw, 0, new Uint8Array(bytes));
    }
    return new UnitWatch(view, detail);
  },
  merge: mergeStatistics,
});

const histogramBytes = (blocks: number): number => 3 * blocks * 2 * SPREADS.length * HISTOGRAM.BINS * 4;

/** Keeps, for every unit, what it did to each row; at the end adds the rows up. Units: attn, ffn, block, each by block. */
class UnitWatch implements Watch<WalkStatistics> {
  readonly #rows: number;

  constructor(
    readonly view: View,
    readonly detail: Detail,
  ) {
    this.#rows = view.end - view.first;
  }

  before(index: number, stream: Buffer, first: number): void {
    const { dispatcher, spec } = this.view;
    const row = padded(spec.width) * 4;
    const to = this.view.buffer(sublayerAt(index).kind === 'attn' ? 'blockInput' : 'unitInput');
    dispatcher.recorder.copy(stream, first * row, to, 0, this.#rows * row);
  }

  after(index: number, stream: Buffer, first: number): void {
    const { dispatcher, spec } = this.view;
    const { block, kind } = sublayerAt(index);
    const input = [this.view.buffer('blockInput'), 0] as const;
    const before = kind === 'attn' ? input : ([this.view.buffer('unitInput'), 0] as const);
    const record = (unit: number, source: typeof input, before: typeof input) => {
      const out = [this.view.buffer('unitRows'), unit * this.#rows] as const;
      measure(dispatcher, spec.width, this.#rows, source, before, [stream, first], out);
    };
    // With a parallel residual both sublayers read the block's input.
    record((kind === 'attn' ? 0 : spec.blocks) + block, spec.parallel ? input : before, before);
    if (kind === 'ffn') record(2 * spec.blocks + block, input, input);
  }

  async result(signal?: AbortSignal): Promise<WalkStatistics> {
    const { dispatcher, spec, places, first, end } = this.view;
    const { blocks } = spec;
    const units = 3 * blocks;
    const [measured, totals] = [this.view.buffer('unitRows'), this.view.buffer('unitTotals')];
    total(dispatcher, units, this.#rows, measured, places, first, totals);
    const reads = [{ buffer: totals, offset: 0, bytes: totalBytes(units) }];
    if (this.detail === 'rows') reads.push({ buffer: measured, offset: 0, bytes: rowBytes(units, this.#rows) });
    if (this.detail === 'histograms') {
      const histograms = this.view.buffer('histograms');
      spread(dispatcher, units, this.#rows, measured, places, first, histograms);
      reads.push({ buffer: histograms, offset: 0, bytes: histogramBytes(blocks) });
    }
    const [sums, more] = await dispatcher.recorder.read(reads, signal);
    const positions = this.view.positions.slice(first, end);
    const firsts = positions.reduce((count, p) => count + (p === 0 ? 1 : 0), 0);
    const read: Read = {
      totals: new Float32Array(sums),
      rows: this.detail === 'rows' ? new Float32Array(more) : undefined,
      histograms: this.detail === 'histograms' ? new Uint32Array(more) : undefined,
      counts: [firsts, this.#rows - firsts],
    };
    const measures = (kind: number) => Array.from({ length: blocks }, (_, b) => unitFrom(read, kind * blocks + b));
    return {
      attn: measures(0),
      ffn: measures(1),
      block: measures(2),
      ...(this.detail === 'rows' && { positions }),
    };
  }
}
/** What came back from the GPU, and how many of the rows are first positions and how many not. */
interface Read {
  readonly totals: Float32Array;
  readonly rows: Float32Array | undefined;
  readonly histograms: Uint32Array | undefined;
  readonly counts: readonly [number, number];
}

function unitFrom({ totals, rows, histograms, counts }: Read, place: number): UnitMeasures {
  const group = (g: 0 | 1): RowSums => {
    const sums = Object.fromEntries(TOTALS.map((name, i) => [name, totals[(2 * place + g) * TOTAL_FLOATS + i]]));
    const bins = (s: number) => {
      const at = ((2 * place + g) * SPREADS.length + s) * HISTOGRAM.BINS;
      return histograms!.slice(at, at + HISTOGRAM.BINS);
    };
    return {
      rows: counts[g],
      sums: sums as RowSums['sums'],
      ...(histograms && {
        histograms: Object.fromEntries(SPREADS.map((name, s) => [name, bins(s)])) as RowSums['histograms'],
      }),
    };
  };
  return { first: group(0), rest: group(1), ...(rows && { rows: rowsFrom(rows, place, counts[0] + counts[1]) }) };
}

function rowsFrom(all: Float32Array, place: number, count: number): UnitRows {
  const column = (i: number) =>
    Float32Array.from({ length: count }, (_, r) => all[(place * count + r) * ROW_FLOATS + i]);
  return { turn: column(0), alignment: column(1), stream: column(3), update: column(5) };
}
