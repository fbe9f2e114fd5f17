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
  constants: ['THREADS', 'ROWS', 'LAYER_NORM', 'GATHER'],
});

const normVariant = (d: Dispatcher, layer: boolean, gather: boolean) =>
  variant(NORM, { ...d.sharing, LAYER_NORM: layer ? 1 : 0, GATHER: gather ? 1 : 0 });

/** Norms of one kind, of all rows and of listed ones. */
export const normKernels = (d: Dispatcher, layer: boolean): Variant[] =>
  [false, true].map((gather) => normVariant(d, layer, gather));

/** Row numbers, `count` of them from `first` on. */
export interface RowList {
  readonly buffer: Buffer;
  readonly first: number;
  readonly count: number;
}

/** out[branch rows] = norm of each slot's rows, or of the rows `list` names in each slot. */
export function norm(d: Dispatcher, by: Norm, from: Slots, out: Buffer, list?: RowList): void {
  const rowsPerBranch = list?.count ?? from.rows;
  const rows = rowsPerBranch * from.slots.length;
  d.run(
    normVariant(d, by.layer, list !== undefined),
    {
      rows,
      width: by.width,
      stride: padded(by.width),
      rowsPerSlot: from.rows,
      rowsPerBranch,
      hasBias: by.bias ? 1 : 0,
      firstRow: list?.first ?? 0,
      eps: by.eps,
      slots: from.slots,
    },
    { stream: from.stream, weight: by.weight, bias: by.bias ?? d.empty, list: list?.buffer ?? d.empty, out },
    d.rowGroups(rows),
    rows * by.width * 3,
  );
}
