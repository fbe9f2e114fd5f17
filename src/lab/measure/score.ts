import type { Branch } from '../../engine/branch';
import type { EngineContract, RunOptions } from '../../engine/contract';
import { finiteOrNaN } from '../../pruning/estimate';
import { type LossParts, lossParts } from '../../pruning/paired-loss';
import type { ScoreReport } from '../contract';
import { notFinite, walkFinite } from '../running/finite';
import type { WindowTree } from './windows';

export interface ScoreOptions extends RunOptions {
  /** With the raw logits of each window's last token. */
  readonly logits?: boolean;
  /** Where each branch stands after each tree but the last. */
  readonly onSoFar?: (soFar: ScoreReport[]) => void;
}

/**
 * Scores every branch on the windows of `trees`: token NLLs in nats, their mean (summed in f64) and its exponential.
 * All branches share one walk a tree. Throws `not-finite`, naming the branch.
 */
export async function scoreBranches(
  engine: EngineContract,
  trees: readonly WindowTree[],
  branches: readonly Branch[],
  { signal, onProgress, logits, onSoFar }: ScoreOptions = {},
): Promise<ScoreReport[]> {
  const started = performance.now();
  const count = trees.reduce((sum, { tree }) => sum + tree.pairs.length, 0);
  const rows = trees.reduce((sum, { tree }) => sum + tree.rows, 0);
  const windows: { nll: number[]; logits?: number[] }[][] = branches.map(() => []);
  let done = 0;
  for (const { tree } of trees) {
    const result = await walkFinite(engine, tree, branches, {
      signal,
      onProgress: (fraction) => onProgress?.((done + fraction * tree.rows) / rows),
      ...(logits ? { logitRows: tree.lastRows } : {}),
    });
    for (const [b, branch] of result.branches.entries()) {
      if (!branch.logits.every((row) => row.every(Number.isFinite))) throw notFinite(branches[b]!);
      for (const [w, pairs] of tree.pairs.entries()) {
        const nll = Array.from(pairs, (pair) => -branch.logprob[pair]!);
        windows[b]!.push(logits ? { nll, logits: Array.from(branch.logits[w]!) } : { nll });
      }
    }
    done += tree.rows;
    if (done < rows) onSoFar?.(windows.map((own) => reportOf(own, performance.now() - started, count)));
  }
  return windows.map((own) => reportOf(own, performance.now() - started, count));
}

/** What windows come to, the first of so many. The loss of none is NaN. */
export function reportOf(
  windows: NonNullable<ScoreReport['windows']>,
  milliseconds: number,
  count = windows.length,
): ScoreReport {
  let sum = 0;
  let tokens = 0;
  for (const { nll } of windows) {
    for (const x of nll) sum += x;
    tokens += nll.length;
  }
  const loss = sum / tokens;
  return {
    ...{ loss, perplexity: Math.exp(loss), tokens, windows: [...windows] },
    parts: lossParts(
      windows.map(({ nll }) => nll),
      count,
    ),
    ...(windows.length < count && { partial: { windows: windows.length, of: count } }),
    milliseconds,
  };
}

/** What is known of a branch without keeping its tokens. */
export interface Measure {
  /** Mean token NLL, nats; NaN where a number was not finite. */
  readonly loss: number;
  /** Mean over scored rows of the L2 distance to the full model's raw logits, where asked; NaN likewise. */
  readonly distance?: number;
  /** Where asked. */
  readonly parts?: LossParts;
}

export interface MeasureOptions extends RunOptions {
  readonly distances?: boolean;
  readonly parts?: boolean;
}

/** Measures every branch on the windows of `trees`, together. The losses are those of `scoreBranches` to the last bit. */
export async function measureBranches(
  engine: EngineContract,
  trees: readonly WindowTree[],
  branches: readonly Branch[],
  { signal, onProgress, distances = false, parts = false }: MeasureOptions = {},
): Promise<Measure[]> {
  const sums = branches.map(() => ({ nll: 0, tokens: 0, distance: 0, rows: 0, windows: [] as number[][] }));
  for (const [t, { tree }] of trees.entries()) {
    const result = await engine.walk(tree, branches, {
      signal,
      onProgress: (fraction) => onProgress?.((t + fraction) / trees.length),
      ...(distances ? { logitDistance: true } : {}),
    });
    for (const [b, { logprob, finite, logitDistance }] of result.branches.entries()) {
      const own = sums[b]!;
      for (const x of logprob) own.nll -= x;
      if (parts) for (const pairs of tree.pairs) own.windows.push(Array.from(pairs, (pair) => -logprob[pair]!));
      if (!finite) own.nll = Number.NaN;
      own.tokens += logprob.length;
      own.distance += logitDistance?.sum ?? 0;
      own.rows += logitDistance?.rows ?? 0;
    }
  }
  return sums.map(({ nll, tokens, distance, rows, windows }) => ({
    loss: nll / tokens,
    ...(parts && { parts: lossParts(windows) }),
    ...(distances ? { distance: finiteOrNaN(distance / rows) } : {}),
  }));
}
