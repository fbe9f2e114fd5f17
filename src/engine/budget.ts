import { LopperError } from '../errors';
import { type AdapterFacts, allocated } from '../gpu/gpu';
import type { ModelSpec } from '../model/spec';
import { HEAD_ROWS, LOGIT_BYTES, logitBuffers, rowsPerRead, type ScoreShape, scoreBuffers } from './head';
import { padded, TILE_ROWS } from './layout';
import { type Observer, observerBuffers } from './observers/observer';
import { branchesPerChunk, CHUNK_ROWS, type RowShape, rowBuffers, SCORE_BYTES } from './working-buffers';

/** Rows one walk should carry; more only take more memory. */
export const MAX_ROWS = 2048;

/** Branches that should have room together: alone, each would walk the layers they share for itself. */
const COMFORTABLE_BRANCHES = 8;

/** Passes over the model that measuring may take for want of room. */
const MOST_PASSES = 8;

/** Below this the head's matrix is read for too few rows at a time, and hardly any memory is saved. */
const LEAST_HEAD_ROWS = 16;

/** How far the working buffers are halved before a walk is refused. */
const MOST_HALVINGS = 9;

/** Half of the largest buffer the adapter allows, and no more than it binds at once. */
export const defaultBudget = ({ maxBufferSize, maxStorageBufferBindingSize }: AdapterFacts['limits']): number =>
  Math.min(Math.floor(maxBufferSize / 2), maxStorageBufferBindingSize);

/** What a walk is about to do. */
export interface Work {
  readonly rows: RowShape;
  readonly scored: ScoreShape;
  /** Distinct ones. */
  readonly branches: number;
  /** Of these, how many must walk together, where some are observed beside others. */
  readonly together?: number;
  /** Rows whose whole logits are brought back. */
  readonly logitRows: number;
  readonly observers: readonly Observer<unknown>[];
}

/** How it is cut to fit. */
export interface WavePlan {
  /** Branches that walk together. */
  readonly branches: number;
  /** Of these, those that pass through a sublayer in one go; rows that pass through the head; whole logits per read. */
  readonly perChunk: number;
  readonly headRows: number;
  readonly perRead: number;
  /** Rows that are measured in one pass. */
  readonly observed: number;
  /** Working buffers, bytes by name. */
  readonly buffers: Readonly<Record<string, number>>;
  /** All of them together, bytes. */
  readonly bytes: number;
}

export const bytesOf = (buffers: Readonly<Record<string, number>>): number =>
  Object.values(buffers).reduce((sum, bytes) => sum + allocated(bytes), 0);

/**
 * Cuts a walk so that its buffers stay within a budget. Working buffers that serve many rows at once are halved until
 * they leave half of it to the branches' streams; then as many branches as fit walk together.
 * @param limit bytes that one binding holds
 * @param budget never exceeded where `strict`: throws `out-of-memory`. Else one branch always fits.
 */
export function planWaves(spec: ModelSpec, limit: number, work: Work, budget: number, strict: boolean): WavePlan {
  const wanted = mostObserved(spec, limit, work);
  const { together = 1 } = work;
  const least = planOf(spec, limit, work, MOST_HALVINGS, together, Math.ceil(wanted / MOST_PASSES));
  if (strict && least.bytes > budget) throw tooSmall(spec, limit, work, budget, least.bytes);
  const room = Math.max(budget, least.bytes);
  let { branches, observed } = least;
  for (let halvings = 0; halvings <= MOST_HALVINGS; halvings++) {
    const planned = (branches: number, observed: number) => planOf(spec, limit, work, halvings, branches, observed);
    const fits = (branches: number, observed: number) => {
      const { bytes, buffers } = planned(branches, observed);
      return bytes <= room && buffers.stream <= limit;
    };
    const measured = most(wanted, (n) => fits(together, n));
    const walking = most(work.branches, (n) => fits(n, measured));
    if (walking < together || measured < least.observed) continue;
    branches = Math.ceil(work.branches / Math.ceil(work.branches / walking)); // waves of one size
    observed = measured;
    const { bytes, buffers } = planned(planned(work.branches, measured).perChunk, measured);
    const roomy = walking === work.branches || bytes - buffers.stream - (buffers.source ?? 0) <= room / 2;
    if (roomy && measured === wanted) break;
  }
  // What is still free then goes to the working buffers.
  for (let halvings = 0; halvings < MOST_HALVINGS; halvings++) {
    const plan = planOf(spec, limit, work, halvings, branches, observed);
    if (plan.bytes <= room) return plan;
  }
  return planOf(spec, limit, work, MOST_HALVINGS, branches, observed);
}

