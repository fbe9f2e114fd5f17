import code from '../../../shaders/attention_backward.wgsl?raw';
import type { Buffer } from '../../gpu/gpu';
import { kernel, read, write } from '../../gpu/kernel';
import { grid } from '../../gpu/recorder';
import type { ModelSpec } from '../../model/spec';
import { TILE_ROWS } from '../layout';
import { attend, mix, place, score, scoreKeys, tileRuns } from './attention';
import { type AttentionStep, parameters, qkNormOf, tileWork, toldOf } from './attention-step';
import { type Dispatcher, type Variant, variant } from './dispatcher';

const BACKWARD = { file: 'attention_backward.wgsl', code, parameters };

export const SOFTMAX_BACKWARD = kernel({
  ...BACKWARD,
  entry: 'softmax_backward',
  bindings: { places: read(1), tiles: read(2), probabilities: read(3), changes: write(4), capped: read(15) },
  constants: ['THREADS', 'ROWS'],
});

export const KEYS_BACKWARD = kernel({
  ...BACKWARD,
  entry: 'keys_backward',
  bindings: {
    places: read(1),
    tiles: read(2),
    probabilities: read(3),
    scored: read(5),
    q: read(6),
    dmixed: read(7),
    dkv: write(8),
  },
  constants: [],
});

export const PLACE_BACKWARD = kernel({
  ...BACKWARD,
  entry: 'place_backward',
  bindings: {
    places: read(1),
    dq: read(9),
    dkv_done: read(10),
    qkv: read(11),
    turns: read(12),
    qk_weight: read(13),
    dqkv: write(14),
  },
  constants: ['QK_NORM'],
});

export const HEADS_BACKWARD = kernel({
  ...BACKWARD,
  entry: 'heads_backward',
  bindings: { qkv: read(11), qk_weight: read(13), dqkv: write(14) },
  constants: ['THREADS', 'ROWS'],
});

const variantsFor = (d: Dispatcher, spec: ModelSpec) => ({
  softmax: variant(SOFTMAX_BACKWARD, d.sharing),
  keys: variant(KEYS_BACKWARD, {}),
  place: variant(PLACE_BACKWARD, { QK_NORM: qkNormOf(spec) }),
});
const heads = (d: Dispatcher) => variant(HEADS_BACKWARD, d.sharing);

export const attentionBackwardKernels = (d: Dispatcher, spec: ModelSpec): Variant[] => [
  ...Object.values(variantsFor(d, spec)),
  ...(spec.qkNorm === 'whole' ? [heads(d)] : []),
];

/** What it takes beside a step of attention, all of one branch whose cache rows are its rows. */
export interface AttentionBackward {
  /** dLoss/d(out) [rows, padded heads · dim]. */
  readonly dmixed: Buffer;
  /** Scores of at least one tile, as `scores`; `capped`, where the model caps them. */
  readonly dscores: Buffer;
  readonly capped?: Buffer;
  /** As large as `q`, `kv` and `qkv`. `dqkv` is what comes of it. */
  readonly dq: Buffer;
  readonly dkv: Buffer;
  readonly dqkv: Buffer;
}

/** dLoss/d(qkv) from dLoss/d(out); the probabilities are computed again, in runs of tiles. */
export function attentionBackward(
  d: Dispatcher,
  spec: ModelSpec,
  a: Omit<AttentionStep, 'out'>,
  { dmixed, dscores, capped, dq, dkv, dqkv }: AttentionBackward,
): void {
  const step = { ...a, out: dq };
  const variants = variantsFor(d, spec);
  const told = toldOf(spec, step);
  const { places, tiles, scores, q, qkv, turns, qkNorm } = a;
  place(d, spec, step);
  // What is left of an earlier walk may be longer.
  const room = Math.min(a.scores.bytes, dscores.bytes, capped?.bytes ?? dscores.bytes);
  for (const run of tileRuns(d, spec, step, room)) {
    const rows = run.tileCount * TILE_ROWS * spec.heads;
    attend(d, spec, step, run);
    // The softmax has taken the place of the scores, which the slope of a cap is read from.
    if (capped) scoreKeys(d, spec, step, run, capped);
    score(d, spec, step, run, 'values', dmixed, dscores, 1);
    d.run(
      variants.softmax,
      { ...told, ...run, cap: spec.scoreCap ?? 0 },
      { places, tiles, probabilities: scores, changes: dscores, capped: capped ?? d.empty },
      d.rowGroups(rows),
      rows * a.scoreStride * 4,
    );
    mix(d, spec, step, run, 'keys', dscores, dq);
    d.run(
      variants.keys,
      { ...told, ...run },
      { places, tiles, probabilities: scores, scored: dscores, q, dmixed, dkv },
      [Math.ceil((spec.kvHeads * spec.headDim) / 32), Math.ceil(a.tileCount / 8)],
      2 * run.tileCount * tileWork(spec, step),
    );
  }
  const elements = a.rows * (spec.heads + 2 * spec.kvHeads) * spec.headDim;
  d.run(
    variants.place,
    told,
    { places, dq, dkv_done: dkv, qkv, turns, qk_weight: qkNorm ?? d.empty, dqkv },
    grid(Math.ceil(elements / 256)),
    elements * (spec.qkNorm === 'head' ? spec.headDim * 2 : 2),
  );
  if (spec.qkNorm === 'whole') {
    const weights = { qkv, qk_weight: qkNorm!, dqkv };
    d.run(heads(d), told, weights, d.rowGroups(2 * a.rows), 4 * a.rows * told.qkvStride);
  }
}
