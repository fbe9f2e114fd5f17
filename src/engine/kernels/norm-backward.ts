import code from '../../../shaders/norm_backward.wgsl?raw';
import type { Buffer } from '../../gpu/gpu';
import { kernel, read, write } from '../../gpu/kernel';
import { Parameters } from '../../gpu/parameters';
import { type Norm, padded } from '../layout';
import { type Dispatcher, type Variant, variant } from './dispatcher';
import type { RowList } from './norm';

export const NORM_BACKWARD = kernel({
  file: 'norm_backward.wgsl',
  code,
  entry: 'norm_backward',
  parameters: new Parameters('Params', { rows: 'u32', width: 'u32', stride: 'u32', firstRow: 'u32', eps: 'f32' }),
  bindings: { stream: read(1), weight: read(2), list: read(3), dy: read(4), gradient: write(5) },
  constants: ['THREADS', 'ROWS', 'LAYER_NORM', 'GATHER'],
});

const variantOf = (d: Dispatcher, layer: boolean, gather: boolean) =>
  variant(NORM_BACKWARD, { ...d.sharing, LAYER_NORM: layer ? 1 : 0, GATHER: gather ? 1 : 0 });

/** Norms of one kind, of all rows and of listed ones. */
export const normBackwardKernels = (d: Dispatcher, layer: boolean): Variant[] =>
  [false, true].map((gather) => variantOf(d, layer, gather));

/**
 * gradient += dLoss/d(stream) by the norm of the stream's rows, or of those that `list` names. `dy` is dLoss/d(normed), its
 * rows in the order of the list; the stream and its gradient [rows, padded width].
 */
export function normBackward(
  d: Dispatcher,
  by: Norm,
  stream: Buffer,
  dy: Buffer,
  rows: number,
  gradient: Buffer,
  list?: RowList,
): void {
  d.run(
    variantOf(d, by.layer, list !== undefined),
    { rows, width: by.width, stride: padded(by.width), firstRow: list?.first ?? 0, eps: by.eps },
    { stream, weight: by.weight, list: list?.buffer ?? d.empty, dy, gradient },
    d.rowGroups(rows),
    rows * by.width * 6,
  );
}
