import { attentionKernels, see } from '../kernels/attention';
import type { Heads } from '../kernels/attention-step';
import type { KernelChoice } from '../kernels/dispatcher';
import { TILE_ROWS } from '../layout';
import { type BenchTop, WORD } from './bench-top';

export interface AttentionRate {
  /** Rows of one text that attend, to all before them and themselves; one: a step of writing. */
  readonly rows: number;
  /** Keys that the last row sees. */
  readonly keys: number;
  readonly ms: number;
  /** GFLOP/s of the products with keys and with values, those of unseen keys not counted. */
  readonly gflops: number;
}

/** Heads as a model of about 1 B parameters has them. */
export const HEADS: Heads = {
  ...{ heads: 32, kvHeads: 8, headDim: 64 },
  qkvInterleaved: false,
  rotaries: [],
  attentionScale: 0.125,
};

/** The rate of what follows the placing of queries and keys, for so many rows that end with so many keys. */
export async function measureAttention(
  top: BenchTop,
  choice: KernelChoice,
  rows: number,
  keys: number,
): Promise<AttentionRate> {
  const ms = await top.time(await attentionOf(top, choice, rows, keys));
  top.clear();
  const seen = (rows * (2 * keys - rows + 1)) / 2; // pairs of a row and a key that it sees
  return { rows, keys, ms, gflops: (4 * seen * HEADS.heads * HEADS.headDim) / ms / 1e6 };
}

/** What records it. */
export async function attentionOf(
  top: BenchTop,
  choice: KernelChoice,
  rows: number,
  keys: number,
): Promise<() => void> {
  const { heads, kvHeads, headDim } = HEADS;
  const d = await top.dispatcher(choice);
  await d.ready(attentionKernels(d, HEADS));
  const tileCount = Math.ceil(rows / TILE_ROWS);
  const scoreStride = Math.ceil(keys / 4) * 4;
  const first = keys - rows;
  const words = async (label: string, values: Uint32Array<ArrayBuffer>) => {
    const buffer = await top.buffer(label, values.byteLength);
    top.gpu.device.queue.writeBuffer(buffer.raw, 0, values);
    return buffer;
  };
  const tiles = Array.from({ length: tileCount }, (_, t) => [4 * t, Math.min(TILE_ROWS, rows - 4 * t), 0, 0]);
  const places = Array.from({ length: rows }, (_, row) => [first + row, first + row]);
  const empty = await top.buffer('empty', 16);
  const room = Math.min(tileCount * TILE_ROWS * heads * scoreStride * 4, 64 * 2 ** 20);
  const step = {
    ...{ rows, branches: 1, qkv: empty, qkEps: 0, cacheRows: keys, scoreStride, tileCount, turns: empty, sight: {} },
    q: await top.filled('q', rows * heads * headDim * 4, WORD),
    kv: await top.filled('kv', keys * 2 * kvHeads * headDim * 4, WORD),
    out: await top.buffer('out', rows * heads * headDim * 4),
    scores: await top.buffer('scores', room),
    places: await words('places', Uint32Array.from(places.flat())),
    tiles: await words('tiles', Uint32Array.from(tiles.flat())),
    keys: await words(
      'keys',
      Uint32Array.from({ length: keys }, (_, i) => i),
    ),
  };
  return () => see(d, HEADS, step);
}
