import type { BranchResult, DropSet, EngineContract, RunOptions, WalkResult } from '../engine/contract';
import type { TokenTree } from '../engine/tree';
import { LopperError } from '../errors';
import { sublayerAt } from '../model/units';
import { formatDropList } from '../pruning/drop-list';
import type { ScoreReport } from './contract';
import type { WindowTree } from './windows';

/**
 * Scores every branch on the windows of `trees`: token NLLs in nats, their mean (summed in f64) and its exponential.
 * All branches share one walk a tree. Throws `not-finite`, naming the branch.
 */
export async function scoreBranches(
  engine: EngineContract,
  trees: readonly WindowTree[],
  branches: readonly DropSet[],
  { signal, onProgress, logits }: RunOptions & { logits?: boolean } = {},
): Promise<ScoreReport[]> {
  const started = performance.now();
  const windows: { nll: number[]; logits?: number[] }[][] = branches.map(() => []);
  for (const [t, { tree }] of trees.entries()) {
    const result = await walkNamed(engine, tree, branches, {
      signal,
      onProgress: (fraction) => onProgress?.((t + fraction) / trees.length),
      ...(logits ? { logitRows: tree.lastRows } : {}),
    });
    for (const [b, branch] of result.branches.entries()) {
      if (!branch.logits.every((row) => row.every(Number.isFinite))) throw notFinite(branches[b]!);
      for (const [w, pairs] of tree.pairs.entries()) {
        const nll = Array.from(pairs, (pair) => -branch.logprob[pair]!);
        windows[b]!.push(logits ? { nll, logits: Array.from(branch.logits[w]!) } : { nll });
      }
    }
  }
  const milliseconds = performance.now() - started;
  return windows.map((own) => {
    let sum = 0;
    let tokens = 0;
    for (const { nll } of own) {
      for (const x of nll) sum += x;
      tokens += nll.length;
    }
    const loss = sum / tokens;
    return { loss, perplexity: Math.exp(loss), tokens, windows: own, milliseconds };
  });
}

/** "the full model", "the model without attn:2,ffn:3". */
export const nameBranch = (dropped: DropSet): string =>
  dropped.size === 0
    ? 'the full model'
    : `the model without ${formatDropList([...dropped].sort((a, b) => a - b).map(sublayerAt))}`;

/** Walks a tree. Throws `not-finite`, naming the branch where it can be told. */
export async function walkNamed(
  engine: EngineContract,
  tree: TokenTree,
  branches: readonly DropSet[],
  options: Parameters<EngineContract['walk']>[2],
): Promise<WalkResult> {
  try {
    const result = await engine.walk(tree, branches, options);
    for (const [b, { logprob }] of result.branches.entries()) {
      if (!logprob.every(Number.isFinite)) throw notFinite(branches[b]!);
    }
    return result;
  } catch (error) {
    const unnamed = error instanceof LopperError && error.code === 'not-finite' && branches.length === 1;
    throw unnamed ? notFinite(branches[0]!) : error;
  }
}

/**
 * Walks a tree for branches that answer each for itself: one whose numbers are not finite gets nothing or numbers that
 * are not, and the others stand.
 */
export async function walkApart(
  engine: EngineContract,
  tree: TokenTree,
  branches: readonly DropSet[],
  options: RunOptions,
): Promise<readonly (BranchResult | undefined)[]> {
  try {
    return (await engine.walk(tree, branches, options)).branches;
  } catch (error) {
    if (!(error instanceof LopperError) || error.code !== 'not-finite') throw error;
    if (branches.length === 1) return [undefined];
    const results: (BranchResult | undefined)[] = [];
    for (const branch of branches) results.push(...(await walkApart(engine, tree, [branch], options)));
    return results;
  }
}

/** The error for NaN or infinity among a branch's numbers. */
export const notFinite = (dropped: DropSet): LopperError =>
  new LopperError(
    'not-finite',
    `A number that is not finite came out of ${nameBranch(dropped)}.`,
    dropped.size === 0
      ? 'The weights may be damaged: load the model again from its source.'
      : 'Put some of the dropped layers back; this combination makes the numbers overflow.',
  );
