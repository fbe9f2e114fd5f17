import type { Branch } from '../../engine/branch';
import type { EngineContract, GradientInfluence, RunOptions } from '../../engine/contract';
import { type Sublayer, sublayerIndex } from '../../model/units';
import { notFinite } from '../running/finite';
import { layOutWindows, type WindowTree } from './windows';

/** Gradient influence, nats a predicted token: by `sublayerIndex`, and of each block. */
export interface UnitGradients {
  readonly sublayers: readonly number[];
  readonly blocks: readonly number[];
}

/** What one walk there and back gives: sums over its predicted tokens. */
export type GradientSums = Pick<GradientInfluence, 'sublayers' | 'blocks' | 'tokens'>;

/** The walks that the gradient over some windows takes. */
export const gradientTrees = (engine: EngineContract, windows: readonly (readonly number[])[]): WindowTree[] =>
  layOutWindows(windows, Math.min(engine.maxRows, engine.gradientRows()));

/** What to first order every unit of a branch does to the loss, walk by walk. Throws `not-finite`, `out-of-memory`. */
export async function walkGradient(
  engine: EngineContract,
  trees: readonly WindowTree[],
  branch: Branch,
  { signal, onProgress }: RunOptions,
): Promise<GradientSums[]> {
  const found: GradientSums[] = [];
  for (const [t, { tree }] of trees.entries()) {
    const { loss, sublayers, blocks, tokens } = await engine.gradientInfluence(tree, branch, {
      signal,
      onProgress: (fraction) => onProgress?.((t + fraction) / trees.length),
    });
    if (![loss, ...sublayers, ...blocks].every(Number.isFinite)) throw notFinite(branch);
    found.push({ sublayers: [...sublayers], blocks: [...blocks], tokens });
  }
  return found;
}

/** The gradient of all walks, one after the other. */
export function sumGradients(walks: readonly GradientSums[]): UnitGradients {
  const tokens = walks.reduce((sum, walk) => sum + walk.tokens, 0);
  const mean = (of: 'sublayers' | 'blocks') =>
    walks[0]![of].map((_, i) => walks.reduce((sum, walk) => sum + walk[of][i]!, 0) / tokens);
  return { sublayers: mean('sublayers'), blocks: mean('blocks') };
}

/** What to first order every unit of a branch does to the loss on these windows. Throws `not-finite`, `out-of-memory`. */
export const measureGradient = async (
  engine: EngineContract,
  windows: readonly (readonly number[])[],
  branch: Branch,
  options: RunOptions,
): Promise<UnitGradients> => sumGradients(await walkGradient(engine, gradientTrees(engine, windows), branch, options));

/** Of each unit: a block, or a sublayer. */
export const readGradient = ({ sublayers, blocks }: UnitGradients, units: readonly (readonly Sublayer[])[]): number[] =>
  units.map((own) => {
    const [first] = own as [Sublayer];
    return own.length > 1 ? blocks[first.block]! : sublayers[sublayerIndex(first)]!;
  });
