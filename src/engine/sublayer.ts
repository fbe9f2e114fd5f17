import type { Buffer } from '../gpu/gpu';
import type { Step } from './branch';
import { attention } from './kernels/attention';
import { linear, linearAdd } from './kernels/linear';
import { norm } from './kernels/norm';
import { type AttnWeights, type FfnWeights, MAX_SLOTS, padded, type Slots } from './layout';
import type { Machine } from './machine';
import type { ModuleRoom } from './modules';
import type { Rows } from './rows';

/** A stream on its way up the model, in a slot of its own. */
export interface Carried {
  readonly slot: number;
  /** Its slot of `source` holds the input of the block it is in, which both sublayers read where the residual is parallel. */
  sourced: boolean;
}

/** Keys and values kept from step to step; without one they live for the sublayer only. */
export interface Cache {
  readonly kv: Buffer;
  readonly rows: number;
}

export interface SublayerOptions {
  /** Slots that go through in one go, those for which there are working buffers. Default: as many as one dispatch takes. */
  readonly perChunk?: number;
  readonly cache?: Cache;
  readonly signal?: AbortSignal;
}

/**
 * What becomes of sublayer `index`, for some streams of which the same does: it runs, or a module is applied in its place,
 * on what it would have read. What a block reads is kept aside on the way where its second sublayer will want it.
 */
export async function runSublayer(
  m: Machine,
  index: number,
  step: Step,
  rows: Rows,
  streams: readonly Carried[],
  options: SublayerOptions = {},
): Promise<void> {
  if (step !== 'skip') await add(m, index, step, rows, streams, options);
  // The next block has an input of its own.
  if (m.spec.sublayers[index].kind === 'ffn') for (const carried of streams) carried.sourced = false;
}

/** Adds to the streams what the sublayer or the module in its place makes of them. */
async function add(
  m: Machine,
  index: number,
  step: Exclude<Step, 'skip'>,
  rows: Rows,
  streams: readonly Carried[],
  { perChunk = MAX_SLOTS, cache, signal }: SublayerOptions,
): Promise<void> {
  const weights = step === 'run' ? await m.residency.acquire(index, signal) : undefined;
  const stream = m.scratch.get('stream');
  const source = m.spec.parallel ? keepInputs(m, rows, streams) : stream;
  for (let first = 0; first < streams.length; first += perChunk) {
    const slots = streams.slice(first, first + perChunk).map((carried) => carried.slot);
    const from: Slots = { stream: source, slots, rows: rows.count };
    const to: Slots = { stream, slots, rows: rows.count };
    if (weights?.kind === 'attn') attn(m, weights, rows, from, to, cache);
    else if (weights) ffn(m, weights, rows, from, to);
    else if (step !== 'run') m.modules.add(step, from, to, roomOf(m));
    if (m.recorder.full) await m.recorder.flush(signal);
  }
}

/** Working buffers of a module: what attention and feed-forward layers have their normed input in, and one of its own. */
const roomOf = ({ scratch }: Machine): ModuleRoom => ({ taken: scratch.get('x'), inner: scratch.get('inner') });

/** Sets the input of a parallel block aside, of the streams of which it is not yet. */
function keepInputs({ spec, scratch, recorder }: Machine, rows: Rows, streams: readonly Carried[]): Buffer {
  const source = scratch.get('source');
  const bytes = rows.count * padded(spec.width) * 4;
  for (const carried of streams) {
    if (carried.sourced) continue;
    recorder.copy(scratch.get('stream'), carried.slot * bytes, source, carried.slot * bytes, bytes);
    carried.sourced = true;
  }
  return source;
}

/** to += Attn(norm(from)), for the rows that were prepared. */
function attn(m: Machine, w: AttnWeights, rows: Rows, from: Slots, to: Slots, cache?: Cache): void {
  const { spec, scratch, dispatcher } = m;
  const branches = from.slots.length;
  const x = scratch.get('x');
  const qkv = scratch.get('qkv');
  const mixed = scratch.get('mixed');
  norm(dispatcher, w.norm, from, x);
  linear(dispatcher, x, rows.count * branches, w.qkv, 'store', qkv, padded(w.qkv.outputs));
  attention(dispatcher, spec, {
    rows: rows.count,
    branches,
    qkv,
    qkNorm: w.qkNorm,
    qkEps: w.qkEps,
    q: scratch.get('q'),
    kv: cache?.kv ?? scratch.get('kv'),
    cacheRows: cache?.rows ?? rows.count,
    scores: scratch.get('scores'),
    scoreStride: rows.scoreStride,
    out: mixed,
    places: scratch.get('places'),
    tiles: scratch.get('tiles'),
    tileCount: rows.tileCount,
    keys: scratch.get('keys'),
    turns: scratch.get('turns'),
  });
  linearAdd(dispatcher, mixed, w.out, to);
}

/** to += FFN(norm(from)). */
function ffn(m: Machine, w: FfnWeights, rows: Rows, from: Slots, to: Slots): void {
  const { spec, scratch, dispatcher } = m;
  const x = scratch.get('x');
  const hidden = scratch.get('hidden');
  norm(dispatcher, w.norm, from, x);
  linear(dispatcher, x, rows.count * from.slots.length, w.up, spec.activation, hidden, padded(w.up.outputs));
  linearAdd(dispatcher, hidden, w.down, to);
}
