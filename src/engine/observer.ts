import type { Buffer } from '../gpu/gpu';
import { sublayerAt } from '../model/units';
import type { RowSums, WalkStatistics } from './contract';
import type { Machine } from './forward';
import { padded } from './weights';

/** Bytes of a row's sums: see Row in shaders/statistics.wgsl. */
const ROW_FLOATS = 6;

/**
 * Watches one slot during a walk and keeps, for every unit, what it did to each row of the stream. Static influence is
 * made of these: depth-pruning's `cosine`, `angular`, `relative-l1`, `relative-l2`, `l1`, `l2` (the relative ones over
 * the norm of the unit's input).
 */
export class StatisticsObserver {
  readonly #start: Buffer;
  readonly #before: Buffer;
  readonly #out: Buffer;

  private constructor(
    readonly m: Machine,
    readonly rows: number,
  ) {
    this.#start = m.scratch.get('blockStart');
    this.#before = m.scratch.get('beforeUnit');
    this.#out = m.scratch.get('unitRows');
  }

  static async create(m: Machine, rows: number): Promise<StatisticsObserver> {
    await m.dispatcher.ready('statistics');
    const stream = rows * padded(m.spec.width) * 4;
    await m.scratch.plan({
      blockStart: stream,
      beforeUnit: stream,
      unitRows: 3 * m.spec.blocks * rows * ROW_FLOATS * 4,
    });
    return new StatisticsObserver(m, rows);
  }

  /** Before sublayer `index` adds its update to the slot. */
  before(index: number, stream: Buffer, slot: number): void {
    const bytes = this.rows * padded(this.m.spec.width) * 4;
    if (sublayerAt(index).kind === 'attn') this.m.recorder.copy(stream, slot * bytes, this.#start, 0, bytes);
    this.m.recorder.copy(stream, slot * bytes, this.#before, 0, bytes);
  }

  /** After it. */
  after(index: number, stream: Buffer, slot: number): void {
    const { dispatcher, spec } = this.m;
    const { block, kind } = sublayerAt(index);
    const now = [stream, slot * this.rows] as const;
    // With a parallel residual both sublayers read the block's input.
    const source = spec.parallel ? this.#start : this.#before;
    const place = (kind === 'attn' ? 0 : spec.blocks) + block;
    dispatcher.measure(spec.width, this.rows, [source, 0], [this.#before, 0], now, [this.#out, place * this.rows]);
    if (kind === 'ffn') {
      dispatcher.measure(spec.width, this.rows, [this.#start, 0], [this.#start, 0], now, [
        this.#out,
        (2 * spec.blocks + block) * this.rows,
      ]);
    }
  }

  /** What every unit did. */
  async result(positions: Uint32Array, signal?: AbortSignal): Promise<WalkStatistics> {
    const { blocks } = this.m.spec;
    const [bytes] = await this.m.recorder.read(
      [{ buffer: this.#out, offset: 0, bytes: 3 * blocks * this.rows * ROW_FLOATS * 4 }],
      signal,
    );
    const all = new Float32Array(bytes);
    const units = (first: number) =>
      Array.from({ length: blocks }, (_, i) => {
        const own = all.subarray((first + i) * this.rows * ROW_FLOATS, (first + i + 1) * this.rows * ROW_FLOATS);
        return { first: sumsOf(own, positions, true), rest: sumsOf(own, positions, false) };
      });
    return { attn: units(0), ffn: units(blocks), block: units(2 * blocks) };
  }
}

function sumsOf(rows: Float32Array, positions: Uint32Array, first: boolean): RowSums {
  const sums = {
    cosine: 0,
    angular: 0,
    'relative-l1': 0,
    'relative-l2': 0,
    'relative-l1-output': 0,
    'relative-l2-output': 0,
    l1: 0,
    l2: 0,
    stream: 0,
    alignment: 0,
  };
  let count = 0;
  for (let i = 0; i < rows.length; i += ROW_FLOATS) {
    if ((positions[i / ROW_FLOATS] === 0) !== first) continue;
    count++;
    const turn = rows[i];
    sums.cosine += turn;
    sums.angular += (2 * Math.asin(Math.min(1, Math.sqrt(Math.max(0, turn) / 2)))) / Math.PI; // arccos(1 - turn) / pi
    sums['relative-l1'] += rows[i + 3] / rows[i + 1];
    sums['relative-l2'] += rows[i + 4] / rows[i + 2];
    sums.l1 += rows[i + 3];
    sums.l2 += rows[i + 4];
    sums.stream += rows[i + 2];
  }
  return { rows: count, sums };
}
