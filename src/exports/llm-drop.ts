import { LopperError } from '../errors';
import { listedAsDropped } from '../model/drop-lists';
import { countBlocks, maskFromSublayers } from '../pruning/mask';
import { droppedOf, type MaskFormat } from './format';

/** The keys that LLM-Drop reads from a model's config.json (https://github.com/CASE-Lab-UMD/LLM-Drop). */
export const llmDrop: MaskFormat = {
  title: 'LLM-Drop, keys of config.json',
  about: 'For LLM-Drop’s own model classes: put them into the published model’s config.json. Dropped blocks, from 0.',
  loses: 'The order in which layers went, and what stands in for them.',
  units: 'sublayers',
  extension: 'json',
  write: ({ mask }) =>
    `${JSON.stringify(
      {
        num_hidden_layers: mask.blocks,
        drop_attn_list: droppedOf(mask, 'attn'),
        drop_mlp_list: droppedOf(mask, 'ffn'),
      },
      null,
      2,
    )}\n`,
  read({ json }, blocks) {
    if (json === null || typeof json !== 'object' || Array.isArray(json)) return undefined;
    if (!('drop_attn_list' in json || 'drop_mlp_list' in json)) return undefined;
    const mask = () => {
      const { num_hidden_layers: counted } = json as { num_hidden_layers?: unknown };
      if (typeof counted === 'number' && counted !== blocks) {
        throw new LopperError(
          'mask-mismatch',
          `The mask is for a model of ${countBlocks(counted)}; the open model has ${blocks}.`,
          'Open the model that the mask was made on, or make a mask on this one.',
        );
      }
      return maskFromSublayers(blocks, listedAsDropped(json as Record<string, unknown>, blocks));
    };
    return [{ as: 'llm-drop', what: 'LLM-Drop’s lists of dropped layers, from 0', mask }];
  },
};
