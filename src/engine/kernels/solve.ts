import code from '../../../shaders/solve.wgsl?raw';
import type { Buffer } from '../../gpu/gpu';
import { kernel, write } from '../../gpu/kernel';
import { Parameters } from '../../gpu/parameters';
import { type Dispatcher, type Variant, variant } from './dispatcher';

/** Columns that are solved together. */
export const BLOCK = 64;

const shared = {
  file: 'solve.wgsl',
  code,
  parameters: new Parameters('Params', {
    n: 'u32',
    block: 'u32',
    firstRow: 'u32',
    rows: 'u32',
    firstColumn: 'u32',
    columns: 'u32',
  }),
  bindings: { m: write(1) },
  constants: [],
};

export const FACTOR = kernel({ ...shared, entry: 'factor', bindings: { m: write(1), failed: write(2) } });
export const FORWARDS = kernel({ ...shared, entry: 'forwards' });
export const BACKWARDS = kernel({ ...shared, entry: 'backwards' });
export const LESS = kernel({ ...shared, entry: 'less' });
export const LESS_BELOW = kernel({ ...shared, entry: 'lessBelow' });

export const solveKernels = (): Variant[] =>
  [FACTOR, FORWARDS, BACKWARDS, LESS, LESS_BELOW].map((one) => variant(one as typeof FACTOR, {}));

/** A matrix [n, n] and rows of right sides below it. */
export interface Equations {
  /** A multiple of `BLOCK`. */
  readonly n: number;
  readonly m: Buffer;
  /** Becomes 1 where the matrix has an eigenvalue that is not positive. */
  readonly failed: Buffer;
}

/** The lower half of the matrix becomes its L (Cholesky). */
export function factor(d: Dispatcher, { n, m, failed }: Equations): void {
  for (let block = 0; block < n; block += BLOCK) {
    const from = block + BLOCK;
    d.run(variant(FACTOR, {}), { ...none, n, block }, { m, failed }, [1, 1], BLOCK ** 3);
    forwards(d, { n, m }, block, { first: from, count: n - from });
    less(d, LESS, { n, m }, block, { first: from, count: n - from }, { first: from, count: n - from });
  }
}

/** Rows below the matrix, which is its L by now, become what solves the equations: x A = row. */
export function solveRows(d: Dispatcher, { n, m }: Equations, count: number): void {
  const rows = { first: n, count };
  for (let block = 0; block < n; block += BLOCK) {
    forwards(d, { n, m }, block, rows);
    less(d, LESS, { n, m }, block, rows, { first: block + BLOCK, count: n - block - BLOCK });
  }
  for (let block = n - BLOCK; block >= 0; block -= BLOCK) {
    const values = { ...none, n, block, firstRow: rows.first, rows: count };
    d.run(variant(BACKWARDS, {}), values, { m }, [Math.ceil(count / 64), 1], (count * BLOCK ** 2) / 2);
    less(d, LESS_BELOW, { n, m }, block, rows, { first: 0, count: block });
  }
}

const none = { block: 0, firstRow: 0, rows: 0, firstColumn: 0, columns: 0 };

interface Run {
  readonly first: number;
  readonly count: number;
}
type Matrix = Pick<Equations, 'n' | 'm'>;

function forwards(d: Dispatcher, { n, m }: Matrix, block: number, { first, count }: Run): void {
  const values = { ...none, n, block, firstRow: first, rows: count };
  d.run(variant(FORWARDS, {}), values, { m }, [Math.ceil(count / 64), 1], (count * BLOCK ** 2) / 2);
}

/** Dispatches too long for one submission are cut by rows. */
function less(
  d: Dispatcher,
  kernel: typeof LESS,
  { n, m }: Matrix,
  block: number,
  { first, count }: Run,
  columns: Run,
): void {
  if (columns.count === 0) return;
  const each = columns.count * BLOCK;
  const step = Math.max(1, Math.floor(d.recorder.maxWork / each / 32)) * 32;
  for (let row = 0; row < count; row += step) {
    const rows = Math.min(step, count - row);
    d.run(
      variant(kernel, {}),
      { n, block, firstRow: first + row, rows, firstColumn: columns.first, columns: columns.count },
      { m },
      [Math.ceil(columns.count / 32), Math.ceil(rows / 32)],
      rows * each,
    );
  }
}
