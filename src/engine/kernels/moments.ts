import code from '../../../shaders/moments.wgsl?raw';
import type { Buffer } from '../../gpu/gpu';
import { kernel, read, write } from '../../gpu/kernel';
import { Parameters } from '../../gpu/parameters';
import { grid } from '../../gpu/recorder';
import { padded } from '../layout';
import { type Dispatcher, type Variant, variant } from './dispatcher';

const shared = {
  file: 'moments.wgsl',
  code,
  parameters: new Parameters('Params', {
    rows: 'u32',
    stride: 'u32',
    width: 'u32',
    afterRow: 'u32',
    fullRow: 'u32',
    firstRow: 'u32',
    skip: 'u32',
    weighted: 'u32',
    chunk: 'u32',
    right: 'u32',
    firstFour: 'u32',
    fours: 'u32',
  }),
  constants: [],
};

export const PREPARE = kernel({
  ...shared,
  entry: 'prepare',
  bindings: { after: read(1), full: read(2), places: read(3), weights: write(4), target_: write(5) },
});

export const CHANNELS = kernel({
  ...shared,
  entry: 'channels',
  bindings: { x: read(6), t: read(7), counted: read(8), parts: write(9) },
});

export const MULTIPLY = kernel({
  ...shared,
  entry: 'multiply',
  bindings: { x: read(6), t: read(7), counted: read(8), shift: read(10), products: write(11) },
});

/** Rows whose sums are one part. */
export const CHUNK = 128;

/** Vectors [padded width] of a part, in their order. */
export const PART = ['x', 't', 'absX', 'absSum', 'xx', 'xt', 'tt', 'weight'] as const;

export const momentKernels = (products: boolean): Variant[] => [
  variant(PREPARE, {}),
  variant(CHANNELS, {}),
  ...(products ? [variant(MULTIPLY, {})] : []),
];

/** Some rows of a unit, and what of them counts. */
export interface MomentRows {
  readonly rows: number;
  readonly width: number;
  /** Of these rows, in `places`. */
  readonly firstRow: number;
  /** Positions below it do not count. */
  readonly skipFirst: number;
  /** A row counts 1 / |full|², else 1. */
  readonly weighted: boolean;
  /** What the unit reads [rows, padded width]. */
  readonly x: Buffer;
  /** What its update is added to, then what should stand in for the update [rows, padded width]. */
  readonly t: Buffer;
  /** The stream behind it, and the full model's, each with its first row. */
  readonly after: readonly [Buffer, number];
  readonly full: readonly [Buffer, number];
  readonly places: Buffer;
  readonly weights: Buffer;
  /** [chunks][8][padded width]. */
  readonly parts: Buffer;
}

/** What a sublayer added, in the place of the stream before it: of so many rows, given the stream behind it. */
export function takeUpdate(d: Dispatcher, on: MomentRows): void {
  const { rows, x, after, places, weights } = on;
  const buffers = { after: after[0], full: after[0], places, weights, target_: x };
  const values = { ...parametersFor(on), fullRow: after[1] };
  d.run(variant(PREPARE, {}), values, buffers, grid(Math.ceil(rows / 64)), rows * padded(on.width) * 2);
}

/** Makes the targets, and the sums of each chunk of rows by channel. */
export function sumChannels(d: Dispatcher, on: MomentRows): void {
  const { rows, x, t, after, full, places, weights, parts } = on;
  const stride = padded(on.width);
  const values = parametersFor(on);
  const groups = grid(Math.ceil(rows / 64));
  const first = { after: after[0], full: full[0], places, weights, target_: t };
  d.run(variant(PREPARE, {}), values, first, groups, rows * stride * 2);
  d.run(
    variant(CHANNELS, {}),
    values,
    { x, t, counted: weights, parts },
    [Math.ceil(stride / 4 / 64), Math.ceil(rows / CHUNK)],
    rows * stride * 10,
  );
}

/**
 * Sums of x with x (the upper half, by fours) or with t, of which the means of the first chunk are taken off, to
 * `products` [padded width, padded width].
 */
export function sumProducts(d: Dispatcher, on: MomentRows, right: 'x' | 't', products: Buffer): void {
  const { rows, x, t, weights, parts } = on;
  const stride = padded(on.width);
  const fours = stride / 4;
  const perFour = rows * stride * 4;
  const step = Math.max(1, Math.floor(d.recorder.maxWork / perFour));
  for (let firstFour = 0; firstFour < fours; firstFour += step) {
    const count = Math.min(step, fours - firstFour);
    d.run(
      variant(MULTIPLY, {}),
      { ...parametersFor(on), right: right === 'x' ? 0 : 1, firstFour, fours: count },
      { x, t: right === 'x' ? x : t, counted: weights, shift: parts, products },
      [Math.ceil(fours / 64), count],
      count * perFour,
    );
  }
}

const parametersFor = ({ rows, width, firstRow, skipFirst, weighted, after, full }: MomentRows) => ({
  ...{ rows, width, stride: padded(width), firstRow, skip: skipFirst, weighted: weighted ? 1 : 0 },
  ...{ afterRow: after[1], fullRow: full[1], chunk: CHUNK, right: 0, firstFour: 0, fours: 0 },
});
