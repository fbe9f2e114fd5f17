import type { Buffer } from '../gpu/gpu';
import { MAX_SLOTS } from './dispatcher';
import type { Machine } from './forward';
import type { TokenTree } from './tree';
import { padded } from './weights';

/** Tokens of a tile of logits, and rows that go through it together. */
const TILE_TOKENS = 4096;
const TILE_ROWS = 512;

/** Bytes of a row's running log-sum-exp: see State in shaders/head.wgsl. */
const STATE_BYTES = 16;

export interface Scores {
  /** [pairs] log p(target), nats, and whether the target was the likeliest token. */
  readonly logprob: Float32Array;
  readonly greedy: Uint8Array;
  /** Every log-probability is a number. */
  readonly finite: boolean;
}

/** The scored pairs of a tree by row: each row goes through the head once, however many targets it has. */
interface Plan {
  readonly rows: Uint32Array<ArrayBuffer>;
  /** [pairs] index into rows, token; ascending. */
  readonly pairs: Uint32Array<ArrayBuffer>;
  /** Where each of the tree's pairs went. */
  readonly place: Uint32Array;
}

export function planScores(tree: TokenTree): Plan {
  const { rows: pairRows, targets } = tree.scored;
  const order = Array.from(pairRows.keys()).sort((a, b) => pairRows[a] - pairRows[b] || a - b);
  const rows: number[] = [];
  const pairs = new Uint32Array(2 * order.length);
  const place = new Uint32Array(order.length);
  for (const [i, pair] of order.entries()) {
    if (rows[rows.length - 1] !== pairRows[pair]) rows.push(pairRows[pair]);
    pairs[2 * i] = rows.length - 1;
    pairs[2 * i + 1] = targets[pair];
    place[pair] = i;
  }
  return { rows: Uint32Array.from(rows), pairs, place };
}

/**
 * Final norm and head on the scored rows of each slot, in tiles of the vocabulary with a running log-sum-exp.
 * @param rowsPerSlot rows of one branch in the stream
 * @returns for each slot, in order.
 */
export async function scoreSlots(
  m: Machine,
  plan: Plan,
  stream: Buffer,
  slots: readonly number[],
  rowsPerSlot: number,
  signal?: AbortSignal,
): Promise<Scores[]> {
  const total = plan.rows.length;
  const pairs = plan.place.length;
  if (total === 0) return slots.map(() => ({ logprob: new Float32Array(0), greedy: new Uint8Array(0), finite: true }));
  const { scratch, dispatcher } = m;
  const vocabulary = m.head.outputs;
  const tileTokens = Math.min(TILE_TOKENS, padded(vocabulary));
  await m.recorder.flush(signal);
  await scratch.plan({
    scoredRows: total * 4,
    scoredPairs: pairs * 8,
    headIn: TILE_ROWS * padded(m.spec.width) * 4,
    logits: TILE_ROWS * tileTokens * 4,
    states: slots.length * total * STATE_BYTES,
    picked: slots.length * pairs * 4,
  });
  m.gpu.device.queue.writeBuffer(scratch.get('scoredRows').raw, 0, plan.rows);
  m.gpu.device.queue.writeBuffer(scratch.get('scoredPairs').raw, 0, plan.pairs);
  const headIn = scratch.get('headIn');
  const logits = scratch.get('logits');
  const perRun = Math.min(total, TILE_ROWS);
  const branchesPerRun = Math.max(1, Math.min(MAX_SLOTS, Math.floor(TILE_ROWS / perRun)));
  for (let firstRow = 0, firstPair = 0; firstRow < total; firstRow += perRun) {
    const rows = Math.min(perRun, total - firstRow);
    let endPair = firstPair;
    while (endPair < pairs && plan.pairs[2 * endPair] < firstRow + rows) endPair++;
    for (let b = 0; b < slots.length; b += branchesPerRun) {
      const run = slots.slice(b, b + branchesPerRun);
      dispatcher.norm(m.finalNorm, { stream, slots: run, rows: rowsPerSlot }, headIn, {
        buffer: scratch.get('scoredRows'),
        first: firstRow,
        count: rows,
      });
      for (let firstToken = 0; firstToken < vocabulary; firstToken += tileTokens) {
        const columns = Math.min(tileTokens, vocabulary - firstToken);
        dispatcher.linear(headIn, rows * run.length, m.head, 'store', logits, tileTokens, {
          first: firstToken,
          count: columns,
        });
        dispatcher.readLogits(logits, scratch.get('states'), scratch.get('scoredPairs'), scratch.get('picked'), {
          rows,
          branches: run.length,
          columns,
          stride: tileTokens,
          firstToken,
          firstRow,
          totalRows: total,
          firstBranch: b,
          firstPair,
          pairs: endPair - firstPair,
          totalPairs: pairs,
        });
        if (m.recorder.full) await m.recorder.flush(signal);
      }
    }
    firstPair = endPair;
  }
  const [stateBytes, pickedBytes] = await m.recorder.read(
    [
      { buffer: scratch.get('states'), offset: 0, bytes: slots.length * total * STATE_BYTES },
      { buffer: scratch.get('picked'), offset: 0, bytes: slots.length * pairs * 4 },
    ],
    signal,
  );
  const values = new Float32Array(stateBytes);
  const bests = new Uint32Array(stateBytes);
  const picked = new Float32Array(pickedBytes);
  return slots.map((_, slot) => {
    const logprob = new Float32Array(pairs);
    const greedy = new Uint8Array(pairs);
    for (let pair = 0; pair < pairs; pair++) {
      const i = plan.place[pair];
      const state = (slot * total + plan.pairs[2 * i]) * 4;
      logprob[pair] = picked[slot * pairs + i] - values[state] - Math.log(values[state + 1]);
      greedy[pair] = bests[state + 2] === plan.pairs[2 * i + 1] ? 1 : 0;
    }
    return { logprob, greedy, finite: logprob.every(Number.isFinite) };
  });
}

