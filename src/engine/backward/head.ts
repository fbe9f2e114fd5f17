import type { Buffer } from '../../gpu/gpu';
import { type ScorePlan, STATE_FLOATS, tileTokens } from '../head';
import { readLogits } from '../kernels/head';
import { divergenceBackward, likelihoodBackward } from '../kernels/head-backward';
import { linear } from '../kernels/linear';
import { linearBackward } from '../kernels/linear-backward';
import { take } from '../kernels/module';
import { norm } from '../kernels/norm';
import { normBackward } from '../kernels/norm-backward';
import type { Machine } from '../machine';
import type { TokenTree } from '../tree';
import type { Objective } from './contract';

/** What each scored row and each of its pairs counts in the loss, in the order of the plan. */
export interface Weights {
  readonly rows: Float32Array<ArrayBuffer>;
  readonly pairs: Float32Array<ArrayBuffer>;
}

/** Scored pairs, each as often as the sequences have it. */
export const scoredTokens = (tree: TokenTree): number => tree.pairs.reduce((sum, own) => sum + own.length, 0);

export function weigh(tree: TokenTree, plan: ScorePlan, tokens: number): Weights {
  const weights = { rows: new Float32Array(plan.rows.length), pairs: new Float32Array(plan.place.length) };
  for (const own of tree.pairs) {
    for (const pair of own) {
      const place = plan.place[pair]!;
      weights.pairs[place]! += 1 / tokens;
      weights.rows[plan.pairs[2 * place]!]! += 1 / tokens;
    }
  }
  return weights;
}

/**
 * The loss of the scored rows, and its gradient by the stream behind the last sublayer, into a gradient that was cleared.
 * Rows go through the head a few at a time: once for their log-sum-exps, and again, tile by tile, for their gradient.
 * @param gradient none where only the loss is wanted
 * @param stream the branch's [rows, padded width]; `full` the full model's, where it is distilled from
 * @returns reads the loss, once all is recorded
 */
