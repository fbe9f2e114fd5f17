/** What one step of attention is told, however it is computed. */
import type { Buffer } from '../../gpu/gpu';
import { Parameters, type Values } from '../../gpu/parameters';
import type { AttnSpec, ModelSpec, Rotary } from '../../model/spec';
import { padded, TILE_ROWS } from '../layout';

/** Of every kernel of attention, there and back. */
export const parameters = new Parameters('Params', {
  rows: 'u32',
  branches: 'u32',
  heads: 'u32',
  kvHeads: 'u32',
  headDim: 'u32',
  rotary: 'u32',
  qkvStride: 'u32',
  qStride: 'u32',
  qOffset: 'u32',
  kOffset: 'u32',
  vOffset: 'u32',
  headStep: 'u32',
  tilesPerBranch: 'u32',
  firstTile: 'u32',
  tileCount: 'u32',
  scoreStride: 'u32',
  cacheRows: 'u32',
  kvStart: 'u32',
  window: 'u32',
  turnStride: 'u32',
  turnStart: 'u32',
  longStart: 'u32',
  eps: 'f32',
  scale: 'f32',
  cap: 'f32',
});

/** What attention knows of a model. */
export type Heads = Pick<
  ModelSpec,
  'heads' | 'kvHeads' | 'headDim' | 'qkvInterleaved' | 'rotaries' | 'attentionScale' | 'scoreCap' | 'qkNorm'
>;

/** What the shaders call where norms of queries and keys go over. */
export const qkNormOf = ({ qkNorm }: Heads): number => ({ none: 0, head: 1, whole: 2 })[qkNorm ?? 'none'];

/** Shapes and buffers of one attention step; see shaders/attention.wgsl. */
export interface AttentionStep {
  /** Rows of one branch, and branches. */
  readonly rows: number;
  readonly branches: number;
  /** What the block sees, and how it turns positions. */
  readonly sight: Pick<AttnSpec, 'window' | 'rotary'>;
  readonly qkv: Buffer;
  readonly qkNorm?: Buffer;
  readonly qkEps: number;
  /** Where norms go over all heads: [rows of all branches, 2]. */
  readonly sizes?: Buffer;
  readonly q: Buffer;
  readonly kv: Buffer;
  /** Rows of one branch in kv. */
  readonly cacheRows: number;
  readonly scores: Buffer;
  /** Keys a row of scores has room for; a multiple of 4. */
  readonly scoreStride: number;
  readonly out: Buffer;
  readonly places: Buffer;
  readonly tiles: Buffer;
  readonly tileCount: number;
  readonly keys: Buffer;
  readonly turns: Buffer;
}

/** What every kernel of a step is told; tiles, and whether it is keys or values, are each one's own. */
export type Told = Values<(typeof parameters)['fields']>;

export function toldOf(spec: Heads, a: AttentionStep): Told {
  const { heads, kvHeads, headDim, qkvInterleaved } = spec;
  const turns = turnsOf(spec.rotaries);
  const own = a.sight.rotary === undefined ? undefined : turns.of[a.sight.rotary];
  return {
    rows: a.rows,
    branches: a.branches,
    heads,
    kvHeads,
    headDim,
    rotary: own?.dim ?? 0,
    qkvStride: padded((heads + 2 * kvHeads) * headDim),
    qStride: padded(heads * headDim),
    qOffset: 0,
    kOffset: qkvInterleaved ? headDim : heads * headDim,
    vOffset: qkvInterleaved ? 2 * headDim : (heads + kvHeads) * headDim,
    headStep: qkvInterleaved ? 3 * headDim : headDim,
    tilesPerBranch: a.tileCount,
    firstTile: 0,
    tileCount: a.tileCount * a.branches,
    scoreStride: a.scoreStride,
    cacheRows: a.cacheRows,
    kvStart: 0,
    window: a.sight.window ?? 0,
    turnStride: turns.stride,
    turnStart: own?.start ?? 0,
    longStart: own?.longStart ?? 0,
    eps: a.qkEps,
    scale: spec.attentionScale,
    cap: 0,
  };
}

/**
 * Where the turns of each way lie among those of a position: pairs of its channels, then those of long sequences, then the
 * next way's.
 */
export function turnsOf(rotaries: readonly Rotary[]) {
  let stride = 0;
  const of = rotaries.map(({ dim, long }) => {
    const start = stride;
    stride += (dim / 2) * (long ? 2 : 1);
    return { dim, start, longStart: long ? start + dim / 2 : start };
  });
  return { stride, of };
}

/** Multiply-adds of a tile, at most. */
export const tileWork = ({ heads, headDim }: Heads, { scoreStride }: AttentionStep): number =>
  TILE_ROWS * scoreStride * headDim * heads;
