import code from '../../../shaders/attention.wgsl?raw';
import type { Buffer } from '../../gpu/gpu';
import { kernel, read, write } from '../../gpu/kernel';
import { Parameters, type Values } from '../../gpu/parameters';
import { grid } from '../../gpu/recorder';
import type { AttnSpec, ModelSpec, Rotary } from '../../model/spec';
import { padded, TILE_ROWS } from '../layout';
import { type Dispatcher, type Variant, variant } from './dispatcher';

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

const ATTENTION = { file: 'attention.wgsl', code, parameters };

export const SIZES = kernel({
  ...ATTENTION,
  entry: 'sizes',
  bindings: { qkv: read(4), scales_out: write(14) },
  constants: [],
});

export const PLACE = kernel({
  ...ATTENTION,
  entry: 'place',
  bindings: {
    places: read(1),
    qkv: read(4),
    turns: read(5),
    qk_weight: read(6),
    q_out: write(7),
    kv_out: write(8),
    scales: read(13),
  },
  constants: ['QK_NORM'],
});

export const SCORE = kernel({
  ...ATTENTION,
  entry: 'score',
  bindings: { places: read(1), tiles: read(2), keys: read(3), q: read(9), kv: read(10), scores: write(11) },
  constants: [],
});

export const SOFTMAX = kernel({
  ...ATTENTION,
  entry: 'softmax',
  bindings: { places: read(1), tiles: read(2), scores: write(11) },
  constants: ['THREADS', 'ROWS'],
});

export const MIX = kernel({
  ...ATTENTION,
  entry: 'mix',
  bindings: { places: read(1), tiles: read(2), keys: read(3), kv: read(10), scores: write(11), out: write(12) },
  constants: [],
});

/** What attention knows of a model. */
export type Heads = Pick<
  ModelSpec,
  'heads' | 'kvHeads' | 'headDim' | 'qkvInterleaved' | 'rotaries' | 'attentionScale' | 'scoreCap' | 'qkNorm'
>;

/** What the shaders call where norms of queries and keys go over. */
export const qkNormOf = ({ qkNorm }: Heads): number => ({ none: 0, head: 1, whole: 2 })[qkNorm ?? 'none'];

const variantsFor = (d: Dispatcher, spec: Heads) => ({
  place: variant(PLACE, { QK_NORM: qkNormOf(spec) }),
  score: variant(SCORE, {}),
  softmax: variant(SOFTMAX, d.sharing),
  mix: variant(MIX, {}),
});

export const attentionKernels = (d: Dispatcher, spec: Heads): Variant[] => [
  ...Object.values(variantsFor(d, spec)),
  ...(spec.qkNorm === 'whole' ? [variant(SIZES, {})] : []),
];

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

/** q, k and v placed, scores, softmax and mix; in runs of tiles for which `scores` has room. */
export function attention(d: Dispatcher, spec: Heads, a: AttentionStep): void {
  place(d, spec, a);
  for (const run of tileRuns(d, spec, a)) {
    attend(d, spec, a, run);
    mix(d, spec, a, run, 'values', a.scores, a.out);
  }
}

/** q and k normed and turned, and k and v in the cache. */
export function place(d: Dispatcher, spec: Heads, a: AttentionStep): void {
  const { places, qkv, turns, qkNorm, q, kv, sizes } = a;
  const told = toldOf(spec, a);
  if (spec.qkNorm === 'whole') {
    const rows = a.rows * a.branches;
    d.run(variant(SIZES, {}), told, { qkv, scales_out: sizes! }, grid(Math.ceil(rows / 64)), rows * told.qkvStride);
  }
  const elements = a.rows * a.branches * (spec.heads + 2 * spec.kvHeads) * spec.headDim;
  d.run(
    variantsFor(d, spec).place,
    told,
    { places, qkv, turns, qk_weight: qkNorm ?? d.empty, q_out: q, kv_out: kv, scales: sizes ?? d.empty },
    grid(Math.ceil(elements / 256)),
    elements * (spec.qkNorm === 'head' ? spec.headDim : 2),
  );
}

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

/** Tiles for which `scores` has room, and which are not too long for one submission. */
export interface TileRun {
  readonly firstTile: number;
  readonly tileCount: number;
}

export function* tileRuns(d: Dispatcher, spec: Heads, a: AttentionStep): Generator<TileRun> {
  const inAll = a.tileCount * a.branches;
  const tileBytes = TILE_ROWS * spec.heads * a.scoreStride * 4;
  const fits = Math.floor(
    Math.min(a.scores.bytes / tileBytes, Math.max(1, d.recorder.maxWork / tileWork(spec, a)), (65535 * 8) / spec.heads),
  );
  for (let firstTile = 0; firstTile < inAll; firstTile += fits) {
    yield { firstTile, tileCount: Math.min(fits, inAll - firstTile) };
  }
}

/** Multiply-adds of a tile, at most. */
export const tileWork = ({ heads, headDim }: Heads, { scoreStride }: AttentionStep): number =>
  TILE_ROWS * scoreStride * headDim * heads;

/** What each row of the tiles gives to every key: probabilities. */
export function attend(d: Dispatcher, spec: Heads, a: AttentionStep, run: TileRun): void {
  const { places, tiles, scores } = a;
  scoreKeys(d, spec, a, run, scores);
  const rows = run.tileCount * TILE_ROWS * spec.heads;
  d.run(
    variantsFor(d, spec).softmax,
    { ...toldOf(spec, a), ...run },
    { places, tiles, scores },
    d.rowGroups(rows),
    rows * a.scoreStride * 4,
  );
}

/** Which half of a row of the cache. */
type Half = 'keys' | 'values';
const startOf = (half: Half, { kvHeads, headDim }: Heads): number => (half === 'keys' ? 0 : (kvHeads * headDim) / 4);

/** Each head's row of queries with each key, scaled and capped as the model does. */
export const scoreKeys = (d: Dispatcher, spec: Heads, a: AttentionStep, run: TileRun, scores: Buffer): void =>
  score(d, spec, a, run, 'keys', a.q, scores, spec.attentionScale, spec.scoreCap);

/** scores = scale * each head's row of `by` with each key, or with each value. */
export function score(
  d: Dispatcher,
  spec: Heads,
  a: AttentionStep,
  run: TileRun,
  half: Half,
  by: Buffer,
  scores: Buffer,
  scale: number,
  cap = 0,
): void {
  const { places, tiles, keys, kv } = a;
  d.run(
    variantsFor(d, spec).score,
    { ...toldOf(spec, a), ...run, kvStart: startOf(half, spec), scale, cap },
    { places, tiles, keys, q: by, kv, scores },
    [Math.ceil(a.scoreStride / 32), Math.ceil((run.tileCount * spec.heads) / 8)],
    run.tileCount * tileWork(spec, a),
  );
}

/** out = the sum of the values, or of the keys, by the scores of each head's row. */
export function mix(
  d: Dispatcher,
  spec: Heads,
  a: AttentionStep,
  run: TileRun,
  half: Half,
  scores: Buffer,
  out: Buffer,
): void {
  const { places, tiles, keys, kv } = a;
  const told = toldOf(spec, a);
  d.run(
    variantsFor(d, spec).mix,
    { ...told, ...run, kvStart: startOf(half, spec) },
    { places, tiles, keys, kv, scores, out },
    [Math.ceil(told.qStride / 32), Math.ceil(run.tileCount / 8)],
    run.tileCount * tileWork(spec, a),
  );
}
