import { sublayerParameters, totalParameters } from '../model/parameters';
import type { ModelSpec } from '../model/spec';
import { isMerged, type Placed, parametersOf } from '../recovery/module';
import type { Mask } from './mask';

/** What a model's sublayers weigh: parameters by block, and KV-cache bytes that one token takes in one block. */
export interface SublayerSizes {
  /** Of the whole model. */
  readonly parameters: number;
  readonly attnParameters: readonly number[];
  readonly ffnParameters: readonly number[];
  readonly kvBytesPerTokenPerBlock: number;
}

/** What a mask saves. Fractions are of the full model, 0 to 1; below 0 where what stands in is larger than what is gone. */
export interface Savings {
  readonly parameters: number;
  readonly parameterFraction: number;
  /** Bytes for each token of context. */
  readonly kvBytesPerToken: number;
  readonly kvFraction: number;
}

/** Parameters and KV cache that the mask does without, modules counted: a dropped attn needs no cache. */
export function savingsOf(mask: Mask, sizes: SublayerSizes, modules: readonly Placed[] = []): Savings {
  let parameters = modules.reduce((less, { module }) => less - (isMerged(module) ? 0 : parametersOf(module)), 0);
  let caches = 0;
  for (const { block, kind } of mask.dropped) {
    parameters += (kind === 'attn' ? sizes.attnParameters : sizes.ffnParameters)[block] ?? 0;
    if (kind === 'attn') caches++;
  }
  return {
    parameters,
    parameterFraction: sizes.parameters > 0 ? parameters / sizes.parameters : 0,
    kvBytesPerToken: caches * sizes.kvBytesPerTokenPerBlock,
    kvFraction: mask.blocks > 0 ? caches / mask.blocks : 0,
  };
}

/** Parameters of the model and of each of its sublayers, norms and biases included, as the shapes of its tensors give them. */
export function countParameters(model: ModelSpec): Omit<SublayerSizes, 'kvBytesPerTokenPerBlock'> {
  const attnParameters = new Array<number>(model.blocks).fill(0);
  const ffnParameters = new Array<number>(model.blocks).fill(0);
  for (const sublayer of model.sublayers) {
    const counts = sublayer.kind === 'attn' ? attnParameters : ffnParameters;
    counts[sublayer.block] = sublayerParameters(model, sublayer);
  }
  return { parameters: totalParameters(model), attnParameters, ffnParameters };
}

/** KV-cache bytes of one token in one block: a key and a value for each KV head. */
export const kvBytesPerTokenPerBlock = (model: ModelSpec, bytesPerValue: number): number =>
  2 * model.kvHeads * model.headDim * bytesPerValue;
