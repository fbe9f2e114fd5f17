import { LopperError } from '../errors';
import type { Sublayer } from '../model/units';
import { countBlocks, isDropped, maskFromSublayers } from '../pruning/mask';
import type { MaskFormat } from './format';

/**
 * `block_configs` of Nemotron-NAS and of NVIDIA ModelOpt's Puzzletron: an entry a block, with `no_op` where its attention or
 * its ffn is left out (https://huggingface.co/nvidia/Llama-3_1-Nemotron-51B-Instruct).
 */
export const nemotron: MaskFormat = {
  title: 'Nemotron-NAS, block_configs',
  about:
    'For config.json of NVIDIA’s NAS models and ModelOpt’s Puzzletron: an entry for each block, from the bottom up.',
  loses:
    'The order in which layers went, and what stands in for them. The width of each ffn (ffn_mult) has to be added for the model at hand.',
  units: 'sublayers',
  extension: 'json',
  write({ mask, model }) {
    const group = model.heads / model.kvHeads;
    const block_configs = Array.from({ length: mask.blocks }, (_, block) => {
      const gone = { attn: isDropped(mask, { block, kind: 'attn' }), ffn: isDropped(mask, { block, kind: 'ffn' }) };
      return {
        attention: { n_heads_in_group: gone.attn ? null : group, no_op: gone.attn },
        ffn: { no_op: gone.ffn },
      };
    });
    return `${JSON.stringify({ block_configs }, null, 1)}\n`;
  },
  read({ json }, blocks) {
    if (json === null || typeof json !== 'object') return undefined;
    const { block_configs: configs } = json as { block_configs?: unknown };
    if (!Array.isArray(configs)) return undefined;
    const mask = () => {
      if (configs.length !== blocks) {
        throw new LopperError(
          'mask-mismatch',
          `Its block_configs are of ${countBlocks(configs.length)}; the open model has ${blocks}.`,
          'Open the model that they were made for.',
        );
      }
      return maskFromSublayers(
        blocks,
        configs.flatMap((config: unknown, block) => droppedBy(config, block)),
      );
    };
    return [{ as: 'nemotron', what: 'block_configs, an entry for each block: what is no_op is dropped', mask }];
  },
};

function droppedBy(config: unknown, block: number): Sublayer[] {
  const { attention, ffn } = (config ?? {}) as { attention?: Part; ffn?: Part };
  for (const part of [attention, ffn]) {
    if (part?.replace_with_linear !== true) continue;
    throw new LopperError(
      'mask-invalid',
      `Its block_configs put a linear layer into block ${block}: no mask can say that.`,
      'Give one that only leaves layers out.',
    );
  }
  return [
    ...(attention?.no_op === true ? [{ block, kind: 'attn' as const }] : []),
    ...(ffn?.no_op === true ? [{ block, kind: 'ffn' as const }] : []),
  ];
}

interface Part {
  readonly no_op?: unknown;
  readonly replace_with_linear?: unknown;
}
