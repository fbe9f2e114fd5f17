import code from '../../../shaders/blocks.wgsl?raw';
import { bytesOf, DTYPES, type Dtype, isInBlocks } from '../../formats/dtypes';
import type { Buffer } from '../../gpu/gpu';
import { kernel, read, write } from '../../gpu/kernel';
import { Parameters } from '../../gpu/parameters';
import { grid } from '../../gpu/recorder';
import type { Part } from '../layout';
import { type Dispatcher, type Variant, variant } from './dispatcher';

export const WIDEN = kernel({
  file: 'blocks.wgsl',
  code,
  entry: 'widen',
  parameters: new Parameters('Params', {
    rows: 'u32',
    runs: 'u32',
    rowHalves: 'u32',
    firstRow: 'u32',
    gather: 'u32',
    tokens: 'u32',
    outRow: 'u32',
    scale: 'f32',
  }),
  bindings: { ids: read(1), w: read(2), out: write(3) },
  constants: ['DTYPE'],
});

const products = (entry: 'products_register' | 'products_workgroup') =>
  kernel({
    file: 'blocks.wgsl',
    code,
    entry,
    parameters: new Parameters('Product', {
      rows: 'u32',
      rowStart: 'u32',
      runs: 'u32',
      rowHalves: 'u32',
      columns: 'u32',
      weightStart: 'u32',
      upStart: 'u32',
      sharing: 'u32',
    }),
    bindings: { w: read(2), out: write(3), x: read(4) },
    constants: ['DTYPE', 'ROWS'],
  });

/** Products of few rows, by the way in which the adapter multiplies those best. */
export const BLOCK_PRODUCTS = {
  matvec_register: products('products_register'),
  matvec_workgroup: products('products_workgroup'),
};

/** `together`: rows that share what is unpacked: two at most, since a thread holds the inputs of each. */
const productVariant = (d: Dispatcher, dtype: Dtype, together: 1 | 2) =>
  variant(BLOCK_PRODUCTS[d.choice.matvec], { DTYPE: DTYPES[dtype].code, ROWS: together });

/** Whether rows are multiplied two at a time. */
const isByTwo = ({ matvec, together = 1 }: Dispatcher['choice']): boolean =>
  matvec === 'matvec_workgroup' && together > 1;

export const blockProductKernels = (d: Dispatcher, dtype: Dtype): Variant[] => [
  productVariant(d, dtype, 1),
  ...(isByTwo(d.choice) ? [productVariant(d, dtype, 2)] : []),
];

const widenVariant = (dtype: Dtype) => variant(WIDEN, { DTYPE: DTYPES[dtype].code });

/** Widens matrices stored in these types; those that need no widening are passed over. */
export const widenKernels = (dtypes: Iterable<Dtype>): Variant[] =>
  Array.from(dtypes).filter(isInBlocks).map(widenVariant);

/** What a product reads a matrix as: types in blocks are widened on the way. */
export const readAs = (dtype: Dtype): Dtype => (isInBlocks(dtype) ? 'F32' : dtype);

/** Bytes of so many numbers where a product reads them: none where it reads them as they are stored. */
export const widenedBytes = (dtype: Dtype, count: number): number => (isInBlocks(dtype) ? 4 * count : 0);

/** Multiply-adds that widening a number is like. */
const WORK = 2;

/** Runs of 32 numbers in a row. Blocks hold whole ones. */
const runsOf = (steps: number): number => steps / 4;

/** Pairs of runs: a thread reads one at a time. The last may be half of one. */
const pairsOf = (steps: number): number => Math.ceil(runsOf(steps) / 2);

const halvesOf = (dtype: Dtype, steps: number): number => bytesOf(dtype, 8 * steps) / 2;

/** Rows [firstRow, firstRow + rows) of a buffer that holds blocks, as f32 to row `outRow` of `out`. */
function widenRows(
  d: Dispatcher,
  part: Part,
  steps: number,
  firstRow: number,
  rows: number,
  out: Buffer,
  outRow: number,
) {
  d.run(
    widenVariant(part.dtype),
    {
      rows,
      runs: runsOf(steps),
      rowHalves: halvesOf(part.dtype, steps),
      firstRow,
      gather: 0,
      tokens: 0,
      outRow,
      scale: 1,
    },
    { ids: d.empty, w: part.buffer, out },
    grid(Math.ceil((rows * pairsOf(steps)) / 64)),
    rows * steps * 8 * WORK,
  );
}

