import type { Buffer } from '../gpu/gpu';
import type { ModelSpec } from '../model/spec';
import { sublayerAt } from '../model/units';
import type { RowSums, UnitMeasures, UnitRows, WalkOptions, WalkStatistics } from './contract';
import { histogramKernels, measure as measureRows, spread, statisticsKernels, total } from './kernels/statistics';
import { HISTOGRAM, padded } from './layout';
import type { Machine } from './machine';
import { SPREADS } from './statistics';

/** Floats of a row's numbers and of a unit's sums: see Row and `total` in shaders/statistics.wgsl. */
const ROW_FLOATS = 8;
const TOTALS = [
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
const TOTAL_FLOATS = 12;

/** What of a walk's first branch is measured. */
export interface Observed extends Pick<WalkOptions, 'statistics' | 'angles'> {
  /** Rows [first, end) of the tree. */
  readonly first: number;
  readonly end: number;
}

/** Places among the measured units: attn, ffn, block, then spans of blocks by their last block. */
const placeOf = (blocks: number, first: number, last: number): number =>
  first === last ? 2 * blocks + last : 3 * blocks + (last * (last - 1)) / 2 + first;

const unitsOf = (blocks: number, angles = false): number => (angles ? placeOf(blocks, 0, blocks) : 3 * blocks);

/** Buffers that measuring so many rows takes, bytes by name. The inputs of all blocks are kept only for spans. */
export function observerBuffers(
  { blocks, width }: ModelSpec,
  rows: number,
  { statistics, angles }: Pick<Observed, 'statistics' | 'angles'>,
): Record<string, number> {
  const stream = rows * padded(width) * 4;
  const units = unitsOf(blocks, angles);
  return {
    blockInputs: (angles ? blocks : 1) * stream,
    beforeUnit: stream,
    unitRows: units * rows * ROW_FLOATS * 4,
    unitTotals: units * 2 * TOTAL_FLOATS * 4,
    ...(statistics === 'histograms' ? { histograms: 3 * blocks * 2 * SPREADS.length * HISTOGRAM.BINS * 4 } : {}),
  };
}

/**
 * Watches one slot during a walk and keeps, for every unit, what it did to each row of the stream; at the end adds the
 * rows up. Static influence is made of these: depth-pruning's `cosine`, `angular`, `relative-l1`, `relative-l2`, `l1`, `l2`.
 */
export class Observer {
  readonly #rows: number;
  readonly #bytes: number;

  private constructor(
    readonly m: Machine,
    readonly observed: Observed,
    /** Rows of a slot. */
    readonly slotRows: number,
  ) {
    this.#rows = observed.end - observed.first;
    this.#bytes = this.#rows * padded(m.spec.width) * 4;
  }

  /** Its buffers must have been planned. */
  static async create(m: Machine, observed: Observed, slotRows: number): Promise<Observer> {
    await m.dispatcher.ready(statisticsKernels(m.dispatcher));
    if (observed.statistics === 'histograms') {
      await m.dispatcher.ready(histogramKernels());
      const { raw, bytes } = m.scratch.get('histograms');
      m.gpu.device.queue.writeBuffer(raw, 0, new Uint8Array(bytes));
    }
    return new Observer(m, observed, slotRows);
  }

  /** Before sublayer `index` adds its update to the slot. */
  before(index: number, stream: Buffer, slot: number): void {
    const { block, kind } = sublayerAt(index);
    const from = (slot * this.slotRows + this.observed.first) * padded(this.m.spec.width) * 4;
    const [to, at] = kind === 'attn' ? this.#inputOf(block) : [this.m.scratch.get('beforeUnit'), 0];
    this.m.recorder.copy(stream, from, to, at * padded(this.m.spec.width) * 4, this.#bytes);
  }

  /** After it. */
  after(index: number, stream: Buffer, slot: number): void {
    const { dispatcher, scratch, spec } = this.m;
    const { block, kind } = sublayerAt(index);
    const input = this.#inputOf(block);
    const before = kind === 'attn' ? input : ([scratch.get('beforeUnit'), 0] as const);
    // With a parallel residual both sublayers read the block's input.
    const source = spec.parallel ? input : before;
    const now = [stream, slot * this.slotRows + this.observed.first] as const;
    const measure = (place: number, source: typeof now, before: typeof now, units = 1) =>
      measureRows(
        dispatcher,
        spec.width,
        this.#rows,
        source,
        before,
        now,
        [scratch.get('unitRows'), place * this.#rows],
        units,
      );
    measure((kind === 'attn' ? 0 : spec.blocks) + block, source, before);
    if (kind === 'attn') return;
    measure(placeOf(spec.blocks, block, block), input, input);
    if (!this.observed.angles || block === 0) return;
    const first = this.#inputOf(0);
    measure(placeOf(spec.blocks, 0, block), first, first, block);
  }

  /** Buffer and first row of a block's input. */
  #inputOf(block: number): readonly [Buffer, number] {
    return [this.m.scratch.get('blockInputs'), this.observed.angles ? block * this.#rows : 0];
  }

  /** Adds up, and brings the sums back, with the rows or the histograms if they were asked for. */
  async result(treePositions: Uint32Array, signal?: AbortSignal): Promise<WalkStatistics> {
    const { dispatcher, recorder, scratch, spec } = this.m;
    const { statistics, angles, first, end } = this.observed;
    const rows = this.#rows;
    const units = unitsOf(spec.blocks, angles);
    const sizes = observerBuffers(spec, rows, this.observed);
    const [measured, totals] = [scratch.get('unitRows'), scratch.get('unitTotals')];
    total(dispatcher, units, rows, measured, scratch.get('places'), first, totals);
    if (statistics === 'histograms') {
      spread(dispatcher, 3 * spec.blocks, rows, measured, scratch.get('places'), first, scratch.get('histograms'));
    }
    const wanted = [
      { buffer: totals, offset: 0, bytes: sizes.unitTotals },
      ...(statistics === 'rows'
        ? [{ buffer: measured, offset: 0, bytes: 3 * spec.blocks * rows * ROW_FLOATS * 4 }]
        : []),
      ...(statistics === 'histograms'
        ? [{ buffer: scratch.get('histograms'), offset: 0, bytes: sizes.histograms }]
        : []),
    ];
    const [sums, more] = await recorder.read(wanted, signal);
    const positions = treePositions.slice(first, end);
    const firsts = positions.reduce((count, p) => count + (p === 0 ? 1 : 0), 0);
    const read: Read = {
      totals: new Float32Array(sums),
      rows: statistics === 'rows' ? new Float32Array(more) : undefined,
      histograms: statistics === 'histograms' ? new Uint32Array(more) : undefined,
      counts: [firsts, rows - firsts],
    };
    const measures = (kind: number) =>
      Array.from({ length: spec.blocks }, (_, b) => unitFrom(read, kind * spec.blocks + b));
    const angle = (a: number, b: number) => {
      const at = 2 * placeOf(spec.blocks, a, b) * TOTAL_FLOATS + TOTALS.indexOf('angular');
      return read.totals[at] + read.totals[at + TOTAL_FLOATS];
    };
    return {
      attn: measures(0),
      ffn: measures(1),
      block: measures(2),
      ...(statistics === 'rows' && { positions }),
      ...(angles && {
        angles: Array.from({ length: spec.blocks }, (_, a) =>
          Array.from({ length: spec.blocks - a }, (_, n) => angle(a, a + n)),
        ),
      }),
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
