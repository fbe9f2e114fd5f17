import own from '../../../shaders/linear_backward.wgsl?raw';
import weights from '../../../shaders/weights.wgsl?raw';
import { DTYPES, type Dtype } from '../../formats/dtypes';
import type { Buffer } from '../../gpu/gpu';
import { kernel, read, write } from '../../gpu/kernel';
import { Parameters } from '../../gpu/parameters';
import type { Linear } from '../layout';
import { readAs, readable } from './blocks';
import { type Dispatcher, type Variant, variant } from './dispatcher';
import type { Columns } from './linear';

const transposed = (entry: 'transposed_register' | 'transposed_workgroup') =>
  kernel({
    file: 'linear_backward.wgsl',
    code: weights + own,
    entry,
    parameters: new Parameters('Params', {
      rows: 'u32',
      rowStart: 'u32',
      steps: 'u32',
      firstStep: 'u32',
      outputs: 'u32',
      weightStart: 'u32',
      gradientStart: 'u32',
      gradientStride: 'u32',
      add: 'u32',
      scale: 'f32',
    }),
    bindings: { g: read(1), w: read(2), dx: write(3) },
    constants: ['DTYPE'],
  });

/** By the way in which the adapter multiplies best. */
export const TRANSPOSED = {
  matmul_register: transposed('transposed_register'),
  matmul_workgroup: transposed('transposed_workgroup'),
};

const variantOf = (d: Dispatcher, dtype: Dtype) => variant(TRANSPOSED[d.choice.matmul], { DTYPE: DTYPES[dtype].code });

export const linearBackwardKernels = (d: Dispatcher, dtypes: Iterable<Dtype>): Variant[] =>
  Array.from(new Set(Array.from(dtypes, readAs)), (dtype) => variantOf(d, dtype));

/** A gated matrix as a plain one without its bias: of each part the gate's outputs, then up's. */
export const withoutGate = (w: Linear): Linear =>
  w.gated
    ? {
        parts: w.parts.map((part) => ({ ...part, first: 2 * part.first, outputs: 2 * part.outputs })),
        outputs: 2 * w.outputs,
        steps: w.steps,
        gated: false,
      }
    : w;

export interface BackwardProduct {
  /** Outputs of the matrix that g is a gradient by; default all. They are the first columns of g. */
  readonly columns?: Columns;
  /** dx += g W, else dx = g W. */
  readonly add?: boolean;
}

/**
 * dx [rows, padded inputs] from g [rows, outputs], whose rows are `stride` elements apart, by the matrix of y = x Wᵀ, one
 * without a gate. Products too long for one submission are cut by rows, then by inputs, and never by the outputs that are
 * summed over: how quick an adapter was found decides no bit.
 */
export function linearBackward(
  d: Dispatcher,
  g: Buffer,
  stride: number,
  rows: number,
  w: Linear,
  dx: Buffer,
  { columns = { first: 0, count: w.outputs }, add = false }: BackwardProduct = {},
): void {
  const limit = d.recorder.maxWork;
  let adds = add;
  for (const part of w.parts) {
    const begin = Math.max(part.first, columns.first);
    const end = Math.min(part.first + part.outputs, columns.first + columns.count);
    if (begin >= end) continue;
    for (const piece of readable(d, part, w.steps, false, begin, end)) {
      const outputs = piece.end - piece.begin;
      const perStep = 8 * outputs; // multiply-adds a row
      const rowStep = Math.max(1, Math.floor(limit / (perStep * w.steps) / 64)) * 64;
      for (let row = 0; row < rows; row += rowStep) {
        const count = Math.min(rowStep, rows - row);
        const most = Math.max(1, Math.floor(limit / (perStep * count) / 8)) * 8;
        for (let firstStep = 0; firstStep < w.steps; firstStep += most) {
          const steps = Math.min(most, w.steps - firstStep);
          d.run(
            variantOf(d, piece.dtype),
            {
              rows: count,
              rowStart: row,
              steps: w.steps,
              firstStep,
              outputs,
              weightStart: piece.begin - piece.first,
              gradientStart: piece.begin - columns.first,
              gradientStride: stride,
              add: adds ? 1 : 0,
              scale: w.scale ?? 1,
            },
            { g, w: piece.buffer, dx },
            [Math.ceil(steps / 8), Math.ceil(count / 64)],
            count * steps * perStep,
          );
        }
      }
      adds = true;
    }
  }
}
