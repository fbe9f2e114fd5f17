import code from '../../../shaders/stream_backward.wgsl?raw';
import type { Buffer } from '../../gpu/gpu';
import { kernel, read, write } from '../../gpu/kernel';
import { Parameters } from '../../gpu/parameters';
import { grid } from '../../gpu/recorder';
import { padded } from '../layout';
import { type Dispatcher, type Variant, variant } from './dispatcher';

const STREAM = {
  file: 'stream_backward.wgsl',
  code,
  parameters: new Parameters('Params', { rows: 'u32', width: 'u32', stride: 'u32', outRow: 'u32', scale: 'f32' }),
};

export const CLEAR = kernel({ ...STREAM, entry: 'clear', bindings: { gradient: write(1) }, constants: [] });

export const EFFECT = kernel({
  ...STREAM,
  entry: 'effect',
  bindings: { given: read(2), after: read(3), before: read(4), out: write(5) },
  constants: ['THREADS', 'ROWS'],
});

export const PULL = kernel({
  ...STREAM,
  entry: 'pull',
  bindings: { gradient: write(1), after: read(3), before: read(4), out: write(5) },
  constants: ['THREADS', 'ROWS'],
});

export const clearKernels = (): Variant[] => [variant(CLEAR, {})];
export const effectKernels = (d: Dispatcher): Variant[] => [variant(EFFECT, d.sharing)];
export const pullKernels = (d: Dispatcher): Variant[] => [variant(PULL, d.sharing)];

/** Rows of a stream [rows, padded width]. */
export interface StreamRows {
  readonly rows: number;
  readonly width: number;
}

const told = ({ rows, width }: StreamRows, outRow = 0, scale = 0) => ({
  ...{ rows, width, stride: padded(width), outRow, scale },
});

/** gradient = 0. */
export function clear(d: Dispatcher, of: StreamRows, gradient: Buffer): void {
  const elements = of.rows * padded(of.width);
  d.run(variant(CLEAR, {}), told(of), { gradient }, grid(Math.ceil(elements / 64)), elements);
}

/** out[outRow + row] = |gradient · (after - before)| of each row. */
export function effect(
  d: Dispatcher,
  of: StreamRows,
  { gradient, after, before }: { readonly gradient: Buffer; readonly after: Buffer; readonly before: Buffer },
  out: Buffer,
  outRow: number,
): void {
  d.run(
    variant(EFFECT, d.sharing),
    told(of, outRow),
    { given: gradient, after, before, out },
    d.rowGroups(of.rows),
    of.rows * of.width * 2,
  );
}

/** gradient += d(scale |after - full|²)/d(after); out[outRow + row] = that of each row. */
export function pull(
  d: Dispatcher,
  of: StreamRows,
  { gradient, after, full }: { readonly gradient: Buffer; readonly after: Buffer; readonly full: Buffer },
  scale: number,
  out: Buffer,
  outRow: number,
): void {
  d.run(
    variant(PULL, d.sharing),
    told(of, outRow, scale),
    { gradient, after, before: full, out },
    d.rowGroups(of.rows),
    of.rows * of.width * 4,
  );
}
