/** NaN and infinity are told of, with the branch that they came out of, and never shown. */
import { type Branch, FULL } from '../../engine/branch';
import type { EngineContract, WalkOptions, WalkResult } from '../../engine/contract';
import type { TokenTree } from '../../engine/tree';
import { LopperError } from '../../errors';
import { sublayerAt } from '../../model/units';
import { formatDropList } from '../../pruning/drop-list';

/** "the full model", "the model without attn:2,ffn:3". */
const nameBranch = ({ key, left }: Branch): string =>
  key === FULL.key ? 'the full model' : `the model without ${formatDropList([...left.keys()].map(sublayerAt))}`;

/** Walks a tree. Throws `not-finite`, naming the first branch whose log-probabilities are not all numbers. */
export async function walkFinite(
  engine: EngineContract,
  tree: TokenTree,
  branches: readonly Branch[],
  options: WalkOptions,
): Promise<WalkResult> {
  const result = await engine.walk(tree, branches, options);
  for (const [b, { finite }] of result.branches.entries()) if (!finite) throw notFinite(branches[b]!);
  return result;
}

/** The error for NaN or infinity among a branch's numbers. */
export const notFinite = (branch: Branch): LopperError =>
  new LopperError(
    'not-finite',
    `A number that is not finite came out of ${nameBranch(branch)}.`,
    branch.key === FULL.key
      ? 'The weights may be damaged: load the model again from its source.'
      : 'Put some of the dropped layers back; this combination makes the numbers overflow.',
  );
