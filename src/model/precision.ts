import { canQuantise, type Quantised, quantised } from '../formats/quantise';
import type { TensorMap } from '../formats/tensor';
import type { LinearSpec, ModelSpec } from './spec';

/** How exact weights are wanted: as they are published, or made smaller while loading. */
export const PRECISIONS = ['published', 'q8', 'q4'] as const;
export type Precision = (typeof PRECISIONS)[number];

/** What matrices are made of. */
export const MADE_OF = { q8: 'Q8_0', q4: 'Q4_0' } as const satisfies Record<Exclude<Precision, 'published'>, Quantised>;

/**
 * The tensors with every matrix that can be in blocks of the precision: tables too, but for that of positions. What is in
 * blocks already stays as it is, and so do rows that are not whole blocks of 32; the same map where nothing is made.
 */
export function atPrecision(
  layout: Pick<ModelSpec, 'sublayers' | 'embedding' | 'head' | 'width'>,
  tensors: TensorMap,
  precision: Precision,
): TensorMap {
  if (precision === 'published') return tensors;
  const type = MADE_OF[precision];
  const made = new Map(tensors);
  let smaller = false;
  const matrix = (name: string, inputs: number, transposed: boolean) => {
    const tensor = tensors.get(name);
    if (!tensor || !canQuantise(tensor, inputs)) return;
    made.set(name, quantised(tensor, type, transposed));
    smaller = true;
  };
  const linear = ({ weights, inputs, transposed }: LinearSpec) => {
    for (const name of weights) matrix(name, inputs, transposed);
  };
  for (const s of layout.sublayers) {
    for (const l of s.kind === 'attn' ? [s.qkv, s.out] : [s.up, s.down]) linear(l);
  }
  for (const table of [layout.embedding, layout.head]) matrix(table, layout.width, false);
  return smaller ? made : tensors;
}