/** Rows of whole logits brought back together. */
function rowsPerRead(m: Machine, rows: number): number {
  const limit = Math.min(m.gpu.facts.limits.maxStorageBufferBindingSize, 64 * 2 ** 20);
  return Math.max(1, Math.min(rows, Math.floor(limit / (padded(m.head.outputs) * 4))));
}

/** Makes room for the whole logits of so many rows. Nothing may be recorded and not yet submitted. */
export async function planLogits(m: Machine, rows: number): Promise<void> {
  const perRead = rowsPerRead(m, rows);
  await m.scratch.plan({
    listed: rows * 4,
    headIn: Math.max(TILE_ROWS, perRead) * padded(m.spec.width) * 4,
    wholeLogits: perRead * padded(m.head.outputs) * 4,
  });
}

/** Raw logits [vocabulary] of the listed rows of each slot, rows in order within a slot. */
export async function logitsOf(
  m: Machine,
  stream: Buffer,
  slots: readonly number[],
  rowsPerSlot: number,
  list: readonly number[],
  signal?: AbortSignal,
): Promise<Float32Array[][]> {
  if (list.length === 0) return slots.map(() => []);
  const { scratch, dispatcher } = m;
  const vocabulary = m.head.outputs;
  const stride = padded(vocabulary);
  const perRead = rowsPerRead(m, list.length);
  await m.recorder.flush(signal);
  await planLogits(m, list.length);
  m.gpu.device.queue.writeBuffer(scratch.get('listed').raw, 0, Uint32Array.from(list));
  const out: Float32Array[][] = slots.map(() => []);
  for (const [s, slot] of slots.entries()) {
    for (let first = 0; first < list.length; first += perRead) {
      const count = Math.min(perRead, list.length - first);
      dispatcher.norm(m.finalNorm, { stream, slots: [slot], rows: rowsPerSlot }, scratch.get('headIn'), {
        buffer: scratch.get('listed'),
        first,
        count,
      });
      dispatcher.linear(scratch.get('headIn'), count, m.head, 'store', scratch.get('wholeLogits'), stride);
      const [bytes] = await m.recorder.read(
        [{ buffer: scratch.get('wholeLogits'), offset: 0, bytes: count * stride * 4 }],
        signal,
      );
      for (let i = 0; i < count; i++) out[s].push(new Float32Array(bytes, i * stride * 4, vocabulary));
    }
  }
  return out;
}
