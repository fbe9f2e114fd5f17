import type { Buffer } from '../gpu/gpu';
import { logitBuffers } from './head';
import { readLogits, slicesOf } from './kernels/head';
import { linear } from './kernels/linear';
import { norm } from './kernels/norm';
import { padded } from './layout';
import type { Machine } from './machine';

/** Logits of a tile: few rows have the whole vocabulary in one, and many no fewer tokens than keep a GPU busy. */
const TILE_LOGITS = 2 ** 21;
const LEAST_TOKENS = 4096;

/** Bytes of a row's running log-sum-exp: see State in shaders/head.wgsl. */
export const STATE_BYTES = 16;
/** Where in it the likeliest token stands. */
export const BEST_AT = 8;

/** Tokens of a tile of logits of so many rows. */
const tileTokens = (m: Machine, rows: number): number => {
  const most = Math.max(LEAST_TOKENS, Math.floor(TILE_LOGITS / rows / 8) * 8);
  return Math.min(most, padded(m.head.outputs));
};

/** Makes room for the likeliest tokens of as many as so many rows. Nothing may be recorded and not yet submitted. */
export async function planLikeliest(m: Machine, rows: number): Promise<void> {
  await m.scratch.plan({
    listed: rows * 4,
    headIn: rows * padded(m.spec.width) * 4,
    // Of fewer rows a tile may hold more logits.
    logits: Math.max(rows * tileTokens(m, rows), Math.min(TILE_LOGITS, rows * padded(m.head.outputs))) * 4,
    states: rows * STATE_BYTES,
    // No more than so many, of fewer rows either.
    slices: (slicesOf(TILE_LOGITS) + rows) * STATE_BYTES,
  });
}

/** Makes room for the likeliest tokens of so many rows with all their logits. Nothing may be recorded and not yet submitted. */
export async function planWhole(m: Machine, rows: number): Promise<void> {
  const slices = rows * slicesOf(m.spec.vocabulary) * STATE_BYTES;
  await m.scratch.plan({ ...logitBuffers(m.spec, rows, rows), states: rows * STATE_BYTES, slices });
}

/** What follows some rows, each of the lists by row. */
export interface Following {
  /** The likeliest token, the lowest on a tie; undefined where a logit is not finite. */
  readonly likeliest?: readonly (number | undefined)[];
  /** Logits [vocabulary]. */
  readonly logits?: readonly Float32Array[];
}

/** What was found of some rows and has not been read. */
export interface Reading {
  /** States [rows] on the GPU. */
  readonly states: Buffer;
  /** To be called once all that belongs into the same submission is recorded. */
  read(): Promise<Following>;
}

/**
 * Records what finds the likeliest token after each of the listed rows of a stream, of which a few bytes a row come back,
 * and its logits only where they are asked for as a `whole`. Its buffers must have been planned: what is recorded before
 * goes along in the same submission.
 */
export function findLikeliest(
  m: Machine,
  stream: Buffer,
  streamRows: number,
  list: readonly number[],
  { whole = false, signal }: { readonly whole?: boolean; readonly signal?: AbortSignal } = {},
): Reading {
  const { scratch, dispatcher, recorder } = m;
  const count = list.length;
  m.gpu.device.queue.writeBuffer(scratch.get('listed').raw, 0, Uint32Array.from(list));
  const [headIn, states] = [scratch.get('headIn'), scratch.get('states')];
  const logits = scratch.get(whole ? 'wholeLogits' : 'logits');
  const listed = { buffer: scratch.get('listed'), first: 0, count };
  norm(dispatcher, m.finalNorm, { stream, slots: [0], rows: streamRows }, headIn, listed);
  const stride = whole ? padded(m.head.outputs) : tileTokens(m, count);
  const slices = scratch.get('slices');
  for (let firstToken = 0; firstToken < m.head.outputs; firstToken += stride) {
    const columns = Math.min(stride, m.head.outputs - firstToken);
    linear(dispatcher, headIn, count, m.head, 'store', logits, stride, { first: firstToken, count: columns });
    const tile = {
      ...{ rows: count, branches: 1, columns, stride, firstToken },
      ...{ firstRow: 0, totalRows: count, firstBranch: 0, firstPair: 0, pairs: 0, totalPairs: 0 },
    };
    readLogits(dispatcher, logits, states, dispatcher.empty, dispatcher.empty, tile, slices);
  }
  const reads = [{ buffer: states, offset: 0, bytes: count * STATE_BYTES }];
  if (whole) reads.push({ buffer: logits, offset: 0, bytes: count * stride * 4 });
  return {
    states,
    async read() {
      const [bytes, all] = await recorder.read(reads, signal);
      const values = new Float32Array(bytes);
      const tokens = new Uint32Array(bytes);
      const likeliest = list.map((_, i) => {
        const [top, sum] = [values[4 * i], values[4 * i + 1]];
        return Number.isFinite(top) && Number.isFinite(sum) ? tokens[4 * i + 2] : undefined;
      });
      if (!whole) return { likeliest };
      return { likeliest, logits: list.map((_, i) => new Float32Array(all, i * stride * 4, m.head.outputs)) };
    },
  };
}
