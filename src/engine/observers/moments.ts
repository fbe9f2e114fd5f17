import type { Buffer } from '../../gpu/gpu';
import { type Sublayer, sublayerIndex } from '../../model/units';
import type { Reads } from '../../recovery/module';
import { type Moments, mergeMoments, type Products } from '../../recovery/moments';
import { CHUNK, type MomentRows, momentKernels, PART, sumChannels, sumProducts, takeUpdate } from '../kernels/moments';
import { norm, normKernels } from '../kernels/norm';
import { padded } from '../layout';
import type { Observer, View, Watch } from './observer';

export interface MomentOptions {
  /** Sums of every channel with every other too: what a linear map needs, where the rest needs none. */
  readonly products?: boolean;
  /** A row counts 1 / |after|², `after` being the full model's stream behind the unit: least squares of the relative error. */
  readonly weighted?: boolean;
  /** The first so many positions of every text do not count. */
  readonly skipFirst?: number;
  /**
   * What is read, otherwise than as it is: normed, without weights; or the `update` of the first of the sublayers, which is kept:
   * then what should be added to is the stream behind that, and the others are those that a merged map makes up for.
   */
  readonly reads?: Reads;
  /**
   * What should stand in for the update: the unit's own (default), in the branch that is watched, where it runs; or what
   * brings that branch to where the full model is behind the unit. The full model goes beside the branch, see `Observation`;
   * where none does, the branch itself is the full model.
   */
  readonly target?: 'own' | 'full';
}

/** Observes what one unit, its sublayers from the lowest up, reads and what should stand in for what it adds. */
export const momentsOf = (unit: readonly Sublayer[], options: MomentOptions = {}): Observer<Moments> => ({
  buffers: ({ width }, rows) => ({
    x: rows * padded(width) * 4,
    t: rows * padded(width) * 4,
    weights: rows * 4,
    parts: Math.ceil(rows / CHUNK) * PART.length * padded(width) * 4,
    ...(options.reads === 'normed' && { ones: padded(width) * 4 }),
    ...(options.products && { xx: padded(width) ** 2 * 4, xt: padded(width) ** 2 * 4 }),
  }),
  async watch(view) {
    const { dispatcher, spec } = view;
    await dispatcher.ready([
      ...momentKernels(options.products ?? false),
      ...(options.reads === 'normed' ? normKernels(dispatcher, spec.finalNorm.kind === 'layer') : []),
    ]);
    if (options.reads === 'normed') {
      const ones = new Float32Array(spec.width).fill(1);
      dispatcher.recorder.gpu.device.queue.writeBuffer(view.buffer('ones').raw, 0, ones);
    }
    return new MomentWatch(view, unit.map(sublayerIndex), options);
  },
  merge: mergeMoments,
});

class MomentWatch implements Watch<Moments> {
  readonly #rows: number;
  readonly #first: number;
  readonly #last: number;
  /** Where the stream is what the unit reads: with a parallel residual both sublayers read what the block does. */
  readonly #reads: number;

