/** What sublayers are put together from: tensors by their published names. */
import type { LinearSpec, NormSpec, SublayerSpec } from './spec';

/** The sublayers of every block, from the bottom up. */
export function eachBlock(
  { blocks }: { readonly blocks: number },
  make: (block: number) => [SublayerSpec, SublayerSpec],
): SublayerSpec[] {
  return Array.from({ length: blocks }, (_, block) => make(block)).flat();
}

export const rmsNorm = (name: string, eps: number): NormSpec => ({ kind: 'rms', weight: `${name}.weight`, eps });

export const layerNorm = (name: string, eps: number): NormSpec => ({
  kind: 'layer',
  weight: `${name}.weight`,
  bias: `${name}.bias`,
  eps,
});

/** A matrix of one tensor or of several, one above the other. */
export function linear(
  names: readonly string[],
  outputs: readonly number[],
  inputs: number,
  biased: boolean,
): LinearSpec {
  return {
    weights: names.map((name) => `${name}.weight`),
    biases: biased ? names.map((name) => `${name}.bias`) : [],
    outputs,
    inputs,
    transposed: false,
  };
}
