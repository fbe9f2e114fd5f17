import code from '../../../shaders/head.wgsl?raw';
import type { Buffer } from '../../gpu/gpu';
import { kernel, read, write } from '../../gpu/kernel';
import { Parameters, type Values } from '../../gpu/parameters';
import { grid } from '../../gpu/recorder';
import { type Dispatcher, type Variant, variant } from './dispatcher';

const parameters = new Parameters('Params', {
  rows: 'u32',
  branches: 'u32',
  columns: 'u32',
  stride: 'u32',
  firstToken: 'u32',
  slices: 'u32',
  firstRow: 'u32',
  totalRows: 'u32',
  firstBranch: 'u32',
  firstPair: 'u32',
  pairs: 'u32',
  totalPairs: 'u32',
});

/** Which rows, branches, tokens and pairs a tile of logits holds; see shaders/head.wgsl. */
export type LogitsTile = Omit<Values<(typeof parameters)['fields']>, 'slices'>;

/** Tokens of a row that one workgroup reads, or one thread where none share a row: SLICE in the shader. */
const SLICE = 4096;

/** Slices of a row of so many tokens: by their number alone, so that a row's bits are too. */
export const slicesOf = (columns: number): number => Math.ceil(columns / SLICE);

const HEAD = { file: 'head.wgsl', code, parameters };

export const ACCUMULATE = kernel({
  ...HEAD,
  entry: 'accumulate',
  bindings: { states: write(2), fours: read(7), slice_states: write(8) },
  constants: ['THREADS', 'ROWS'],
});

export const JOIN_SLICES = kernel({
  ...HEAD,
  entry: 'join_slices',
  bindings: { states: write(2), slice_states: write(8) },
  constants: ['THREADS', 'ROWS'],
});

export const PICK = kernel({
  ...HEAD,
  entry: 'pick',
  bindings: { logits: read(1), pairs: read(3), picked: write(4) },
  constants: [],
});

export const DISTANCE = kernel({
  ...HEAD,
  entry: 'distance_from',
  bindings: { logits: read(1), reference: read(5), squares: write(6) },
  constants: ['THREADS', 'ROWS'],
});

export const logitKernels = (d: Dispatcher): Variant[] => [variant(ACCUMULATE, d.sharing), variant(PICK, {})];
/** Beside those, of tiles that are longer than a slice. */
export const sliceKernels = (d: Dispatcher): Variant[] => [variant(JOIN_SLICES, d.sharing)];
export const distanceKernels = (d: Dispatcher): Variant[] => [variant(DISTANCE, d.sharing)];

/**
 * Takes a tile of logits [branches * rows, columns] into the rows' running log-sum-exp and picks its pairs' logits.
 * @param slices where a row of the tile is longer than a slice: room for the states [rows of all branches, slicesOf(columns)]
 */
export function readLogits(
  d: Dispatcher,
  logits: Buffer,
  states: Buffer,
  pairs: Buffer,
  picked: Buffer,
  tile: LogitsTile,
  slices: Buffer = d.empty,
): void {
  const rows = tile.rows * tile.branches;
  const told = { ...tile, slices: slicesOf(tile.columns) };
  const inAll = rows * told.slices;
  const on = { states, slice_states: slices };
  d.run(variant(ACCUMULATE, d.sharing), told, { ...on, fours: logits }, d.rowGroups(inAll), rows * tile.columns * 4);
  if (told.slices > 1) d.run(variant(JOIN_SLICES, d.sharing), told, on, d.rowGroups(rows), inAll);
  const count = tile.pairs * tile.branches;
  d.run(variant(PICK, {}), told, { logits, pairs, picked }, grid(Math.ceil(count / 64)), count);
}

/** Takes a tile of logits into the rows' squared distance from the reference's logits of the same rows [rows, columns]. */
export function measureDistance(
  d: Dispatcher,
  logits: Buffer,
  reference: Buffer,
  squares: Buffer,
  tile: LogitsTile,
): void {
  const rows = tile.rows * tile.branches;
  d.run(
    variant(DISTANCE, d.sharing),
    { ...tile, slices: 1 },
    { logits, reference, squares },
    d.rowGroups(rows),
    rows * tile.columns,
  );
}
