import { LopperError } from '../errors';
import type { Buffer, Gpu } from '../gpu/gpu';
import type { Recorder } from '../gpu/recorder';
import type { ModelSpec } from '../model/spec';
import { attention } from './kernels/attention';
import type { StoredTypes } from './kernels/compile';
import type { Dispatcher } from './kernels/dispatcher';
import { embed } from './kernels/embed';
import { linear, linearAdd } from './kernels/linear';
import { norm } from './kernels/norm';
import {
  type AttnWeights,
  type FfnWeights,
  type Linear,
  MAX_SLOTS,
  type Norm,
  padded,
  type Slots,
  TILE_ROWS,
} from './layout';
import type { Residency } from './residency';
import type { Rows } from './rows';
import type { Scratch } from './scratch';

/** Rows that pass through a sublayer together, more than enough to fill a GPU; the working buffers are this long. */
export const CHUNK_ROWS = 2048;

/** Attention scores kept at once. */
export const SCORE_BYTES = 64 * 2 ** 20;

/** A loaded model and everything it runs with. */
export interface Machine {
  readonly gpu: Gpu;
  readonly recorder: Recorder;
  readonly dispatcher: Dispatcher;
  readonly scratch: Scratch;
  readonly spec: ModelSpec;
  readonly types: StoredTypes;
  readonly residency: Residency;
  readonly embedding: Linear;
  readonly positions?: Linear;
  readonly finalNorm: Norm;
  readonly head: Linear;
}

/** Keys and values kept from step to step; without one they live for the sublayer only. */
export interface Cache {
  readonly kv: Buffer;
  readonly rows: number;
}

/** Branches whose rows go through a sublayer in one go. */
export function branchesPerChunk(rows: number, chunkRows = CHUNK_ROWS): number {
  return Math.max(1, Math.min(MAX_SLOTS, Math.floor(chunkRows / rows)));
}

/** What decides how large the working buffers must be. */
export type RowShape = Pick<Rows, 'count' | 'tileCount' | 'scoreStride' | 'maxPosition'> & {
  readonly keyCount: number;
};

/**
 * Working buffers, bytes by name, for steps of this shape by `branches` branches at a time.
 * @param limit bytes that one binding holds
 */
export function rowBuffers(
  spec: ModelSpec,
  limit: number,
  rows: RowShape,
  branches: number,
  scoreBytes = SCORE_BYTES,
): Record<string, number> {
  const all = rows.count * branches;
  const heads = spec.heads * spec.headDim;
  const keys = spec.kvHeads * spec.headDim;
  const tile = TILE_ROWS * spec.heads * rows.scoreStride * 4;
  return {
    ids: rows.count * 4,
    places: rows.count * 8,
    tiles: rows.tileCount * 16,
    keys: rows.keyCount * 4,
    x: all * padded(spec.width) * 4,
    qkv: all * padded(heads + 2 * keys) * 4,
    q: all * padded(heads) * 4,
    kv: all * 2 * keys * 4,
    mixed: all * padded(heads) * 4,
    hidden: all * padded(spec.ffnWidth) * 4,
    scores: Math.max(tile, Math.min(tile * rows.tileCount * branches, scoreBytes, limit)),
    turns: turnsBytes(spec, rows.maxPosition),
  };
}

/** Makes room for steps of this shape. Nothing may be recorded and not yet submitted. */
export async function planRows(m: Machine, rows: RowShape, branches: number): Promise<void> {
  await m.scratch.plan(rowBuffers(m.spec, m.gpu.facts.limits.maxStorageBufferBindingSize, rows, branches));
}

/** Throws `prompt-too-long` beyond the context. */
export function checkContext({ context }: ModelSpec, { maxPosition }: Rows): void {
  if (maxPosition < context) return;
  throw new LopperError(
    'prompt-too-long',
    `A sequence of ${maxPosition + 1} tokens is longer than the model's context of ${context}.`,
    'Shorten the text, or choose a smaller window.',
  );
}

/** Uploads rows for which there is room. */
export function uploadRows(m: Machine, rows: Rows): void {
  const write = (name: string, data: Uint32Array<ArrayBuffer>) =>
    m.gpu.device.queue.writeBuffer(m.scratch.get(name).raw, 0, data);
  write('ids', rows.ids);
  write('places', rows.places);
  write('tiles', rows.tiles);
  write('keys', rows.keys);
  fillTurns(m);
}

/** The embeddings of the rows that were prepared, into rows of a stream from `outRow` on. */
export function embedRows(m: Machine, rows: number, out: Buffer, outRow: number): void {
  const { embedding: table, positions, scratch } = m;
  const [ids, places] = [scratch.get('ids'), scratch.get('places')];
  embed(m.dispatcher, { table, positions, ids, places, rows, out, outRow });
}

/** to += Attn(norm(from)), for the rows that were prepared. */
export function attn(m: Machine, w: AttnWeights, rows: Rows, from: Slots, to: Slots, cache?: Cache): void {
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
export function ffn(m: Machine, w: FfnWeights, rows: Rows, from: Slots, to: Slots): void {
  const { spec, scratch, dispatcher } = m;
  const x = scratch.get('x');
  const hidden = scratch.get('hidden');
  norm(dispatcher, w.norm, from, x);
  linear(dispatcher, x, rows.count * from.slots.length, w.up, spec.activation, hidden, padded(w.up.outputs));
  linearAdd(dispatcher, hidden, w.down, to);
}

/** Angles are tabled in double precision: WGSL promises cos and sin to 2^-11 only. */
function turnsBytes(spec: ModelSpec, maxPosition: number): number {
  return Math.max(16, tabled(spec, maxPosition) * spec.rotary.dim * 4);
}

/** Positions in the table: a power of two, so that it rarely grows. */
function tabled(spec: ModelSpec, maxPosition: number): number {
  return Math.min(spec.context, 2 ** Math.ceil(Math.log2(maxPosition + 1)));
}

const filled = new WeakMap<Buffer, true>();

function fillTurns(m: Machine): void {
  const buffer = m.scratch.get('turns');
  if (m.spec.rotary.dim === 0 || filled.has(buffer)) return;
  filled.set(buffer, true);
  const half = m.spec.rotary.dim / 2;
  // All that the buffer has room for: it may have been planned for positions that come later.
  const positions = Math.min(m.spec.context, Math.floor(buffer.bytes / (m.spec.rotary.dim * 4)));
  const table = new Float32Array(positions * half * 2);
  for (let position = 0, i = 0; position < positions; position++) {
    for (let j = 0; j < half; j++) {
      const angle = position * m.spec.rotary.frequencies[j];
      table[i++] = Math.cos(angle);
      table[i++] = Math.sin(angle);
    }
  }
  m.gpu.device.queue.writeBuffer(buffer.raw, 0, table);
}
