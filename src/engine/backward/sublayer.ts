import { LopperError } from '../../errors';
import type { Buffer } from '../../gpu/gpu';
import type { AttnSpec } from '../../model/spec';
import { isMerged, type Step } from '../branch';
import { activationBackward } from '../kernels/activation-backward';
import { attention } from '../kernels/attention';
import { attentionBackward } from '../kernels/attention-backward';
import { linear } from '../kernels/linear';
import { linearBackward, withoutGate } from '../kernels/linear-backward';
import { take } from '../kernels/module';
import { norm } from '../kernels/norm';
import { normBackward } from '../kernels/norm-backward';
import { clear } from '../kernels/stream-backward';
import { type AttnWeights, type FfnWeights, type Linear, type Norm, padded } from '../layout';
import type { Machine } from '../machine';
import type { Rows } from '../rows';

/** Where a gradient comes from, behind a sublayer, and where it goes to: the gradient of what the sublayer reads. */
export interface Way {
  /** What it reads [rows, padded width]. */
  readonly input: Buffer;
  readonly gradient: Buffer;
  /** Added to. The same buffer, but for a parallel block. */
  readonly into: Buffer;
}

/**
 * Takes the gradient through sublayer `index`, or through the module in its place. What is needed of it is computed again.
 * @param next whose weights are wanted after it
 */
export async function throughSublayer(
  m: Machine,
  index: number,
  step: Step,
  rows: Rows,
  way: Way,
  next: number | undefined,
  signal?: AbortSignal,
): Promise<void> {
  if (step === 'skip') return;
  if (step === 'run') {
    const weights = await m.residency.acquire(index, next, signal);
    if (weights.kind === 'attn') throughAttn(m, m.spec.sublayers[index] as AttnSpec, weights, rows, way);
    else throughFfn(m, weights, rows, way);
    return;
  }
  if (isMerged(step)) {
    throw new LopperError(
      'usage',
      'No gradient goes through a merged map.',
      'Ask without what stands in, or with another stand-in.',
    );
  }
  const room = { taken: m.scratch.get('x'), inner: m.scratch.get('inner') };
  m.modules.addBackward(step, rows.count, way, room);
}

function throughAttn(m: Machine, sight: AttnSpec, w: AttnWeights, rows: Rows, way: Way): void {
  const { spec, scratch, dispatcher: d } = m;
  const { count } = rows;
  const [x, qkv, dmixed, dqkv] = [scratch.get('x'), scratch.get('qkv'), scratch.get('mixed'), scratch.get('dqkv')];
  reads(m, w.norm, way.input, count, x);
  linear(d, x, count, w.qkv, 'store', qkv, padded(w.qkv.outputs));
  const step = {
    rows: count,
    branches: 1,
    sight,
    qkv,
    qkNorm: w.qkNorm,
    qkEps: w.qkEps,
    sizes: spec.qkNorm === 'whole' ? scratch.get('sizes') : undefined,
    q: scratch.get('q'),
    kv: scratch.get('kv'),
    cacheRows: count,
    scores: scratch.get('scores'),
    scoreStride: rows.scoreStride,
    places: scratch.get('places'),
    tiles: scratch.get('tiles'),
    tileCount: rows.tileCount,
    keys: scratch.get('keys'),
    turns: scratch.get('turns'),
  };
  if (w.normAfter) attention(d, spec, { ...step, out: dmixed });
  throughBack(m, w.normAfter, dmixed, count, w.out, way.gradient);
  attentionBackward(d, spec, step, {
    dmixed,
    dscores: scratch.get('dscores'),
    capped: spec.scoreCap === undefined ? undefined : scratch.get('capped'),
    dq: scratch.get('dq'),
    dkv: scratch.get('dkv'),
    dqkv,
  });
  throughInto(m, w.norm, x, dqkv, count, w.qkv, way);
}

function throughFfn(m: Machine, w: FfnWeights, rows: Rows, way: Way): void {
  const { spec, scratch, dispatcher: d } = m;
  const { count } = rows;
  const [x, z, dhidden] = [scratch.get('x'), scratch.get('z'), scratch.get('hidden')];
  const up = withoutGate(w.up);
  reads(m, w.norm, way.input, count, x);
  if (w.normAfter) linear(d, x, count, w.up, spec.activation, dhidden, padded(w.up.outputs));
  throughBack(m, w.normAfter, dhidden, count, w.down, way.gradient);
  linear(d, x, count, up, 'store', z, padded(up.outputs));
  activationBackward(d, spec.activation, count, w.up, dhidden, z);
  throughInto(m, w.norm, x, z, count, up, way);
}

/** x = what a sublayer reads: the stream normed, or as it is. */
function reads({ dispatcher, spec }: Machine, by: Norm | undefined, input: Buffer, count: number, x: Buffer): void {
  const from = { stream: input, slots: [0], rows: count };
  if (by) norm(dispatcher, by, from, x);
  else take(dispatcher, spec.width, 1, from, x);
}

/**
 * The matrix back to the stream, and the norm behind it, where there is one: `inner`, what the matrix was given, becomes
 * its gradient. It need hold anything before only for the norm, which is asked what it was given.
 */
function throughBack(
  { dispatcher: d, scratch, spec }: Machine,
  after: Norm | undefined,
  inner: Buffer,
  count: number,
  w: Linear,
  gradient: Buffer,
): void {
  const stride = padded(spec.width);
  if (!after) {
    linearBackward(d, gradient, stride, count, w, inner);
    return;
  }
  const [update, dupdate] = [scratch.get('update'), scratch.get('dupdate')];
  linear(d, inner, count, w, 'store', update, stride);
  clear(d, { rows: count, width: spec.width }, dupdate);
  normBackward(d, after, update, gradient, count, dupdate);
  linearBackward(d, dupdate, stride, count, w, inner);
}

/** The matrix that reads the stream, and the norm before it, where there is one: into the gradient of the stream. */
function throughInto(
  { dispatcher: d }: Machine,
  before: Norm | undefined,
  x: Buffer,
  given: Buffer,
  count: number,
  w: Linear,
  { input, into }: Way,
): void {
  const stride = padded(w.outputs);
  if (!before) {
    linearBackward(d, given, stride, count, w, into, { add: true });
    return;
  }
  linearBackward(d, given, stride, count, w, x);
  normBackward(d, before, input, x, count, into);
}