/** Rows of one long text that a walk of several branches has room for; with observers, of one branch in one pass. */
export function rowsWithin(
  spec: ModelSpec,
  limit: number,
  budget: number,
  observers: readonly Observer<unknown>[] = [],
): number {
  const watched = observers.length > 0;
  const branches = watched ? 1 : COMFORTABLE_BRANCHES;
  const scored = { rows: 0, pairs: 0, distance: !watched };
  const asked = { branches, logitRows: 0, scored, observers };
  return Math.max(1, longestText(spec, limit, budget, asked, branches));
}

function planOf(
  spec: ModelSpec,
  limit: number,
  work: Work,
  halvings: number,
  branches: number,
  observed: number,
): WavePlan {
  const share = 2 ** -halvings;
  const { rows, scored } = work;
  const perChunk = Math.min(branches, branchesPerChunk(rows.count, CHUNK_ROWS * share));
  const headRows = Math.max(1, Math.min(Math.max(LEAST_HEAD_ROWS, HEAD_ROWS * share), scored.rows * branches));
  const perRead = rowsPerRead(spec, limit, work.logitRows, LOGIT_BYTES * share);
  const logits = work.logitRows > 0 ? logitBuffers(spec, work.logitRows, perRead) : {};
  const scores = scoreBuffers(spec, scored, branches, headRows);
  // One slot more for the stream that a wave leaves to the next one.
  const streams = (branches + (branches < work.branches ? 1 : 0)) * slotBytes(spec, work);
  const buffers = {
    ...rowBuffers(spec, limit, rows, perChunk, SCORE_BYTES * share),
    ...logits,
    ...scores,
    headIn: Math.max(scores.headIn ?? 0, logits.headIn ?? 0),
    stream: streams,
    ...(spec.parallel ? { source: streams } : {}),
    ...(scored.distance ? { reference: slotBytes(spec, work) } : {}),
    ...(observed > 0 ? observerBuffers(spec, work.observers, observed) : {}),
  };
  return { branches, perChunk, headRows, perRead, observed, buffers, bytes: bytesOf(buffers) };
}

const slotBytes = ({ width }: ModelSpec, { rows }: Work): number => rows.count * padded(width) * 4;

/** Rows that could be watched at once: all, or those of which one binding holds what is kept. */
function mostObserved(spec: ModelSpec, limit: number, { rows, observers }: Work): number {
  if (observers.length === 0) return 0;
  const fits = (n: number) => Object.values(observerBuffers(spec, observers, n)).every((bytes) => bytes <= limit);
  return Math.max(1, most(rows.count, fits));
}

/** Tokens of the longest text, all of them scored, of which `branches` fit at once with the smallest working buffers. */
function longestText(
  spec: ModelSpec,
  limit: number,
  budget: number,
  asked: Omit<Work, 'rows'>,
  branches: number,
): number {
  return most(MAX_ROWS, (n) => {
    const rows = {
      count: n,
      tileCount: Math.ceil(n / TILE_ROWS),
      scoreStride: Math.ceil(n / 4) * 4,
      maxPosition: Math.min(n, spec.context) - 1,
      keyCount: n,
    };
    const work = { ...asked, rows, scored: { ...asked.scored, rows: n, pairs: n } };
    return planOf(spec, limit, work, MOST_HALVINGS, branches, mostObserved(spec, limit, work)).bytes <= budget;
  });
}

export const mebibytes = (bytes: number): string => `${(bytes / 2 ** 20).toFixed(1)} MiB`;

function tooSmall(spec: ModelSpec, limit: number, work: Work, budget: number, needed: number): LopperError {
  const fit = longestText(spec, limit, budget, work, 1);
  return new LopperError(
    'out-of-memory',
    `A walk over ${work.rows.count} tokens takes at least ${mebibytes(needed)} of GPU memory, more than the ${mebibytes(budget)} it may have.`,
    fit > 1
      ? `Cut the text into windows of at most ${fit} tokens, or allow more memory.`
      : 'Allow more memory: this model cannot run in so little.',
  );
}

/** The largest n of 0 to `limit` that passes, if all below it do. */
export function most(limit: number, passes: (n: number) => boolean): number {
  let [low, high] = [0, limit];
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (passes(middle)) low = middle;
    else high = middle - 1;
  }
  return low;
}
