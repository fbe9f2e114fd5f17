import type { Branch } from '../branch';
import type { GradientInfluence, RunOptions } from '../contract';
import { effect, effectKernels } from '../kernels/stream-backward';
import type { Machine } from '../machine';
import type { TokenTree } from '../tree';
import type { Passing, Sink } from './contract';
import { gradients } from './gradients';
import { scoredTokens } from './head';
import { effectBytes } from './room';

/**
 * What to first order each unit's update does to the negative log-likelihood, position by position and without its sign:
 * sums over rows of |dL/d(after) · (after - before)|, L being summed over the scored pairs. One forward and one backward
 * pass give all units of a branch; one that it leaves out comes to 0.
 */
export async function gradientInfluence(
  m: Machine,
  tree: TokenTree,
  branch: Branch,
  options: RunOptions & { readonly memoryBudget?: number } = {},
): Promise<GradientInfluence> {
  const { dispatcher: d, spec, scratch } = m;
  await d.ready(effectKernels(d));
  const sublayers = spec.sublayers.length;
  const sink: Sink = {
    buffers: { effects: effectBytes(spec, tree.rows) },
    at({ index, rows, gradient, before, after, block }: Passing) {
      const of = { rows, width: spec.width };
      const out = scratch.get('effects');
      effect(d, of, { gradient, after, before }, out, index * rows);
      const isLast = index % 2 === 1;
      if (isLast) effect(d, of, { gradient, after, before: block }, out, (sublayers + (index >> 1)) * rows);
    },
  };
  const { loss } = await gradients(m, tree, branch, { kind: 'sft' }, sink, { ...options, tokens: 1 });
  const bytes = effectBytes(spec, tree.rows);
  const [read] = await m.recorder.read([{ buffer: scratch.get('effects'), offset: 0, bytes }], options.signal);
  const effects = new Float32Array(read!);
  const sums = Array.from({ length: sublayers + spec.blocks }, (_, unit) =>
    effects.subarray(unit * tree.rows, (unit + 1) * tree.rows).reduce((sum, v) => sum + v, 0),
  );
  return { loss, tokens: scoredTokens(tree), sublayers: sums.slice(0, sublayers), blocks: sums.slice(sublayers) };
}
