import type { Outcome } from '../../benchmarks/task';
import type { Branch } from '../../engine/branch';
import type { BranchResult, EngineContract } from '../../engine/contract';
import { packTokens } from '../../engine/pack';
import { longBeyond } from '../../engine/rows';
import type { Sequence } from '../../engine/tree';
import { LopperError } from '../../errors';
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
  branches: readonly Branch[],
  options: Options = {},
): AsyncGenerator<Reply> {
  const packer = new Packer(engine, branches.length, questions);
  for (let batch = packer.next(); batch.asked.length > 0; batch = packer.next()) {
    const started = performance.now();
    let replies: readonly Reply[] = [];
    try {
      replies = await scorePairs(engine, batch.asked, branches, options);
      packer.took(batch, performance.now() - started);
    } catch (error) {
      const tooLarge = error instanceof LopperError && error.code === 'out-of-memory' && batch.asked.length > 1;
      if (!tooLarge) throw error;
      packer.back(batch);
    }
    yield* replies;
  }
}

/** Questions asked together, and the rows of their tree. */
interface Batch {
  readonly asked: readonly Asked[];
  readonly rows: number;
}

/** Cuts a row of questions into batches. */
class Packer {
  readonly #questions: Iterator<Asked>;
  /** Rows of a batch at most, whatever its items share; and at most for the sake of speed. */
  #cap: number;
  #budget: number;
  /** The next questions: one that did not fit the batch before, or all of a batch that was too large. */
  #waiting: Asked[] = [];

  constructor({ maxRows, model }: EngineContract, branches: number, questions: Iterable<Asked>) {
    const { width, heads, kvHeads, headDim, ffnWidth } = model;
    // The stream of each branch and its copies, and the widest products of the rows that go through a sublayer together.
    const rowBytes = 4 * (width * (branches + 3) + headDim * (3 * heads + 4 * kvHeads) + ffnWidth);
    this.#cap = Math.max(maxRows, Math.min(MOST_ROWS, Math.floor(MAX_BYTES / rowBytes)));
    this.#budget = Math.min(MIN_ROWS, maxRows);
    this.#questions = questions[Symbol.iterator]();
  }

  next(): Batch {
    const asked: Asked[] = [];
    let rows = 0;
    let last: readonly number[] = [];
    for (let next = this.#take(); next; next = this.#take()) {
      const { sequences } = next.question;
      const shared = sharedLength(sequences[0]?.ids ?? [], last);
      const own = addedRows(sequences, last);
      if (asked.length > 0 && rows + own > Math.min(this.#cap, Math.max(this.#budget, SHARE_WORTH * shared))) {
        this.#waiting.unshift(next);
        break;
      }
      asked.push(next);
      rows += own;
      last = sequences.at(-1)?.ids ?? last;
    }
    return { asked, rows };
  }

  /** Takes back a batch for which the device had no memory; those to come are half as large. */
  back({ asked, rows }: Batch): void {
    this.#waiting.unshift(...asked);
    this.#cap = rows >> 1;
    this.#budget = Math.min(this.#budget, this.#cap);
  }

  took({ rows }: Batch, milliseconds: number): void {
    const factor = TARGET_MS / Math.max(1, milliseconds);
    const wanted = rows * Math.min(2, Math.max(0.5, factor));
    this.#budget = Math.round(Math.min(this.#cap, Math.max(MIN_ROWS, wanted)));
  }

  #take(): Asked | undefined {
    return this.#waiting.shift() ?? this.#questions.next().value;
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

/** One walk over the tree of some questions. */
async function scorePairs(
  engine: EngineContract,
  asked: readonly Asked[],
  branches: readonly Branch[],
  { signal, onProgress }: Options,
): Promise<Reply[]> {
  const tree = packTokens(
    asked.flatMap((a) => a.question.sequences),
    longBeyond(engine.model),
  );
  const { branches: results } = await engine.walk(tree, branches, {
    signal,
    onProgress: (fraction) => onProgress?.(fraction * asked.length * branches.length),
  });
  let first = 0;
  return asked.flatMap(({ place, question }) => {
    const pairs = tree.pairs.slice(first, first + question.sequences.length);
    first += question.sequences.length;
    return results.map((result, branch) => {
      return { place, branch, cut: question.cut, outcomes: outcomesOf(result, pairs) };
    });
  });
}

/** Undefined where a number was not finite: the other branches stand. */
function outcomesOf(result: BranchResult, sequences: readonly Uint32Array[]): Outcome[] | undefined {
  const outcomes = sequences.map((pairs) => ({
    logprob: pairs.reduce((sum, pair) => sum + result.logprob[pair]!, 0),
    greedy: pairs.every((pair) => result.greedy[pair] === 1),
  }));
  return outcomes.every((o) => Number.isFinite(o.logprob)) ? outcomes : undefined;
}
