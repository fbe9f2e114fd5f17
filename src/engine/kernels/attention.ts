import code from '../../../shaders/attention.wgsl?raw';
import type { Buffer } from '../../gpu/gpu';
import { kernel, read, write } from '../../gpu/kernel';
import { grid } from '../../gpu/recorder';
import { TILE_ROWS } from '../layout';
import { type AttentionStep, type Heads, parameters, qkNormOf, tileWork, toldOf } from './attention-step';
import { type Dispatcher, type Variant, variant } from './dispatcher';
import { flash, flashes, flashKernels } from './flash';

const ATTENTION = { file: 'attention.wgsl', code, parameters };

export const SIZES = kernel({
  ...ATTENTION,
  entry: 'sizes',
  bindings: { qkv: read(4), scales_out: write(14) },
  constants: ['THREADS', 'ROWS'],
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

const variantsFor = (d: Dispatcher, spec: Heads) => ({
  place: variant(PLACE, { QK_NORM: qkNormOf(spec) }),
  score: variant(SCORE, {}),
  softmax: variant(SOFTMAX, d.sharing),
  mix: variant(MIX, {}),
});

export const attentionKernels = (d: Dispatcher, spec: Heads): Variant[] => [
  ...Object.values(variantsFor(d, spec)),
  ...(spec.qkNorm === 'whole' ? [variant(SIZES, d.sharing)] : []),
  ...flashKernels(d, spec),
];

/** q, k and v placed, and what the rows see of the cache mixed: in the way that is quickest here. */
export function attention(d: Dispatcher, spec: Heads, a: AttentionStep): void {
  place(d, spec, a);
  see(d, spec, a);
}

/** Scores, softmax and mix, in runs of tiles for which `scores` has room; or all at once. */
export function see(d: Dispatcher, spec: Heads, a: AttentionStep): void {
  if (flashes(d, spec, a)) {
    flash(d, spec, a);
    return;
  }
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
    d.run(variant(SIZES, d.sharing), told, { qkv, scales_out: sizes! }, d.rowGroups(rows), rows * told.qkvStride);
  }
  const elements = a.rows * a.branches * (spec.heads + 2 * spec.kvHeads) * spec.headDim;
  d.run(
    variantsFor(d, spec).place,
    told,
    { places, qkv, turns, qk_weight: qkNorm ?? d.empty, q_out: q, kv_out: kv, scales: sizes ?? d.empty },
    grid(Math.ceil(elements / 256)),
    elements * (spec.qkNorm === 'head' ? spec.headDim / 4 : 2),
  );
}

/** Tiles for which there is room, and which are not too long for one submission. */
export interface TileRun {
  readonly firstTile: number;
  readonly tileCount: number;
}

/** `room`: bytes for the scores of a run. */
export function* tileRuns(
  d: Dispatcher,
  spec: Heads,
  a: AttentionStep,
  room: number = a.scores.bytes,
): Generator<TileRun> {
  const inAll = a.tileCount * a.branches;
  const tileBytes = TILE_ROWS * spec.heads * a.scoreStride * 4;
  const fits = Math.floor(
    Math.min(room / tileBytes, Math.max(1, d.recorder.maxWork / tileWork(spec, a)), (65535 * 8) / spec.heads),
  );
  for (let firstTile = 0; firstTile < inAll; firstTile += fits) {
    yield { firstTile, tileCount: Math.min(fits, inAll - firstTile) };
  }
}

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
