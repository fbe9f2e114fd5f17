/** What sublayers are put together from: tensors by their published names. */
import type { ConfigFacts } from './architectures/architecture';
import type { AttnSpec, LinearSpec, NormSpec, SublayerSpec } from './spec';

/** The sublayers of every block, from the bottom up. */
export function eachBlock(
  { blocks }: { readonly blocks: number },
  make: (block: number) => [SublayerSpec, SublayerSpec],
): SublayerSpec[] {
  return Array.from({ length: blocks }, (_, block) => make(block)).flat();
}

/** What the attention of a block sees, and how its positions turn. */
export function sightOf(c: ConfigFacts, block: number): Pick<AttnSpec, 'window' | 'rotary'> {
  const slides = c.slidingWindow !== undefined && (c.slides?.[block] ?? true);
  const turns = c.rotaryDim > 0 && !c.unrotated?.includes(block);
  return {
    window: slides ? c.slidingWindow : undefined,
    rotary: turns ? (slides && c.localRope ? 1 : 0) : undefined,
  };
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
