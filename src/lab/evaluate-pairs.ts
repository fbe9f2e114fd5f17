import type { Outcome } from '../benchmarks/task';
import type { BranchResult, DropSet, EngineContract } from '../engine/contract';
import { packTokens } from '../engine/pack';
import type { Sequence } from '../engine/tree';
import { LopperError } from '../errors';
import type { Reply, ScoredQuestion } from './questions';

/** Rows of the first batch, and the least a slow device is asked for. */
const MIN_ROWS = 256;
/** A walk should take about this long: results come often enough to watch, and the device is never idle between. */
const TARGET_MS = 1000;
/** A batch grows to so many times the beginning its items share, however slow the device: or that is most of its work. */
const SHARE_WORTH = 3;
/** What a walk that is large for the sake of a shared beginning may take, about, and its most rows. */
const MAX_BYTES = 512 * 2 ** 20;
const MOST_ROWS = 16_384;

interface Asked {
  readonly place: number;
  readonly question: ScoredQuestion;
}

interface Options {
  readonly signal?: AbortSignal;
  /** Answers under way, each counted by how far it has come. */
  readonly onProgress?: (answers: number) => void;
}

/**
 * Asks every branch every question, many packed into a walk: what follow-up questions share is computed once. The number
 * of rows follows the device's speed.
 */
export async function* askPairs(
  engine: EngineContract,
  questions: Iterable<Asked>,
  branches: readonly DropSet[],
  options: Options = {},
): AsyncGenerator<Reply> {
  const packer = new Packer(engine, branches.length, questions);
  for (let batch = packer.next(); batch.asked.length > 0; batch = packer.next()) {
    const started = performance.now();
    yield* scorePairs(engine, batch.asked, branches, options);
    packer.took(batch.rows, performance.now() - started);
  }
}

/** Cuts a row of questions into batches. */
class Packer {
  readonly #cap: number;
  readonly #questions: Iterator<Asked>;
  #budget: number;
  #waiting?: Asked;

  constructor({ maxRows, model }: EngineContract, branches: number, questions: Iterable<Asked>) {
    const { width, heads, kvHeads, headDim, ffnWidth } = model;
    // The stream of each branch and its copies, and the widest products of the rows that go through a sublayer together.
    const rowBytes = 4 * (width * (branches + 3) + headDim * (3 * heads + 4 * kvHeads) + ffnWidth);
    this.#cap = Math.max(maxRows, Math.min(MOST_ROWS, Math.floor(MAX_BYTES / rowBytes)));
    this.#budget = Math.min(MIN_ROWS, maxRows);
    this.#questions = questions[Symbol.iterator]();
    this.#waiting = this.#questions.next().value;
  }

  next(): { asked: Asked[]; rows: number } {
    const asked: Asked[] = [];
    let rows = 0;
    let last: readonly number[] = [];
    while (this.#waiting) {
      const { sequences } = this.#waiting.question;
      const shared = sharedLength(sequences[0]?.ids ?? [], last);
      const own = addedRows(sequences, last);
      if (asked.length > 0 && rows + own > Math.min(this.#cap, Math.max(this.#budget, SHARE_WORTH * shared))) break;
      asked.push(this.#waiting);
      rows += own;
      last = sequences.at(-1)?.ids ?? last;
      this.#waiting = this.#questions.next().value;
    }
    return { asked, rows };
  }

  took(rows: number, milliseconds: number): void {
    const factor = TARGET_MS / Math.max(1, milliseconds);
    const wanted = rows * Math.min(2, Math.max(0.5, factor));
    this.#budget = Math.round(Math.min(this.#cap, Math.max(MIN_ROWS, wanted)));
  }
}

function sharedLength(ids: readonly number[], last: readonly number[]): number {
  let shared = 0;
  while (shared < ids.length && ids[shared] === last[shared]) shared++;
  return shared;
}

/** Rows that sequences add to a tree which ends with `last`: what they do not share with the one before. */
function addedRows(sequences: readonly Sequence[], last: readonly number[]): number {
  let rows = 0;
  for (const { ids } of sequences) {
    rows += ids.length - sharedLength(ids, last);
    last = ids;
  }
  return rows;
}

/** One walk over the tree of some questions; two smaller ones where the device has no memory for it. */
async function* scorePairs(
  engine: EngineContract,
  asked: readonly Asked[],
  branches: readonly DropSet[],
  { signal, onProgress }: Options,
): AsyncGenerator<Reply> {
  const tree = packTokens(asked.flatMap((a) => a.question.sequences));
  let results: readonly BranchResult[];
  try {
    const walk = await engine.walk(tree, branches, {
      signal,
      onProgress: (fraction) => onProgress?.(fraction * asked.length * branches.length),
    });
    results = walk.branches;
  } catch (error) {
    if (asked.length === 1 || !(error instanceof LopperError) || error.code !== 'out-of-memory') throw error;
    const half = asked.length >> 1;
    yield* scorePairs(engine, asked.slice(0, half), branches, { signal, onProgress });
    yield* scorePairs(engine, asked.slice(half), branches, { signal, onProgress });
    return;
  }
  let first = 0;
  for (const { place, question } of asked) {
    const pairs = tree.pairs.slice(first, first + question.sequences.length);
    first += question.sequences.length;
    for (const [branch, result] of results.entries()) {
      yield { place, branch, cut: question.cut, outcomes: outcomesOf(result, pairs) };
    }
  }
}

/** Undefined where a number was not finite: the other branches stand. */
function outcomesOf(result: BranchResult, sequences: readonly Uint32Array[]): Outcome[] | undefined {
  const outcomes = sequences.map((pairs) => ({
    logprob: pairs.reduce((sum, pair) => sum + result.logprob[pair]!, 0),
    greedy: pairs.every((pair) => result.greedy[pair] === 1),
  }));
  return outcomes.every((o) => Number.isFinite(o.logprob)) ? outcomes : undefined;
}
