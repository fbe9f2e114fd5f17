import code from '../../../shaders/head_backward.wgsl?raw';
import type { Buffer } from '../../gpu/gpu';
import { kernel, read, write } from '../../gpu/kernel';
import { Parameters, type Values } from '../../gpu/parameters';
import { grid } from '../../gpu/recorder';
import { type Dispatcher, type Variant, variant } from './dispatcher';

const parameters = new Parameters('Params', {
  rows: 'u32',
  columns: 'u32',
  stride: 'u32',
  firstToken: 'u32',
  firstRow: 'u32',
  totalRows: 'u32',
  firstPair: 'u32',
  pairs: 'u32',
  temperature: 'f32',
  ceiling: 'f32',
});

/** Which rows, tokens and pairs a tile of logits holds; see shaders/head_backward.wgsl. */
export type GradientTile = Values<(typeof parameters)['fields']>;

const HEAD = { file: 'head_backward.wgsl', code, parameters };

export const LIKELIHOOD = kernel({
  ...HEAD,
  entry: 'likelihood',
  bindings: { logits: write(1), states: read(2), row_weights: read(3) },
  constants: [],
});

export const TARGETS = kernel({
  ...HEAD,
  entry: 'targets',
  bindings: { logits: write(1), pairs: read(4), pair_weights: read(5), picked: read(8) },
  constants: [],
});

export const DIVERGENCE = kernel({
  ...HEAD,
  entry: 'divergence',
  bindings: { logits: write(1), states: read(2), row_weights: read(3), reference: read(6), divergences: write(7) },
  constants: ['THREADS', 'ROWS'],
});

export const likelihoodKernels = (): Variant[] => [variant(LIKELIHOOD, {}), variant(TARGETS, {})];
export const divergenceKernels = (d: Dispatcher): Variant[] => [variant(DIVERGENCE, d.sharing)];

/** What scored rows and their pairs count in the loss. */
export interface Weighed {
  readonly states: Buffer;
  readonly rowWeights: Buffer;
}

/** logits := the gradient of the negative log-likelihood of the pairs, of this tile. */
export function likelihoodBackward(
  d: Dispatcher,
  logits: Buffer,
  {
    states,
    rowWeights,
    pairs,
    pairWeights,
    picked,
  }: Weighed & Readonly<Record<'pairs' | 'pairWeights' | 'picked', Buffer>>,
  tile: GradientTile,
): void {
  const count = tile.rows * tile.columns;
  d.run(
    variant(LIKELIHOOD, {}),
    tile,
    { logits, states, row_weights: rowWeights },
    grid(Math.ceil(count / 64)),
    count * 4,
  );
  d.run(
    variant(TARGETS, {}),
    tile,
    { logits, pairs, pair_weights: pairWeights, picked },
    grid(Math.ceil(tile.pairs / 64)),
    tile.pairs,
  );
}

/** logits := the gradient of the divergence from the full model's, of this tile; and each row's own divergence so far. */
export function divergenceBackward(
  d: Dispatcher,
  logits: Buffer,
  reference: Buffer,
  { states, rowWeights }: Weighed,
  divergences: Buffer,
  tile: GradientTile,
): void {
  d.run(
    variant(DIVERGENCE, d.sharing),
    tile,
    { logits, states, row_weights: rowWeights, reference, divergences },
    d.rowGroups(tile.rows),
    tile.rows * tile.columns * 12,
  );
}