/** out[outRow + i] = scale * the row of token ids[i], where the part has it. */
export function gatherRows(
  d: Dispatcher,
  part: Part,
  steps: number,
  ids: Buffer,
  rows: number,
  out: Buffer,
  outRow: number,
  scale: number,
) {
  const rowHalves = halvesOf(part.dtype, steps);
  d.run(
    widenVariant(part.dtype),
    { rows, runs: runsOf(steps), rowHalves, firstRow: part.first, gather: 1, tokens: part.outputs, outRow, scale },
    { ids, w: part.buffer, out },
    grid(Math.ceil((rows * pairsOf(steps)) / 64)),
    rows * steps * 8 * WORK,
  );
}

/** Four columns of a row of products. */
export const stripsOf = (columns: number): number => Math.ceil(columns / 4);

/** Whether products may be read straight from the blocks: of rows that are whole pairs of runs, as in all but toy models. */
export const mayBeStraight = (d: Dispatcher, dtype: Dtype, steps: number): boolean =>
  isInBlocks(dtype) && runsOf(steps) % 2 === 0 && d.has(productVariant(d, dtype, 1));

/** Threads that share four columns: as many as have a pair each, and few that idle in the last round. */
export function sharingOf(steps: number): number {
  const idle = (threads: number) => Math.ceil(pairsOf(steps) / threads) * threads;
  return [64, 32, 16].reduce((best, threads) => (idle(threads) < idle(best) ? threads : best));
}

/**
 * Products of a few rows of x with outputs [begin, begin + outputs) of a part that is stored in blocks, into the
 * dispatcher's room: rows of strips, gate and up in turn where gated.
 */
export function blockProducts(
  d: Dispatcher,
  part: Part,
  gated: boolean,
  x: Buffer,
  steps: number,
  [rowStart, rows]: readonly [start: number, count: number],
  [begin, outputs]: readonly [begin: number, count: number],
): void {
  const columns = outputs * (gated ? 2 : 1);
  const together = rows > 1 && isByTwo(d.choice) ? 2 : 1;
  const sharing = sharingOf(steps);
  const share = d.choice.matvec === 'matvec_register' ? 32 : 64 / sharing;
  d.run(
    productVariant(d, part.dtype, together),
    {
      ...{ rows, rowStart, runs: runsOf(steps), rowHalves: halvesOf(part.dtype, steps), columns, sharing },
      weightStart: begin - part.first,
      upStart: gated ? part.outputs : 0,
    },
    { x, w: part.buffer, out: d.room },
    [Math.ceil(stripsOf(columns) / share), Math.ceil(rows / together)],
    rows * columns * steps * 8 * WORK,
  );
}

/** Outputs of a matrix in a form that products read. */
export interface Piece {
  readonly dtype: Dtype;
  readonly buffer: Buffer;
  /** Outputs [begin, end) of the matrix. */
  readonly begin: number;
  readonly end: number;
  /** Output of the buffer's first row. */
  readonly first: number;
  /** Rows from a gate row to its up row, where gated. */
  readonly upStart: number;
}

/** Outputs [begin, end) of a part as they lie. */
export const asStored = ({ dtype, buffer, first, outputs }: Part, begin: number, end: number): Piece => ({
  ...{ dtype, buffer, begin, end, first },
  upStart: outputs,
});

/**
 * Outputs [begin, end) of a part, piece by piece where they are stored in blocks: each is widened into the dispatcher's
 * room, and what reads it must be recorded before the next is taken.
 */
export function* readable(
  d: Dispatcher,
  part: Part,
  steps: number,
  gated: boolean,
  begin: number,
  end: number,
): Generator<Piece> {
  if (!isInBlocks(part.dtype)) {
    yield asStored(part, begin, end);
    return;
  }
  const rowBytes = steps * 8 * 4;
  const most = Math.floor(d.room.bytes / (rowBytes * (gated ? 2 : 1)));
  for (let o = begin; o < end; o += most) {
    const outputs = Math.min(most, end - o);
    const row = o - part.first;
    widenRows(d, part, steps, row, outputs, d.room, 0);
    if (gated) widenRows(d, part, steps, part.outputs + row, outputs, d.room, outputs);
    yield { dtype: 'F32', buffer: d.room, begin: o, end: o + outputs, first: o, upStart: outputs };
  }
}
