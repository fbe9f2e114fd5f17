import type { Buffer } from '../../gpu/gpu';
import type { Step } from '../branch';
import { activationBackward } from '../kernels/activation-backward';
import { attentionBackward } from '../kernels/attention-backward';
import { linear } from '../kernels/linear';
import { linearBackward, withoutGate } from '../kernels/linear-backward';
import { norm } from '../kernels/norm';
import { normBackward } from '../kernels/norm-backward';
import { type AttnWeights, type FfnWeights, padded } from '../layout';
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

/** Takes the gradient through sublayer `index`, or through the module in its place. What is needed of it is computed again. */
export async function throughSublayer(
  m: Machine,
  index: number,
  step: Step,
  rows: Rows,
  way: Way,
  signal?: AbortSignal,
): Promise<void> {
  if (step === 'skip') return;
  if (step === 'run') {
    const weights = await m.residency.acquire(index, signal);
    if (weights.kind === 'attn') throughAttn(m, weights, rows, way);
    else throughFfn(m, weights, rows, way);
    return;
  }
  const room = { taken: m.scratch.get('x'), inner: m.scratch.get('inner') };
  m.modules.addBackward(step, rows.count, way.gradient, way.into, room);
}

function throughAttn(m: Machine, w: AttnWeights, rows: Rows, { input, gradient, into }: Way): void {
  const { spec, scratch, dispatcher: d } = m;
  const { count } = rows;
  const [x, qkv, dmixed, dqkv] = [scratch.get('x'), scratch.get('qkv'), scratch.get('mixed'), scratch.get('dqkv')];
  norm(d, w.norm, { stream: input, slots: [0], rows: count }, x);
  linear(d, x, count, w.qkv, 'store', qkv, padded(w.qkv.outputs));
  linearBackward(d, gradient, padded(spec.width), count, w.out, dmixed);
  attentionBackward(
    d,
    spec,
    {
      rows: count,
      branches: 1,
      qkv,
      qkNorm: w.qkNorm,
      qkEps: w.qkEps,
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
    },
    { dmixed, dscores: scratch.get('dscores'), dq: scratch.get('dq'), dkv: scratch.get('dkv'), dqkv },
  );
  linearBackward(d, dqkv, padded(w.qkv.outputs), count, w.qkv, x);
  normBackward(d, w.norm, input, x, count, into);
}

function throughFfn(m: Machine, w: FfnWeights, rows: Rows, { input, gradient, into }: Way): void {
  const { spec, scratch, dispatcher: d } = m;
  const { count } = rows;
  const [x, z, dhidden] = [scratch.get('x'), scratch.get('z'), scratch.get('hidden')];
  const up = withoutGate(w.up);
  norm(d, w.norm, { stream: input, slots: [0], rows: count }, x);
  linear(d, x, count, up, 'store', z, padded(up.outputs));
  linearBackward(d, gradient, padded(spec.width), count, w.down, dhidden);
  activationBackward(d, spec.activation, count, w.up, dhidden, z);
  linearBackward(d, z, padded(up.outputs), count, up, x);
  normBackward(d, w.norm, input, x, count, into);
}
