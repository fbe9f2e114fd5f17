import type { Branch } from '../../engine/branch';
import type { EngineContract } from '../../engine/contract';
import { throwIfCancelled } from '../../errors';
import { layOutWindows, type WindowTree } from './windows';

/** Passes timed, after one that is not. */
export const PASSES = 5;

/** Median milliseconds of one forward pass of a branch by itself over the first window, every token scored. */
export async function timePass(
  engine: EngineContract,
  [first]: readonly WindowTree[],
  branch: Branch,
  signal?: AbortSignal,
): Promise<number> {
  const { ids, chains } = first!.tree;
  const [alone] = layOutWindows([Array.from(ids.subarray(chains[0]!.start, chains[0]!.end))], ids.length);
  const times: number[] = [];
  for (let pass = -1; pass < PASSES; pass++) {
    throwIfCancelled(signal);
    const started = performance.now();
    await engine.walk(alone!.tree, [branch], { signal });
    if (pass >= 0) times.push(performance.now() - started);
  }
  return times.sort((a, b) => a - b)[PASSES >> 1]!;
}