  constructor(
    readonly view: View,
    unit: readonly number[],
    readonly options: MomentOptions,
  ) {
    this.#rows = view.end - view.first;
    [this.#first, this.#last] = [Math.min(...unit), Math.max(...unit)];
    this.#reads = view.spec.parallel && options.reads !== 'update' ? this.#first - (this.#first % 2) : this.#first;
  }

  before(index: number, stream: Buffer, first: number): void {
    if (index === this.#reads) this.#read(stream, first);
    if (index === this.#first) this.#keep('t', stream, first);
  }

  after(index: number, stream: Buffer, first: number, beside = first): void {
    if (index === this.#first && this.options.reads === 'update') {
      takeUpdate(this.view.dispatcher, this.#on(stream, first, first));
      this.#keep('t', stream, first);
    }
    if (index !== this.#last) return;
    const on = this.#on(stream, first, beside);
    sumChannels(this.view.dispatcher, on);
    if (!this.options.products) return;
    sumProducts(this.view.dispatcher, on, 'x', this.view.buffer('xx'));
    sumProducts(this.view.dispatcher, on, 't', this.view.buffer('xt'));
  }

  async result(signal?: AbortSignal): Promise<Moments> {
    const { dispatcher, spec, positions } = this.view;
    const stride = padded(spec.width);
    const chunks = Math.ceil(this.#rows / CHUNK);
    const whole = (name: string, bytes: number) => ({ buffer: this.view.buffer(name), offset: 0, bytes });
    const reads = [whole('parts', chunks * PART.length * stride * 4)];
    if (this.options.products) reads.push(whole('xx', stride ** 2 * 4), whole('xt', stride ** 2 * 4));
    const [parts, xx, xt] = (await dispatcher.recorder.read(reads, signal)).map((bytes) => new Float32Array(bytes));
    const skipped = positions.subarray(this.view.first, this.view.end).filter((p) => p < (this.options.skipFirst ?? 0));
    const each = Array.from({ length: chunks }, (_, c) => partOf(parts!, c, spec.width));
    const channels = { ...mergeMoments(each), rows: this.#rows - skipped.length };
    if (!xx || !xt) return channels;
    return { ...channels, products: centred(channels, each[0]!, xx, xt) };
  }

  /** x, by way of t, which is kept later where it is not what is read. */
  #read(stream: Buffer, first: number): void {
    if (this.options.reads !== 'normed') {
      this.#keep('x', stream, first);
      return;
    }
    const { dispatcher, spec } = this.view;
    const { kind, eps } = spec.finalNorm;
    this.#keep('t', stream, first);
    norm(
      dispatcher,
      { layer: kind === 'layer', eps, width: spec.width, weight: this.view.buffer('ones') },
      { stream: this.view.buffer('t'), slots: [0], rows: this.#rows },
      this.view.buffer('x'),
    );
  }

  #keep(name: string, stream: Buffer, first: number): void {
    const { dispatcher, spec } = this.view;
    const row = padded(spec.width) * 4;
    dispatcher.recorder.copy(stream, first * row, this.view.buffer(name), 0, this.#rows * row);
  }

  #on(stream: Buffer, first: number, beside: number): MomentRows {
    const { skipFirst = 0, weighted = false, target = 'own' } = this.options;
    const { spec, places } = this.view;
    const buffer = (name: string) => this.view.buffer(name);
    return {
      ...{ rows: this.#rows, width: spec.width, firstRow: this.view.first, skipFirst, weighted, places },
      ...{ x: buffer('x'), t: buffer('t'), weights: buffer('weights'), parts: buffer('parts') },
      after: [stream, target === 'full' ? beside : first],
      full: [stream, beside],
    };
  }
}

/** One chunk's sums as they came back. */
function partOf(parts: Float32Array, chunk: number, width: number): Moments {
  const stride = padded(width);
  const vector = (name: (typeof PART)[number]) => {
    const at = (chunk * PART.length + PART.indexOf(name)) * stride;
    return Float64Array.from(parts.subarray(at, at + width));
  };
  return {
    ...{ rows: 0, weight: vector('weight')[0]! },
    ...{ x: vector('x'), t: vector('t'), absX: vector('absX'), absSum: vector('absSum') },
    ...{ xx: vector('xx'), xt: vector('xt'), tt: vector('tt') },
  };
}

/** Products around the means of all rows, of those around the means of the first chunk; the half that was left out mirrored. */
function centred(all: Moments, shift: Moments, xx: Float32Array, xt: Float32Array): Products {
  const width = all.x.length;
  const stride = padded(width);
  const apart = (key: 'x' | 't') => all[key].map((v, i) => v - shift[key][i]!);
  const [x, t] = [apart('x'), apart('t')];
  const made = { xx: new Float64Array(width * width), xt: new Float64Array(width * width) };
  for (let i = 0; i < width; i++) {
    for (let j = 0; j < width; j++) {
      const [upper, lower] = i >> 2 <= j >> 2 ? [i, j] : [j, i];
      made.xx[i * width + j] = xx[upper * stride + lower]! - all.weight * x[i]! * x[j]!;
      made.xt[i * width + j] = xt[i * stride + j]! - all.weight * x[i]! * t[j]!;
    }
  }
  return made;
}
