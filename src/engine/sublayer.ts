import { LopperError } from '../errors';
import type { Buffer } from '../gpu/gpu';
import type { AttnSpec } from '../model/spec';
import { isMerged, type Module, runs, type Step } from './branch';
import { attention } from './kernels/attention';
import { linear, linearAdd } from './kernels/linear';
import { take } from './kernels/module';
import { norm, normAdd } from './kernels/norm';
import { type AttnWeights, type FfnWeights, type Linear, MAX_SLOTS, type Norm, padded, type Slots } from './layout';
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
  /** The sublayer whose weights are walked after this one: where they are not on the GPU they are read meanwhile. */
  readonly next?: number;
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
  { perChunk = MAX_SLOTS, cache, next, signal }: SublayerOptions,
): Promise<void> {
  const weights = runs(step) ? await m.residency.acquire(index, next, signal) : undefined;
  const stream = m.scratch.get('stream');
  const source = m.spec.parallel ? keepInputs(m, rows, streams) : stream;
  for (let first = 0; first < streams.length; first += perChunk) {
    const slots = streams.slice(first, first + perChunk).map((carried) => carried.slot);
    const from: Slots = { stream: source, slots, rows: rows.count };
    const to: Slots = { stream, slots, rows: rows.count };
    const merged = isMerged(step) ? step : undefined;
    if (weights?.kind === 'attn') attn(m, m.spec.sublayers[index] as AttnSpec, weights, rows, from, to, merged, cache);
    else if (weights) ffn(m, weights, rows, from, to, merged);
    else if (step !== 'run') m.modules.add(step, from, to, roomOf(m), m.dispatcher);
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

/** to += Attn(norm(from)), or its norm, for the rows that were prepared. */
function attn(
  m: Machine,
  sight: AttnSpec,
  w: AttnWeights,
  rows: Rows,
  from: Slots,
  to: Slots,
  merged?: Module,
  cache?: Cache,
): void {
  const { spec, scratch, dispatcher } = m;
  const branches = from.slots.length;
  const x = scratch.get('x');
  const qkv = scratch.get('qkv');
  const mixed = scratch.get('mixed');
  reads(m, w.norm, from, x);
  linear(dispatcher, x, rows.count * branches, w.qkv, 'store', qkv, padded(w.qkv.outputs));
  attention(dispatcher, spec, {
    rows: rows.count,
    branches,
    sight,
    qkv,
    qkNorm: w.qkNorm,
    qkEps: w.qkEps,
    sizes: spec.qkNorm === 'whole' ? scratch.get('sizes') : undefined,
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
  adds(m, w.normAfter, mixed, w.out, to, merged);
}

/** to += FFN(norm(from)), or its norm. */
function ffn(m: Machine, w: FfnWeights, rows: Rows, from: Slots, to: Slots, merged?: Module): void {
  const { spec, scratch, dispatcher } = m;
  const x = scratch.get('x');
  const hidden = scratch.get('hidden');
  reads(m, w.norm, from, x);
  linear(dispatcher, x, rows.count * from.slots.length, w.up, spec.activation, hidden, padded(w.up.outputs));
  adds(m, w.normAfter, hidden, w.down, to, merged);
}

/** x = what a sublayer reads: the stream normed, or as it is. */
function reads({ dispatcher, spec }: Machine, by: Norm | undefined, from: Slots, x: Buffer): void {
  if (by) norm(dispatcher, by, from, x);
  else take(dispatcher, spec.width, 1, from, x);
}

/** to += the product, or its norm; and what a merged map makes of the product. */
function adds(m: Machine, by: Norm | undefined, x: Buffer, w: Linear, to: Slots, merged?: Module): void {
  const { dispatcher, scratch } = m;
  if (!by) linearAdd(dispatcher, x, w, to);
  if (!by && !merged) return;
  if (by && merged) {
    throw new LopperError(
      'usage',
      'A norm stands between the layer and the stream, where a merged map has no place.',
      'Use another stand-in for this model.',
    );
  }
  const update = scratch.get('update');
  linear(dispatcher, x, to.rows * to.slots.length, w, 'store', update, padded(w.outputs));
  if (by) normAdd(dispatcher, by, update, to);
  else {
    const slots = to.slots.map((_, i) => i);
    m.modules.add(merged!, { stream: update, slots, rows: to.rows }, to, roomOf(m), dispatcher);
  }
}
