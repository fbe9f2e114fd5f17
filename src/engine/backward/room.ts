import { LopperError } from '../../errors';
import type { ModelSpec } from '../../model/spec';
import { bytesOf, defaultBudget, MAX_ROWS, mebibytes, most } from '../budget';
import { HEAD_ROWS, type ScoreShape, scoreBuffers } from '../head';
import { padded, TILE_ROWS } from '../layout';
import type { Machine } from '../machine';
import { type RowShape, rowBuffers, SCORE_BYTES } from '../working-buffers';
import type { Sink } from './contract';

/** What a walk in reverse is about to do. */
export interface ReverseWork {
  readonly rows: RowShape;
  /** `distance`: compared with the full model's logits. */
  readonly scored: ScoreShape;
  /** Names of streams that are kept. */
  readonly kept: readonly string[];
  /** The full model walks beside the branch. */
  readonly beside: boolean;
  /** Streams that are pulled towards the full model's. */
  readonly pulled: number;
  readonly sink: Sink['buffers'];
}

/** How far scores and the head's rows are halved before a walk is refused. */
const MOST_HALVINGS = 5;

/**
 * Makes room for a walk in reverse. Buffers that serve many rows at once are halved until all of it stays within the
 * budget, and further where the GPU has not even that. Throws `out-of-memory`, with the window that fits.
 * @returns rows that go through the head together
 */
export async function makeRoom(m: Machine, work: ReverseWork, memoryBudget: number | undefined): Promise<number> {
  const { limits } = m.gpu.facts;
  const budget = memoryBudget ?? defaultBudget(limits);
  const bound = limits.maxStorageBufferBindingSize;
  for (let halvings = 0; ; halvings++) {
    const isLast = halvings === MOST_HALVINGS;
    const buffers = buffersOf(m.spec, bound, work, halvings);
    const bytes = bytesOf(buffers);
    if (bytes > budget && !isLast) continue;
    if (bytes > budget && memoryBudget !== undefined) {
      const than = `more than the ${mebibytes(budget)} it may have`;
      throw tooSmall(
        m,
        budget,
        `A gradient over ${work.rows.count} tokens takes ${mebibytes(bytes)} of GPU memory, ${than}.`,
      );
    }
    const largest = Math.max(...Object.values(buffers));
    if (largest > bound) {
      const than = `more than the ${mebibytes(bound)} that the adapter binds at once`;
      throw tooSmall(
        m,
        budget,
        `A gradient over ${work.rows.count} tokens takes a buffer of ${mebibytes(largest)}, ${than}.`,
      );
    }
    try {
      m.scratch.trim(buffers, Math.max(budget, bytes));
      await m.scratch.plan(buffers);
      return headRowsOf(work, halvings);
    } catch (error) {
      if (!(error instanceof LopperError) || error.code !== 'out-of-memory') throw error;
      if (isLast) throw tooSmall(m, bytes / 2, error.message);
    }
  }
}

/** Rows of one long text of which the gradient of every sublayer fits into a budget; at least 1. */
export function reverseRowsWithin(spec: ModelSpec, limit: number, budget: number): number {
  const fits = (n: number) => {
    const rows = {
      count: n,
      tileCount: Math.ceil(n / TILE_ROWS),
      scoreStride: Math.ceil(n / 4) * 4,
      maxPosition: Math.min(n, spec.context) - 1,
      keyCount: n,
    };
    const scored = { rows: n, pairs: n, distance: true };
    const kept = Array.from({ length: spec.sublayers.length + 1 }, (_, i) => `kept ${i}`);
    const work = { ...{ rows, scored, kept, beside: false, pulled: 0 }, sink: { effects: effectBytes(spec, n) } };
    const buffers = buffersOf(spec, limit, work, MOST_HALVINGS);
    return bytesOf(buffers) <= budget && Object.values(buffers).every((bytes) => bytes <= limit);
  };
  return Math.max(1, most(MAX_ROWS, fits));
}

/** Of one number for each row of each sublayer and block. */
export const effectBytes = ({ sublayers, blocks }: ModelSpec, rows: number): number =>
  (sublayers.length + blocks) * rows * 4;

const headRowsOf = ({ scored }: ReverseWork, halvings: number): number =>
  Math.max(1, Math.min(HEAD_ROWS >> halvings, scored.rows));

function buffersOf(spec: ModelSpec, limit: number, work: ReverseWork, halvings: number): Record<string, number> {
  const { rows, scored, kept, beside, pulled, sink } = work;
  const walked = rowBuffers(spec, limit, rows, 1, SCORE_BYTES / 2 ** (halvings + 1));
  const stream = rows.count * padded(spec.width) * 4;
  const streams = stream * (beside ? 2 : 1);
  const headRows = headRowsOf(work, halvings);
  const gate = spec.activation.endsWith('-gated') ? 2 : 1;
  return {
    ...walked,
    ...scoreBuffers(spec, scored, scored.distance ? 2 : 1, headRows),
    stream: streams,
    ...(spec.parallel ? { source: streams, 'block gradient': stream } : {}),
    ...Object.fromEntries(kept.map((name) => [name, stream])),
    gradient: stream,
    z: rows.count * padded(gate * spec.ffnWidth) * 4,
    dscores: walked.scores!,
    ...(spec.scoreCap !== undefined && { capped: walked.scores! }),
    ...(walked.update && { dupdate: walked.update }),
    dq: walked.q!,
    dkv: walked.kv!,
    dqkv: walked.qkv!,
    ...(scored.rows > 0 && {
      rowWeights: scored.rows * 4,
      pairWeights: scored.pairs * 4,
      headGradient: headRows * padded(spec.width) * 4,
      divergences: scored.rows * 4,
    }),
    ...(pulled > 0 && { pulls: pulled * rows.count * 4 }),
    ...sink,
  };
}

function tooSmall(m: Machine, budget: number, message: string): LopperError {
  const fit = reverseRowsWithin(m.spec, m.gpu.facts.limits.maxStorageBufferBindingSize, budget);
  return new LopperError(
    'out-of-memory',
    message,
    fit > 1
      ? `Cut the text into windows of at most ${fit} tokens, or allow more memory.`
      : 'Allow more memory: no gradient of this model fits into so little.',
  );
}
