import { LopperError } from '../errors';
import type { TensorMap } from '../formats/tensor';
import { ARCHITECTURES } from './architectures';
import { checkTensors, storedAs } from './check-tensors';
import type { ModelConfig } from './config';
import { rotariesOf } from './rope';
import { shapesOf } from './shapes';
import type { LinearSpec, ModelSpec, SublayerSpec } from './spec';

/** A description that knows nothing yet of the files: all but how the numbers are stored. */
export type Layout = Omit<ModelSpec, 'dtype'>;

/** The layout a config stands for. `tensors` decide what configs leave open; throws `config-invalid`. */
export function layoutOf(config: ModelConfig, tensors: TensorMap = new Map()): Layout {
  const { blocks, width, heads, kvHeads, headDim, vocabulary, context, modelType, architecture } = config;
  if (headDim % 4 !== 0) {
    throw new LopperError(
      'config-invalid',
      `Heads of ${headDim} channels are not a multiple of 4.`,
      'Choose a model with heads of 4, 8, 16, ... channels.',
    );
  }
  const own = ARCHITECTURES[modelType];
  const ffnWidth = config.ffnWidth ?? own.ffnWidth?.(tensors) ?? 4 * width;
  const parts = own.parts({ ...config, ffnWidth }, (name) => tensors.has(name));
  const layout: Omit<Layout, 'shapes'> = {
    ...parts,
    sublayers: parts.sublayers.map((sublayer) => asStored(sublayer, tensors)),
    ...{ architecture, modelType, blocks, width, heads, kvHeads, headDim, ffnWidth, vocabulary, context },
    parallel: config.parallelResidual,
    rotaries: rotariesOf(config),
    attentionScale: config.attentionScale ?? 1 / Math.sqrt(headDim),
    scoreCap: config.scoreCap,
    logitCap: config.logitCap,
    embeddingScale: config.embeddingScale,
  };
  return { ...layout, shapes: shapesOf(layout) };
}

/** A sublayer whose matrices are read as the files have them: some have turned those that are published turned. */
function asStored(sublayer: SublayerSpec, tensors: TensorMap): SublayerSpec {
  const matrix = (l: LinearSpec): LinearSpec =>
    l.transposed && tensors.get(l.weights[0]!)?.turned ? { ...l, transposed: false } : l;
  return sublayer.kind === 'attn'
    ? { ...sublayer, qkv: matrix(sublayer.qkv), out: matrix(sublayer.out) }
    : { ...sublayer, up: matrix(sublayer.up), down: matrix(sublayer.down) };
}

/**
 * The model that a config and a file of tensors make, as data for the engine.
 * Throws `tensor-missing`, `tensor-shape` or `dtype-unsupported` naming the tensor, before any weight is read.
 */
export function describe(config: ModelConfig, tensors: TensorMap): ModelSpec {
  const layout = layoutOf(config, tensors);
  checkTensors(layout.shapes, tensors);
  return { ...layout, dtype: storedAs(layout.shapes, tensors) };
}
