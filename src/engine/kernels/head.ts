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
  firstRow: 'u32',
  totalRows: 'u32',
  firstBranch: 'u32',
  firstPair: 'u32',
  pairs: 'u32',
  totalPairs: 'u32',
});

/** Which rows, branches, tokens and pairs a tile of logits holds; see shaders/head.wgsl. */
export type LogitsTile = Values<(typeof parameters)['fields']>;

const HEAD = { file: 'head.wgsl', code, parameters };

export const ACCUMULATE = kernel({
  ...HEAD,
  entry: 'accumulate',
  bindings: { logits: read(1), states: write(2) },
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
export const distanceKernels = (d: Dispatcher): Variant[] => [variant(DISTANCE, d.sharing)];

/** Takes a tile of logits [branches * rows, columns] into the rows' running log-sum-exp and picks its pairs' logits. */
export function readLogits(
  d: Dispatcher,
  logits: Buffer,
  states: Buffer,
  pairs: Buffer,
  picked: Buffer,
  tile: LogitsTile,
): void {
  const rows = tile.rows * tile.branches;
  d.run(variant(ACCUMULATE, d.sharing), tile, { logits, states }, d.rowGroups(rows), rows * tile.columns * 4);
  const count = tile.pairs * tile.branches;
  d.run(variant(PICK, {}), tile, { logits, pairs, picked }, grid(Math.ceil(count / 64)), count);
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
  d.run(variant(DISTANCE, d.sharing), tile, { logits, reference, squares }, d.rowGroups(rows), rows * tile.columns);
}
