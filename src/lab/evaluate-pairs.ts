import { cutPair, encodePair } from '../benchmarks/encode-pair';
import type { Outcome, Request } from '../benchmarks/task';
import type { DropSet, EngineContract } from '../engine/contract';
import { packTokens } from '../engine/pack';
import type { Sequence } from '../engine/tree';
import type { Batch, Examinee } from './evaluate';
import { walkFinite } from './score';

/** Rows of the first batch, and the least a slow device is asked for. */
const MIN_ROWS = 256;
/** A walk should take about this long: results come often enough to watch, and the device is never idle between. */
const TARGET_MS = 1000;
/** Contexts whose ids are kept: the choices of an item share theirs. */
const KEPT_ENCODINGS = 8;

/** One item's requests as sequences, in order. */
interface PairItem {
  readonly sequences: readonly Sequence[];
  readonly cut: boolean;
}

/** Items whose answers are scored, packed many to a walk; the number of rows follows the device's speed. */
export function* batchPairs(model: Examinee, requests: readonly (readonly Request[])[]): Generator<Batch> {
  const { engine } = model;
  const encode = pairEncoder(model);
  let budget = Math.min(MIN_ROWS, engine.maxRows);
  let next = 0;
  while (next < requests.length) {
    const items: PairItem[] = [];
    let rows = 0;
    let last: readonly number[] = [];
    while (next < requests.length) {
      const item = encode(requests[next]!);
      const own = addedRows(item.sequences, last);
      if (items.length > 0 && rows + own > budget) break;
      items.push(item);
      rows += own;
      last = item.sequences.at(-1)?.ids ?? last;
      next++;
    }
    yield {
      cut: items.map((item) => item.cut),
      async run(branches, signal, onProgress) {
        const started = performance.now();
        const outcomes = await scorePairs(engine, items, branches, { signal, onProgress });
        const factor = TARGET_MS / Math.max(1, performance.now() - started);
        const wanted = rows * Math.min(2, Math.max(0.5, factor));
        budget = Math.round(Math.min(engine.maxRows, Math.max(MIN_ROWS, wanted)));
        return outcomes;
      },
    };
  }
}

/** Tokens of each request by the field's rule, cut on the left where they do not fit the context. */
function pairEncoder({ tokenizer, eosIds, engine }: Examinee) {
  const kept = new Map<string, number[]>();
  const encode = (text: string) => {
    const ids = kept.get(text) ?? tokenizer.encode(text);
    if (kept.size >= KEPT_ENCODINGS) kept.delete(kept.keys().next().value!);
    kept.set(text, ids);
    return ids;
  };
  const encoder = { encode, prefixId: tokenizer.bosId ?? eosIds[0] ?? 0 };
  return (requests: readonly Request[]): PairItem => {
    const pairs = requests.map((request) => {
      if (request.kind !== 'score') throw new TypeError('an item is either scored or answered in writing');
      return cutPair(encodePair(request.context, request.continuation, encoder), engine.model.context);
    });
    // No row for a last token, which is only a target: four answers of one token cost one row between them.
    return { sequences: pairs.map((p) => ({ ...p, endIsTarget: true })), cut: pairs.some((p) => p.cut > 0) };
  };
}

/** Rows that sequences add to a tree which ends with `last`: what they do not share with the one before. */
function addedRows(sequences: readonly Sequence[], last: readonly number[]): number {
  let rows = 0;
  for (const { ids } of sequences) {
    let shared = 0;
    while (shared < ids.length && ids[shared] === last[shared]) shared++;
    rows += ids.length - shared;
    last = ids;
  }
  return rows;
}

/** Log-probability of every sequence's scored tokens under every branch, by item: one walk. */
async function scorePairs(
  engine: EngineContract,
  items: readonly PairItem[],
  branches: readonly DropSet[],
  options: { signal?: AbortSignal; onProgress?: (fraction: number) => void },
): Promise<Outcome[][][]> {
  const tree = packTokens(items.flatMap((item) => item.sequences));
  const walk = await walkFinite(engine, tree, branches, options);
  return walk.branches.map((result) => {
    let sequence = 0;
    return items.map((item) =>
      item.sequences.map((): Outcome => {
        const pairs = tree.pairs[sequence++]!;
        return {
          logprob: pairs.reduce((sum, pair) => sum + result.logprob[pair]!, 0),
          greedy: pairs.every((pair) => result.greedy[pair] === 1),
        };
      }),
    );
  });
}
