import code from '../../../shaders/module.wgsl?raw';
import type { Buffer } from '../../gpu/gpu';
import { kernel, read, write } from '../../gpu/kernel';
import { Parameters } from '../../gpu/parameters';
import { grid } from '../../gpu/recorder';
import { MAX_SLOTS, padded, type Slots } from '../layout';
import { type Dispatcher, type Variant, variant } from './dispatcher';
import { fewRowKernels, manyRowKernels } from './linear';

const parameters = new Parameters('Params', {
  rows: 'u32',
  stride: 'u32',
  rowsPerSlot: 'u32',
  strength: 'f32',
  hasDiagonal: 'u32',
  slots: [MAX_SLOTS],
});

export const TAKE = kernel({
  file: 'module.wgsl',
  code,
  entry: 'take',
  parameters,
  bindings: { source: read(5), out: write(6) },
  constants: [],
});

export const ADD = kernel({
  file: 'module.wgsl',
  code,
  entry: 'add',
  parameters,
  bindings: { bias: read(1), diagonal: read(2), taken: read(3), stream: write(4) },
  constants: [],
});

/** Only where a branch has modules. */
export const additiveKernels = (): Variant[] => [variant(ADD, {})];

/** Only where one has a diagonal or a map. */
export const takingKernels = (): Variant[] => [variant(TAKE, {})];

/** Only where one has a map, for many rows, and for the few of a step of decoding. */
export function mapKernels(d: Dispatcher, decoding: boolean): Variant[] {
  const kinds = [
    { dtype: 'F32', epilogue: 'store' },
    { dtype: 'F32', epilogue: 'add' },
  ] as const;
  return [...manyRowKernels(d, kinds), ...(decoding ? fewRowKernels(d, kinds) : [])];
}

/** out [rows of all slots, padded width] = strength * the rows of the slots. */
export function take(d: Dispatcher, width: number, strength: number, from: Slots, out: Buffer): void {
  const rows = from.rows * from.slots.length;
  const stride = padded(width);
  d.run(
    variant(TAKE, {}),
    { rows, stride, rowsPerSlot: from.rows, strength, hasDiagonal: 0, slots: from.slots },
    { source: from.stream, out },
    grid(Math.ceil((rows * stride) / 4 / 64)),
    rows * stride,
  );
}

/** What is added beside a map: a vector [padded width] times the strength, and a diagonal on what was taken. */
export interface Vectors {
  readonly bias: Buffer;
  readonly strength: number;
  readonly diagonal?: Buffer;
}

/** stream += strength * bias + diagonal * taken, in every row of the slots. */
export function addVectors(
  d: Dispatcher,
  width: number,
  { bias, strength, diagonal }: Vectors,
  taken: Buffer,
  to: Slots,
): void {
  const rows = to.rows * to.slots.length;
  const stride = padded(width);
  d.run(
    variant(ADD, {}),
    { rows, stride, rowsPerSlot: to.rows, strength, hasDiagonal: diagonal ? 1 : 0, slots: to.slots },
    { bias, diagonal: diagonal ?? d.empty, taken: diagonal ? taken : d.empty, stream: to.stream },
    grid(Math.ceil((rows * stride) / 4 / 64)),
    rows * stride,
  );
}
