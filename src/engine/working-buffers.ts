import { LopperError } from '../errors';
import type { Buffer } from '../gpu/gpu';
import type { ModelSpec } from '../model/spec';
import { turnsOf } from './kernels/attention-step';
import { embed } from './kernels/embed';
import { MAX_SLOTS, padded, TILE_ROWS } from './layout';
import type { Machine } from './machine';
import type { Rows } from './rows';

/** Rows that pass through a sublayer together, more than enough to fill a GPU; the working buffers are this long. */
export const CHUNK_ROWS = 2048;

/** Attention scores kept at once. */
export const SCORE_BYTES = 64 * 2 ** 20;

/** Branches whose rows go through a sublayer in one go. */
export function branchesPerChunk(rows: number, chunkRows = CHUNK_ROWS): number {
  return Math.max(1, Math.min(MAX_SLOTS, Math.floor(chunkRows / rows)));
}

/** What decides how large the working buffers must be. */
export type RowShape = Pick<Rows, 'count' | 'tileCount' | 'scoreStride' | 'maxPosition'> & {
  readonly keyCount: number;
  /** The largest rank of a map among the modules that are applied; 0 where there is none. */
  readonly rank?: number;
  /** Whether one is applied to what a sublayer adds. */
  readonly merged?: boolean;
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
    ...(spec.qkNorm === 'whole' && { sizes: all * 8 }),
    ...((hasNormAfter(spec) || rows.merged) && { update: all * padded(spec.width) * 4 }),
    inner: all * padded(rows.rank ?? 0) * 4,
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

/** Which keys a buffer holds, where they are kept from step to step. */
const keysIn = new WeakMap<Buffer, object>();

/** Uploads rows for which there is room; keys only where the buffer does not hold them. */
export function uploadRows(m: Machine, rows: Rows): void {
  const write = (name: string, data: Uint32Array<ArrayBuffer>) =>
    m.gpu.device.queue.writeBuffer(m.scratch.get(name).raw, 0, data);
  write('ids', rows.ids);
  write('places', rows.places);
  write('tiles', rows.tiles);
  const keys = m.scratch.get('keys');
  if (!rows.keysAre || keysIn.get(keys) !== rows.keysAre) write('keys', rows.keys);
  keysIn.set(keys, rows.keysAre ?? rows);
  fillTurns(m);
}

/** The embeddings of the rows that were prepared, into rows of a stream from `outRow` on. */
export function embedRows(m: Machine, rows: number, out: Buffer, outRow: number): void {
  const { embedding: table, positions, scratch } = m;
  const [ids, places] = [scratch.get('ids'), scratch.get('places')];
  const { positionOffset: positionStart, embeddingScale: scale } = m.spec;
  embed(m.dispatcher, { table, positions, ids, places, rows, out, outRow, positionStart, scale });
}

/** Whether some sublayer norms what it comes to. */
const hasNormAfter = ({ sublayers }: ModelSpec): boolean => sublayers.some((s) => s.normAfter);

/** Angles are tabled in double precision: WGSL promises cos and sin to 2^-11 only. */
function turnsBytes(spec: ModelSpec, maxPosition: number): number {
  return Math.max(16, tabled(spec, maxPosition) * turnsOf(spec.rotaries).stride * 8);
}

/** Positions in the table: a power of two, so that it rarely grows. */
function tabled(spec: ModelSpec, maxPosition: number): number {
  return Math.min(spec.context, 2 ** Math.ceil(Math.log2(maxPosition + 1)));
}

const filled = new WeakMap<Buffer, true>();

function fillTurns(m: Machine): void {
  const buffer = m.scratch.get('turns');
  const { rotaries, context } = m.spec;
  const { stride } = turnsOf(rotaries);
  if (stride === 0 || filled.has(buffer)) return;
  filled.set(buffer, true);
  const turns = rotaries.flatMap(({ frequencies, long, scale = 1 }) =>
    [...frequencies, ...(long?.frequencies ?? [])].map((frequency) => ({ frequency, scale })),
  );
  // All that the buffer has room for: it may have been planned for positions that come later.
  const positions = Math.min(context, Math.floor(buffer.bytes / (stride * 8)));
  const table = new Float32Array(positions * stride * 2);
  for (let position = 0, i = 0; position < positions; position++) {
    for (const { frequency, scale } of turns) {
      table[i++] = scale * Math.cos(position * frequency);
      table[i++] = scale * Math.sin(position * frequency);
    }
  }
  m.gpu.device.queue.writeBuffer(buffer.raw, 0, table);
}