export async function headBackward(
  m: Machine,
  plan: ScorePlan,
  weights: Weights,
  objective: Exclude<Objective, { kind: 'stream' }>,
  stream: Buffer,
  full: Buffer | undefined,
  gradient: Buffer | undefined,
  headRows: number,
  signal?: AbortSignal,
): Promise<(signal?: AbortSignal) => Promise<number>> {
  if (plan.rows.length === 0) return async () => 0;
  const { scratch, dispatcher: d, recorder, spec } = m;
  const { queue } = m.gpu.device;
  queue.writeBuffer(scratch.get('scoredRows').raw, 0, plan.rows);
  queue.writeBuffer(scratch.get('scoredPairs').raw, 0, plan.pairs);
  queue.writeBuffer(scratch.get('rowWeights').raw, 0, weights.rows);
  queue.writeBuffer(scratch.get('pairWeights').raw, 0, weights.pairs);
  const total = plan.rows.length;
  const pairs = plan.place.length;
  const columns = tileTokens(spec.vocabulary);
  const tiles = Math.ceil(spec.vocabulary / columns);
  const temperature = objective.kind === 'kl' ? objective.temperature : 1;
  const buffers = { states: scratch.get('states'), rowWeights: scratch.get('rowWeights') };
  // Capped logits are divided behind the cap: what they come to at most is.
  const { cap } = m.head;
  const head = cap === undefined ? m.head : { ...m.head, ceiling: cap / temperature };
  const sides = [
    { stream, normed: scratch.get('headIn'), logits: scratch.get('logits') },
    ...(full ? [{ stream: full, normed: scratch.get('referenceIn'), logits: scratch.get('referenceLogits') }] : []),
  ];
  for (let firstRow = 0, firstPair = 0; firstRow < total; firstRow += headRows) {
    const rows = Math.min(headRows, total - firstRow);
    const list = { buffer: scratch.get('scoredRows'), first: firstRow, count: rows };
    let endPair = firstPair;
    while (endPair < pairs && plan.pairs[2 * endPair]! < firstRow + rows) endPair++;
    const tileAt = (tile: number) => ({
      ...{ rows, stride: columns, firstToken: tile * columns, firstRow, totalRows: total },
      columns: Math.min(columns, spec.vocabulary - tile * columns),
      ...{ firstPair, pairs: endPair - firstPair },
    });
    const product = (side: (typeof sides)[number], tile: number) => {
      const range = { first: tile * columns, count: tileAt(tile).columns };
      linear(d, side.normed, rows, head, 'store', side.logits, columns, range);
    };
    for (const { stream, normed } of sides) {
      norm(d, m.finalNorm, { stream, slots: [0], rows: total }, normed, list);
      // Logits divided by the temperature are those of a row divided by it.
      if (temperature !== 1 && cap === undefined) {
        take(d, spec.width, 1 / temperature, { stream: normed, slots: [0], rows }, scratch.get('headGradient'));
        recorder.copy(scratch.get('headGradient'), 0, normed, 0, rows * m.head.steps * 8 * 4);
      }
    }
    for (let tile = 0; tile < tiles; tile++) {
      for (const [side, { logits }] of sides.entries()) {
        product(sides[side]!, tile);
        readLogits(d, logits, buffers.states, scratch.get('scoredPairs'), scratch.get('picked'), {
          ...{ ...tileAt(tile), branches: 1, firstBranch: side, totalPairs: pairs },
          pairs: side === 0 ? endPair - firstPair : 0,
        });
      }
      if (recorder.full) await recorder.flush(signal);
    }
    // The likelihood alone is known by now.
    for (let tile = 0; (full || gradient) && tile < tiles; tile++) {
      // A vocabulary of one tile is still there.
      if (tiles > 1) for (const side of sides) product(side, tile);
      const at = { ...tileAt(tile), temperature, ceiling: head.ceiling ?? 0 };
      const logits = scratch.get('logits');
      if (full) {
        divergenceBackward(d, logits, scratch.get('referenceLogits'), buffers, scratch.get('divergences'), at);
      } else {
        const pairs = {
          pairs: scratch.get('scoredPairs'),
          pairWeights: scratch.get('pairWeights'),
          picked: scratch.get('picked'),
        };
        likelihoodBackward(d, logits, { ...buffers, ...pairs }, at);
      }
      if (gradient) {
        linearBackward(d, logits, columns, rows, m.head, scratch.get('headGradient'), {
          columns: { first: at.firstToken, count: at.columns },
          add: tile > 0,
        });
      }
      if (recorder.full) await recorder.flush(signal);
    }
    if (gradient) normBackward(d, m.finalNorm, stream, scratch.get('headGradient'), rows, gradient, list);
    firstPair = endPair;
  }
  return full
    ? (signal) => divergence(m, weights, temperature ** 2, signal)
    : (signal) => likelihood(m, plan, weights, signal);
}

const floats = async (m: Machine, names: readonly (readonly [string, number])[], signal?: AbortSignal) =>
  (
    await m.recorder.read(
      names.map(([name, count]) => ({ buffer: m.scratch.get(name), offset: 0, bytes: 4 * count })),
      signal,
    )
  ).map((bytes) => new Float32Array(bytes));

async function likelihood(m: Machine, plan: ScorePlan, { rows, pairs }: Weights, signal?: AbortSignal) {
  const [states, picked] = await floats(
    m,
    [
      ['states', rows.length * STATE_FLOATS],
      ['picked', pairs.length],
    ],
    signal,
  );
  return pairs.reduce((sum, weight, i) => {
    const state = plan.pairs[2 * i]! * STATE_FLOATS;
    return sum + weight * (states![state]! + Math.log(states![state + 1]!) - picked![i]!);
  }, 0);
}

async function divergence(m: Machine, { rows }: Weights, scale: number, signal?: AbortSignal) {
  const [divergences] = await floats(m, [['divergences', rows.length]], signal);
  return scale * rows.reduce((sum, weight, i) => sum + weight * divergences![i]!, 0);
}
