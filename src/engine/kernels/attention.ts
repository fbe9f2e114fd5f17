import code from '../../../shaders/attention.wgsl?raw';
import type { Buffer } from '../../gpu/gpu';
import { kernel, read, write } from '../../gpu/kernel';
import { Parameters } from '../../gpu/parameters';
import { grid } from '../../gpu/recorder';
import type { ModelSpec } from '../../model/spec';
import { padded, TILE_ROWS } from '../layout';
import { type Dispatcher, type Variant, variant } from './dispatcher';

const parameters = new Parameters('Params', {
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
  eps: 'f32',
  scale: 'f32',
});

const ATTENTION = { file: 'attention.wgsl', code, parameters };

export const PLACE = kernel({
  ...ATTENTION,
  entry: 'place',
  bindings: { places: read(1), qkv: read(4), turns: read(5), qk_weight: read(6), q_out: write(7), kv_out: write(8) },
  constants: ['QK_NORM'],
});

export const SCORE = kernel({
  ...ATTENTION,
  entry: 'score',
  bindings: { places: read(1), tiles: read(2), keys: read(3), q: read(9), kv: read(10), scores: write(11) },
  constants: ['WINDOW'],
});

export const SOFTMAX = kernel({
  ...ATTENTION,
  entry: 'softmax',
  bindings: { places: read(1), tiles: read(2), scores: write(11) },
  constants: ['THREADS', 'ROWS', 'WINDOW'],
});

export const MIX = kernel({
  ...ATTENTION,
  entry: 'mix',
  bindings: { places: read(1), tiles: read(2), keys: read(3), kv: read(10), scores: write(11), out: write(12) },
  constants: ['WINDOW'],
});

function variantsFor(d: Dispatcher, { window, sublayers }: ModelSpec) {
  const WINDOW = window ?? 0;
  return {
    place: variant(PLACE, { QK_NORM: sublayers.some((s) => s.kind === 'attn' && s.qNorm) ? 1 : 0 }),
    score: variant(SCORE, { WINDOW }),
    softmax: variant(SOFTMAX, { ...d.sharing, WINDOW }),
    mix: variant(MIX, { WINDOW }),
  };
}

export const attentionKernels = (d: Dispatcher, spec: ModelSpec): Variant[] => Object.values(variantsFor(d, spec));

/** Shapes and buffers of one attention step; see shaders/attention.wgsl. */
export interface AttentionStep {
  /** Rows of one branch, and branches. */
  readonly rows: number;
  readonly branches: number;
  readonly qkv: Buffer;
  readonly qkNorm?: Buffer;
  readonly qkEps: number;
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

/** q, k and v placed, scores, softmax and mix; in runs of tiles for which `scores` has room. */
export function attention(d: Dispatcher, spec: ModelSpec, a: AttentionStep): void {
  const variants = variantsFor(d, spec);
  const { heads, kvHeads, headDim, qkvInterleaved } = spec;
  const { places, tiles, keys, q, kv, scores, out } = a;
  const inAll = a.tileCount * a.branches;
  const step = {
    rows: a.rows,
    branches: a.branches,
    heads,
    kvHeads,
    headDim,
    rotary: spec.rotary.dim,
    qkvStride: padded((heads + 2 * kvHeads) * headDim),
    qStride: padded(heads * headDim),
    qOffset: 0,
    kOffset: qkvInterleaved ? headDim : heads * headDim,
    vOffset: qkvInterleaved ? 2 * headDim : (heads + kvHeads) * headDim,
    headStep: qkvInterleaved ? 3 * headDim : headDim,
    tilesPerBranch: a.tileCount,
    firstTile: 0,
    tileCount: inAll,
    scoreStride: a.scoreStride,
    cacheRows: a.cacheRows,
    eps: a.qkEps,
    scale: 1 / Math.sqrt(headDim),
  };
  const elements = a.rows * a.branches * (heads + 2 * kvHeads) * headDim;
  d.run(
    variants.place,
    step,
    { places, qkv: a.qkv, turns: a.turns, qk_weight: a.qkNorm ?? d.empty, q_out: q, kv_out: kv },
    grid(Math.ceil(elements / 256)),
    elements * (a.qkNorm ? headDim : 2),
  );
  const tileBytes = TILE_ROWS * heads * a.scoreStride * 4;
  const work = TILE_ROWS * a.scoreStride * headDim * heads; // multiply-adds of a tile, at most
  const fits = Math.floor(
    Math.min(scores.bytes / tileBytes, Math.max(1, d.recorder.maxWork / work), (65535 * 8) / heads),
  );
  for (let firstTile = 0; firstTile < inAll; firstTile += fits) {
    const tileCount = Math.min(fits, inAll - firstTile);
    const run = { ...step, firstTile, tileCount };
    d.run(
      variants.score,
      run,
      { places, tiles, keys, q, kv, scores },
      [Math.ceil(a.scoreStride / 32), Math.ceil((tileCount * heads) / 8)],
      tileCount * work,
    );
    d.run(
      variants.softmax,
      run,
      { places, tiles, scores },
      d.rowGroups(tileCount * TILE_ROWS * heads),
      tileCount * TILE_ROWS * heads * a.scoreStride * 4,
    );
    d.run(
      variants.mix,
      run,
      { places, tiles, keys, kv, scores, out },
      [Math.ceil(step.qStride / 32), Math.ceil(tileCount / 8)],
      tileCount * work,
    );
  }
}
