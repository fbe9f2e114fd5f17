import type { ModelSpec } from '../model/spec';
import type { BranchResult } from './contract';
import { measureDistance, readLogits } from './kernels/head';
import { linear } from './kernels/linear';
import { norm } from './kernels/norm';
import { MAX_SLOTS, padded, type Slots } from './layout';
import type { Machine } from './machine';
import type { TokenTree } from './tree';

/** Tokens of a tile of logits, and rows that go through it together. */
const TILE_TOKENS = 4096;
export const HEAD_ROWS = 512;

/** Of a row's running log-sum-exp: see State in shaders/head.wgsl. */
export const STATE_FLOATS = 4;

/** The scored pairs of a tree by row: each row goes through the head once, however many targets it has. */
export interface ScorePlan {
  readonly rows: Uint32Array<ArrayBuffer>;
  /** [pairs] index into rows, token; ascending. */
  readonly pairs: Uint32Array<ArrayBuffer>;
  /** Where each of the tree's pairs went. */
  readonly place: Uint32Array;
}

export function planScores(tree: TokenTree): ScorePlan {
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

/** What decides how large the head's buffers must be. */
export interface ScoreShape {
  readonly rows: number;
  readonly pairs: number;
  /** Logits are compared with the full model's. */
  readonly distance: boolean;
}

/** Buffers that scoring so many branches takes, `headRows` rows at a time; bytes by name. */
export function scoreBuffers(
  spec: ModelSpec,
  { rows, pairs, distance }: ScoreShape,
  branches: number,
  headRows: number,
): Record<string, number> {
  if (rows === 0) return {};
  const tile = headRows * tileTokens(spec.vocabulary) * 4;
  const input = headRows * padded(spec.width) * 4;
  return {
    scoredRows: rows * 4,
    scoredPairs: pairs * 8,
    headIn: input,
    logits: tile,
    states: branches * rows * STATE_FLOATS * 4,
    picked: branches * pairs * 4,
    ...(distance ? { referenceIn: input, referenceLogits: tile, squares: branches * rows * 4 } : {}),
  };
}

/** Tokens of a tile of logits. */
export const tileTokens = (vocabulary: number): number => Math.min(TILE_TOKENS, padded(vocabulary));

/**
 * Final norm and head on the scored rows of each slot, in tiles of the vocabulary with a running log-sum-exp, and with a
 * running squared distance from the logits of `reference`, where given. Its buffers must have been planned.
 * @param headRows rows that go through the head together
 * @returns for each slot, in order
 */
export async function scoreSlots(
  m: Machine,
  plan: ScorePlan,
  from: Slots,
  headRows: number,
  reference?: Slots,
  signal?: AbortSignal,
): Promise<Omit<BranchResult, 'logits'>[]> {
  const { slots } = from;
  const total = plan.rows.length;
  const pairs = plan.place.length;
  if (total === 0) {
    const none = scoresOf(plan, new Float32Array(0), new Float32Array(0));
    return slots.map(() => (reference ? { ...none, logitDistance: distanceOf(new Float32Array(0)) } : none));
  }
  const { scratch, dispatcher, recorder } = m;
  m.gpu.device.queue.writeBuffer(scratch.get('scoredRows').raw, 0, plan.rows);
  m.gpu.device.queue.writeBuffer(scratch.get('scoredPairs').raw, 0, plan.pairs);
  const headIn = scratch.get('headIn');
  const logits = scratch.get('logits');
  const vocabulary = m.head.outputs;
  const columns = tileTokens(vocabulary);
  const perRun = Math.ceil(total / Math.ceil(total / headRows));
  const branchesPerRun = Math.max(1, Math.min(MAX_SLOTS, Math.floor(headRows / perRun)));
  const runs = Math.ceil(slots.length / branchesPerRun);
  const tiles = Math.ceil(vocabulary / columns);
  for (let firstRow = 0, firstPair = 0; firstRow < total; firstRow += perRun) {
    const rows = Math.min(perRun, total - firstRow);
    const list = { buffer: scratch.get('scoredRows'), first: firstRow, count: rows };
    let endPair = firstPair;
    while (endPair < pairs && plan.pairs[2 * endPair] < firstRow + rows) endPair++;
    if (reference) norm(dispatcher, m.finalNorm, reference, scratch.get('referenceIn'), list);
    let [normed, referred] = [-1, -1];
    for (const { run, tile } of inTurn(runs, tiles, reference !== undefined)) {
      const firstBranch = run * branchesPerRun;
      const own = slots.slice(firstBranch, firstBranch + branchesPerRun);
      const t = {
        rows,
        branches: own.length,
        columns: Math.min(columns, vocabulary - tile * columns),
        stride: columns,
        firstToken: tile * columns,
        firstRow,
        totalRows: total,
        firstBranch,
        firstPair,
        pairs: endPair - firstPair,
        totalPairs: pairs,
      };
      const range = { first: t.firstToken, count: t.columns };
      if (reference && referred !== tile) {
        linear(
          dispatcher,
          scratch.get('referenceIn'),
          rows,
          m.head,
          'store',
          scratch.get('referenceLogits'),
          columns,
          range,
        );
        referred = tile;
      }
      if (normed !== run) {
        norm(dispatcher, m.finalNorm, { ...from, slots: own }, headIn, list);
        normed = run;
      }
      linear(dispatcher, headIn, rows * own.length, m.head, 'store', logits, columns, range);
      readLogits(dispatcher, logits, scratch.get('states'), scratch.get('scoredPairs'), scratch.get('picked'), t);
      if (reference) measureDistance(dispatcher, logits, scratch.get('referenceLogits'), scratch.get('squares'), t);
      if (recorder.full) await recorder.flush(signal);
    }
    firstPair = endPair;
  }
  const whole = (name: string, bytes: number) => ({ buffer: scratch.get(name), offset: 0, bytes });
  const [stateBytes, pickedBytes, squareBytes] = await recorder.read(
    [
      whole('states', slots.length * total * STATE_FLOATS * 4),
      whole('picked', slots.length * pairs * 4),
      ...(reference ? [whole('squares', slots.length * total * 4)] : []),
    ],
    signal,
  );
  const states = new Float32Array(stateBytes);
  const picked = new Float32Array(pickedBytes);
  return slots.map((_, slot) => ({
    ...scoresOf(
      plan,
      states.subarray(slot * total * STATE_FLOATS, (slot + 1) * total * STATE_FLOATS),
      picked.subarray(slot * pairs, (slot + 1) * pairs),
    ),
    ...(reference && { logitDistance: distanceOf(new Float32Array(squareBytes, slot * total * 4, total)) }),
  }));
}

/** A branch's log-probabilities, in the tree's order, from its rows' states and its pairs' logits. */
function scoresOf(plan: ScorePlan, states: Float32Array, picked: Float32Array) {
  const bests = new Uint32Array(states.buffer, states.byteOffset, states.length);
  const logprob = new Float32Array(plan.place.length);
  const greedy = new Uint8Array(plan.place.length);
  for (const [pair, i] of plan.place.entries()) {
    const state = plan.pairs[2 * i] * STATE_FLOATS;
    logprob[pair] = picked[i] - states[state] - Math.log(states[state + 1]);
    greedy[pair] = bests[state + 2] === plan.pairs[2 * i + 1] ? 1 : 0;
  }
  return { logprob, greedy, finite: logprob.every(Number.isFinite) };
}

const distanceOf = (squares: Float32Array): NonNullable<BranchResult['logitDistance']> => ({
  sum: squares.reduce((sum, square) => sum + Math.sqrt(square), 0),
  rows: squares.length,
});

/**
 * Every run of branches with every tile of the vocabulary. Runs go outside, so that each is normed once; with a reference
 * tiles do, so that its logits are computed once for all runs.
 */
function* inTurn(runs: number, tiles: number, tilesOutside: boolean): Generator<{ run: number; tile: number }> {
  const [outer, inner] = tilesOutside ? [tiles, runs] : [runs, tiles];
  for (let i = 0; i < outer; i++)
    for (let j = 0; j < inner; j++) yield tilesOutside ? { run: j, tile: i } : { run: i, tile: j };
}

/** Bytes of whole logits brought back together. */
export const LOGIT_BYTES = 64 * 2 ** 20;

/** Rows of whole logits brought back together, of `rows`. */
export function rowsPerRead({ vocabulary }: ModelSpec, limit: number, rows: number, bytes = LOGIT_BYTES): number {
  return Math.max(1, Math.min(rows, Math.floor(Math.min(limit, bytes) / (padded(vocabulary) * 4))));
}

/** Buffers for the whole logits of `rows` rows, `perRead` at a time; bytes by name. */
export function logitBuffers({ vocabulary, width }: ModelSpec, rows: number, perRead: number): Record<string, number> {
  return {
    listed: rows * 4,
    headIn: perRead * padded(width) * 4,
    wholeLogits: perRead * padded(vocabulary) * 4,
  };
}

/**
 * Raw logits [vocabulary] of the listed rows of each slot, rows in order within a slot; `perRead` rows are brought back
 * together. Its buffers must have been planned.
 */
export async function logitsOf(
  m: Machine,
  from: Slots,
  list: readonly number[],
  perRead: number,
  signal?: AbortSignal,
): Promise<Float32Array[][]> {
  const { slots } = from;
  if (list.length === 0) return slots.map(() => []);
  const { scratch, dispatcher } = m;
  const vocabulary = m.head.outputs;
  const stride = padded(vocabulary);
  m.gpu.device.queue.writeBuffer(scratch.get('listed').raw, 0, Uint32Array.from(list));
  const out: Float32Array[][] = slots.map(() => []);
  for (const [s, slot] of slots.entries()) {
    for (let first = 0; first < list.length; first += perRead) {
      const count = Math.min(perRead, list.length - first);
      norm(dispatcher, m.finalNorm, { ...from, slots: [slot] }, scratch.get('headIn'), {
        buffer: scratch.get('listed'),
        first,
        count,
      });
      linear(dispatcher, scratch.get('headIn'), count, m.head, 'store', scratch.get('wholeLogits'), stride);
      const [bytes] = await m.recorder.read(
        [{ buffer: scratch.get('wholeLogits'), offset: 0, bytes: count * stride * 4 }],
        signal,
      );
      for (let i = 0; i < count; i++) out[s].push(new Float32Array(bytes, i * stride * 4, vocabulary));
    }
  }
  return out;
}
