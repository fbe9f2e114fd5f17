/** Which kernels a model needs: software adapters take a while to compile each, so none is compiled that is not run. */
import type { Dtype } from '../../formats/dtypes';
import type { ModelSpec } from '../../model/spec';
import { attentionKernels } from './attention';
import { widenKernels } from './blocks';
import type { Dispatcher, Variant } from './dispatcher';
import { embedKernels } from './embed';
import { logitKernels, sliceKernels, slicesOf } from './head';
import { fewRowKernels, manyRowKernels, type ProductKind } from './linear';
import { takingKernels } from './module';
import { normAddKernels, normKernels } from './norm';

/** How a model's matrices are stored: what its kernels are compiled for. */
export interface StoredTypes {
  readonly embedding: Dtype;
  /** Of learned positions. */
  readonly positions?: Dtype;
  /** Every type with every use that some matrix has. */
  readonly products: readonly ProductKind[];
}

/** All but what is only needed when it is asked for: decoding, distances, statistics. */
export const walkKernels = (d: Dispatcher, spec: ModelSpec, types: StoredTypes): Variant[] => [
  ...embedKernels(types.embedding, types.positions),
  ...normKernels(d, spec.finalNorm.kind === 'layer'),
  ...(spec.sublayers.some((s) => s.normAfter) ? normAddKernels(d, spec.finalNorm.kind === 'layer') : []),
  ...(spec.sublayers.some((s) => !s.norm) ? takingKernels() : []),
  ...attentionKernels(d, spec),
  ...logitKernels(d),
  ...manyRowKernels(d, types.products),
  ...widenKernels(types.products.map(({ dtype }) => dtype)),
];

/** Products of few rows and tiles of a long vocabulary, beside the kernels of a walk. */
export const decodingKernels = (d: Dispatcher, spec: ModelSpec, types: StoredTypes): Variant[] => [
  ...fewRowKernels(d, types.products),
  ...(slicesOf(spec.vocabulary) > 1 ? sliceKernels(d) : []),
];
