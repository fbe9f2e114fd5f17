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
    outRow: 'u32',
    width: 'u32',
    stride: 'u32',
    rank: 'u32',
    rankStride: 'u32',
    strength: 'f32',
    hasDiagonal: 'u32',
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

export const TOTAL = kernel({ ...shared, entry: 'total', bindings: { sums: write(9), gradient: read(14) } });

export const BACK = kernel({
  ...shared,
  entry: 'back',
  bindings: { a: read(3), inner: read(10), diagonal: read(11), held: read(12), out: write(13) },
});

export const moduleBackwardKernels = (): Variant[] => [
  variant(INWARDS, {}),
  variant(THROUGH, {}),
  variant(SPREAD, {}),
  variant(GATHER, {}),
  variant(TOTAL, {}),
  variant(BACK, {}),
];

/** A module's numbers on the GPU, f32, rows padded with zeros to a multiple of 8. */
export interface ModuleNumbers {
  /** [padded width]. */
  readonly bias: Buffer;
  readonly diagonal?: Buffer;
  /** A [rank, padded width] and B [width, padded rank]. */
  readonly map?: { readonly rank: number; readonly a: Buffer; readonly b: Buffer };
}

/** The loss by each of them, in buffers of their shapes; what is found is added to what is there. */
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
  /** What the module read, and the loss by the stream behind it. */
  readonly x: readonly [Buffer, number];
  readonly g: readonly [Buffer, number];
  /** Gets the loss by x that comes through the module added; may be the rows of g themselves. */
  readonly out?: readonly [Buffer, number];
}

/** Working buffers: [rows, padded rank] twice where there is a map, [rows, padded width] where there is a diagonal. */
export interface BackwardRoom {
  readonly read?: Buffer;
  readonly through?: Buffer;
  readonly held?: Buffer;
}

/** Working buffers for so many rows of a module, bytes by name. */
export const backwardRoom = (rows: number, width: number, rank: number, diagonal: boolean) => ({
  ...(rank > 0 && { read: rows * padded(rank) * 4, through: rows * padded(rank) * 4 }),
  ...(diagonal && { held: rows * padded(width) * 4 }),
});

/**
 * What the loss says of a module: of its numbers, where `gradients` has room for that, and of what it read, where there is
 * an `out`. Dispatches too long for one submission are cut.
 */
export function moduleBackward(
  d: Dispatcher,
  on: BackwardRows,
  { map, diagonal }: ModuleNumbers,
  gradients: ModuleGradients | undefined,
  room: BackwardRoom,
): void {
  const { rows, width, strength, x, g, out } = on;
  const stride = padded(width);
  const rank = map?.rank ?? 0;
  const rankStride = padded(rank);
  const values = {
    ...{ rows, firstRow: 0, xRow: x[1], gRow: g[1], outRow: out?.[1] ?? 0, width, stride, rank, rankStride, strength },
    ...{ hasDiagonal: diagonal ? 1 : 0, lefts: 0, firstLeft: 0 },
  };
  const cutBy = (count: number, each: number, run: (first: number, some: number) => void) => {
    const step = Math.max(1, Math.floor(d.recorder.maxWork / each));
    for (let first = 0; first < count; first += step) run(first, Math.min(step, count - first));
  };
  const threads = (count: number) => grid(Math.ceil(count / 64));
  if (gradients) {
    const buffers = { gradient: g[0], sums: gradients.bias };
    d.run(variant(TOTAL, {}), values, buffers, [Math.ceil(stride / 4 / 64), 1], rows * stride);
  }
  if (map) {
    const [one, two] = [room.read!, room.through!];
    const each = rankStride * stride;
    cutBy(rows, each, (firstRow, some) => {
      const own = { ...values, firstRow, rows: some };
      const through = { g: g[0], b: map.b, through_: two };
      d.run(variant(THROUGH, {}), own, through, threads((some * rankStride) / 4), some * each);
      if (!gradients) return;
      d.run(variant(INWARDS, {}), own, { x: x[0], a: map.a, read_: one }, threads(some * rankStride), some * each);
    });
    if (gradients?.a && gradients.b) {
      const [a, b] = [gradients.a, gradients.b];
      cutBy(width, rows * rankStride, (firstLeft, lefts) => {
        const buffers = { left: g[0], right: one, sums: b };
        const work = lefts * rows * rankStride;
        d.run(variant(SPREAD, {}), { ...values, firstLeft, lefts }, buffers, threads((lefts * rankStride) / 4), work);
      });
      cutBy(rank, rows * stride, (firstLeft, lefts) => {
        const buffers = { left: two, right: x[0], sums: a };
        const work = lefts * rows * stride;
        d.run(variant(GATHER, {}), { ...values, firstLeft, lefts }, buffers, threads((lefts * stride) / 4), work);
      });
    }
  }
  if (!out || (!map && !diagonal)) return;
  // g may be where dx goes: what the diagonal reads of it is set aside.
  if (diagonal) d.recorder.copy(g[0], g[1] * stride * 4, room.held!, 0, rows * stride * 4);
  cutBy(rows, Math.max(1, rank) * stride, (firstRow, some) => {
    const buffers = {
      ...{ a: map?.a ?? d.empty, inner: map ? room.through! : d.empty, out: out[0] },
      ...{ diagonal: diagonal ?? d.empty, held: diagonal ? room.held! : d.empty },
    };
    const own = { ...values, firstRow, rows: some };
    d.run(variant(BACK, {}), own, buffers, threads((some * stride) / 4), some * Math.max(1, rank) * stride);
  });
}
