import BLOCKS_CODE from '../../../shaders/blocks.wgsl?raw';
import widenCode from '../../../shaders/widen.wgsl?raw';
import { bytesOf, DTYPES, type Dtype, isInBlocks } from '../../formats/dtypes';
import type { Buffer } from '../../gpu/gpu';
import { kernel, read, write } from '../../gpu/kernel';
import { Parameters } from '../../gpu/parameters';
import { grid } from '../../gpu/recorder';
import type { Part } from '../layout';
import { type Dispatcher, type Variant, variant } from './dispatcher';

/** Stands before every shader that reads blocks. */
export { BLOCKS_CODE };

export const WIDEN = kernel({
  file: 'widen.wgsl',
  code: BLOCKS_CODE + widenCode,
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

const widenVariant = (dtype: Dtype) => variant(WIDEN, { DTYPE: DTYPES[dtype].code });

/** Widens matrices stored in these types; those that need no widening are passed over. */
export const widenKernels = (dtypes: Iterable<Dtype>): Variant[] =>
  Array.from(dtypes).filter(isInBlocks).map(widenVariant);

/** What a product reads a matrix as: types in blocks are widened on the way. */
export const readAs = (dtype: Dtype): Dtype => (isInBlocks(dtype) ? 'F32' : dtype);

/** Bytes of so many numbers where a product reads them: none where it reads them as they are stored. */
export const widenedBytes = (dtype: Dtype, count: number): number => (isInBlocks(dtype) ? 4 * count : 0);

/** Multiply-adds that widening a number is like. */
export const WIDENING = 2;

/** Runs of 32 numbers in a row. Blocks hold whole ones. */
export const runsOf = (steps: number): number => steps / 4;

/** Pairs of runs: a thread reads one at a time. The last may be half of one. */
export const pairsOf = (steps: number): number => Math.ceil(runsOf(steps) / 2);

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
    rows * steps * 8 * WIDENING,
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
    rows * steps * 8 * WIDENING,
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
