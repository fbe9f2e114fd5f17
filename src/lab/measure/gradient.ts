import type { Branch } from '../../engine/branch';
import type { EngineContract, RunOptions } from '../../engine/contract';
import { type Sublayer, sublayerIndex } from '../../model/units';
import { notFinite } from '../running/finite';
import { layOutWindows } from './windows';

/** Gradient influence, nats a predicted token: by `sublayerIndex`, and of each block. */
export interface UnitGradients {
  readonly sublayers: readonly number[];
  readonly blocks: readonly number[];
}

/** What to first order every unit of a branch does to the loss on these windows. Throws `not-finite`, `out-of-memory`. */
export async function measureGradient(
  engine: EngineContract,
  windows: readonly (readonly number[])[],
  branch: Branch,
  { signal, onProgress }: RunOptions,
): Promise<UnitGradients> {
  const trees = layOutWindows(windows, Math.min(engine.maxRows, engine.gradientRows()));
  const { blocks } = engine.model;
  const sums = { sublayers: Array<number>(2 * blocks).fill(0), blocks: Array<number>(blocks).fill(0), tokens: 0 };
  for (const [t, { tree }] of trees.entries()) {
    const part = await engine.gradientInfluence(tree, branch, {
      signal,
      onProgress: (fraction) => onProgress?.((t + fraction) / trees.length),
    });
    const whole = [part.loss, ...part.sublayers, ...part.blocks];
    if (!whole.every(Number.isFinite)) throw notFinite(branch);
    for (const [i, value] of part.sublayers.entries()) sums.sublayers[i]! += value;
    for (const [i, value] of part.blocks.entries()) sums.blocks[i]! += value;
    sums.tokens += part.tokens;
  }
  const each = (of: readonly number[]) => of.map((sum) => sum / sums.tokens);
  return { sublayers: each(sums.sublayers), blocks: each(sums.blocks) };
}

/** Of each unit: a block, or a sublayer. */
export const readGradient = ({ sublayers, blocks }: UnitGradients, units: readonly (readonly Sublayer[])[]): number[] =>
  units.map((own) => {
    const [first] = own as [Sublayer];
    return own.length > 1 ? blocks[first.block]! : sublayers[sublayerIndex(first)]!;
  });
