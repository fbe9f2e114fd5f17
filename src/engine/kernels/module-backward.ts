import code from '../../../shaders/module_backward.wgsl?raw';
import type { Buffer } from '../../gpu/gpu';
import { kernel, read, write } from '../../gpu/kernel';
import { Parameters } from '../../gpu/parameters';
import { grid } from '../../gpu/recorder';
import { padded } from '../layout';
import { type Dispatcher, type Variant, variant } from './dispatcher';

const shared = {
  file: 'module_backward.wgsl',
  code,
  parameters: new Parameters('Params', {
    rows: 'u32',
    firstRow: 'u32',
    xRow: 'u32',
    gRow: 'u32',
    width: 'u32',
    stride: 'u32',
    rank: 'u32',
    rankStride: 'u32',
    strength: 'f32',
    lefts: 'u32',
    firstLeft: 'u32',
  }),
  constants: [],
};

export const INWARDS = kernel({ ...shared, entry: 'inwards', bindings: { x: read(1), a: read(3), read_: write(5) } });

export const THROUGH = kernel({
  ...shared,
  entry: 'through',
  bindings: { g: read(2), b: read(4), through_: write(6) },
});

const sums = { left: read(7), right: read(8), sums: write(9) };
export const SPREAD = kernel({ ...shared, entry: 'spread', bindings: sums });
export const GATHER = kernel({ ...shared, entry: 'gather', bindings: sums });

export const TOTAL = kernel({ ...shared, entry: 'total', bindings: { sums: write(9), gradient: read(10) } });

export const moduleBackwardKernels = (): Variant[] => [
  variant(INWARDS, {}),
  variant(THROUGH, {}),
  variant(SPREAD, {}),
  variant(GATHER, {}),
  variant(TOTAL, {}),
];

/** A module's map on the GPU, f32, rows padded with zeros to a multiple of 8: A [rank, padded width], B [width, padded rank]. */
export interface MapNumbers {
  readonly rank: number;
  readonly a: Buffer;
  readonly b: Buffer;
}

/** The loss by a module's numbers, in buffers of their shapes; what is found is added to what is there. */
export interface ModuleGradients {
  readonly bias: Buffer;
  readonly a?: Buffer;
  readonly b?: Buffer;
}

/** Rows of streams [rows, padded width], each in a buffer from a row on. */
export interface BackwardRows {
  readonly rows: number;
  readonly width: number;
  readonly strength: number;
  /** What the module read, and the gradient of the loss by what it adds. */
  readonly x: readonly [Buffer, number];
  readonly g: readonly [Buffer, number];
}

/** Working buffers [rows, padded rank], where there is a map. */
export interface BackwardRoom {
  readonly read: Buffer;
  readonly through: Buffer;
}

/** Adds to the gradient of a module's numbers what some rows say. Dispatches too long for one submission are cut. */
export function moduleBackward(
  d: Dispatcher,
  { rows, width, strength, x, g }: BackwardRows,
  map: MapNumbers | undefined,
  { bias, a, b }: ModuleGradients,
  room: BackwardRoom | undefined,
): void {
  const stride = padded(width);
  const rank = map?.rank ?? 0;
  const rankStride = padded(rank);
  const values = {
    ...{ rows, firstRow: 0, xRow: x[1], gRow: g[1], width, stride, rank, rankStride, strength },
    ...{ lefts: 0, firstLeft: 0 },
  };
  const threads = (count: number) => grid(Math.ceil(count / 64));
  const sums = { gradient: g[0], sums: bias };
  d.run(variant(TOTAL, {}), values, sums, [Math.ceil(stride / 4 / 64), 1], rows * stride);
  if (!map || !room || !a || !b) return;
  const each = rankStride * stride;
  cutBy(d, rows, each, (firstRow, some) => {
    const own = { ...values, firstRow, rows: some };
    const through = { g: g[0], b: map.b, through_: room.through };
    d.run(variant(THROUGH, {}), own, through, threads((some * rankStride) / 4), some * each);
    const inwards = { x: x[0], a: map.a, read_: room.read };
    d.run(variant(INWARDS, {}), own, inwards, threads(some * rankStride), some * each);
  });
  cutBy(d, width, rows * rankStride, (firstLeft, lefts) => {
    const buffers = { left: g[0], right: room.read, sums: b };
    const work = lefts * rows * rankStride;
    d.run(variant(SPREAD, {}), { ...values, firstLeft, lefts }, buffers, threads((lefts * rankStride) / 4), work);
  });
  cutBy(d, rank, rows * stride, (firstLeft, lefts) => {
    const buffers = { left: room.through, right: x[0], sums: a };
    const work = lefts * rows * stride;
    d.run(variant(GATHER, {}), { ...values, firstLeft, lefts }, buffers, threads((lefts * stride) / 4), work);
  });
}

function cutBy(d: Dispatcher, count: number, each: number, run: (first: number, some: number) => void): void {
  const step = Math.max(1, Math.floor(d.recorder.maxWork / each));
  for (let first = 0; first < count; first += step) run(first, Math.min(step, count - first));
}
