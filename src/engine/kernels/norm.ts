import code from '../../../shaders/norm.wgsl?raw';
import type { Buffer } from '../../gpu/gpu';
import { kernel, read, write } from '../../gpu/kernel';
import { Parameters } from '../../gpu/parameters';
import { MAX_SLOTS, type Norm, padded, type Slots } from '../layout';
import { type Dispatcher, type Variant, variant } from './dispatcher';

export const NORM = kernel({
  file: 'norm.wgsl',
  code,
  entry: 'norm',
  parameters: new Parameters('Params', {
    rows: 'u32',
    width: 'u32',
    stride: 'u32',
    rowsPerSlot: 'u32',
    rowsPerBranch: 'u32',
    hasBias: 'u32',
    firstRow: 'u32',
    eps: 'f32',
    slots: [MAX_SLOTS],
  }),
  bindings: { stream: read(1), weight: read(2), bias: read(3), list: read(4), out: write(5) },
  constants: ['THREADS', 'ROWS', 'LAYER_NORM', 'GATHER', 'ADD'],
});

const normVariant = (d: Dispatcher, layer: boolean, way: 'all' | 'listed' | 'added') =>
  variant(NORM, {
    THREADS: d.sharing.THREADS,
    ROWS: d.sharing.ROWS,
    LAYER_NORM: layer ? 1 : 0,
    GATHER: way === 'listed' ? 1 : 0,
    ADD: way === 'added' ? 1 : 0,
  });

/** Norms of one kind, of all rows and of listed ones. */
export const normKernels = (d: Dispatcher, layer: boolean): Variant[] =>
  (['all', 'listed'] as const).map((way) => normVariant(d, layer, way));

/** Of what sublayers come to. */
export const normAddKernels = (d: Dispatcher, layer: boolean): Variant[] => [normVariant(d, layer, 'added')];

/** Row numbers, `count` of them from `first` on. */
export interface RowList {
  readonly buffer: Buffer;
  readonly first: number;
  readonly count: number;
}

/** out[branch rows] = norm of each slot's rows, or of the rows `list` names in each slot. */
export function norm(d: Dispatcher, by: Norm, from: Slots, out: Buffer, list?: RowList): void {
  run(d, by, list ? 'listed' : 'all', from, from.stream, out, list);
}

/** stream += norm of `updates` [rows of all slots, padded width], into the slots. */
export function normAdd(d: Dispatcher, by: Norm, updates: Buffer, to: Slots): void {
  run(d, by, 'added', to, updates, to.stream);
}

function run(
  d: Dispatcher,
  by: Norm,
  way: 'all' | 'listed' | 'added',
  at: Omit<Slots, 'stream'>,
  stream: Buffer,
  out: Buffer,
  list?: RowList,
): void {
  const rowsPerBranch = list?.count ?? at.rows;
  const rows = rowsPerBranch * at.slots.length;
  d.run(
    normVariant(d, by.layer, way),
    {
      rows,
      width: by.width,
      stride: padded(by.width),
      rowsPerSlot: at.rows,
      rowsPerBranch,
      hasBias: by.bias ? 1 : 0,
      firstRow: list?.first ?? 0,
      eps: by.eps,
      slots: at.slots,
    },
    { stream, weight: by.weight, bias: by.bias ?? d.empty, list: list?.buffer ?? d.empty, out },
    d.rowGroups(rows),
    rows * by.width * 3,
  );
}
