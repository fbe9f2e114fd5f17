import { parseJson } from '../json';
import type { Placed } from '../recovery/module';
import type { Mask } from './mask';
import { type MaskModel, MOST_MASK_FILE_BYTES, readMaskFile } from './mask-file';
import { maskOfMergekit, maskOfOtherJson } from './other-masks';

/**
 * The mask of a file for the model that is open: Lopper's own, or one that another tool wrote (a list of blocks, LLM-Drop,
 * mergekit). `modules` and `method`: what stands in, where Lopper's own file has that. `warnings` are for people. Throws what `readMaskFile` throws.
 */
export function readMask(
  text: string,
  model: MaskModel,
): { mask: Mask; modules: readonly Placed[]; method?: string; warnings: readonly string[] } {
  const other = text.length <= MOST_MASK_FILE_BYTES ? readOther(text, model.blocks) : undefined;
  if (other) return { mask: other.mask, modules: [], warnings: [other.note] };
  const { mask, modules, warnings, file } = readMaskFile(text, model);
  return { mask, modules, method: file.recovery?.[0]?.kind, warnings };
}

function readOther(text: string, blocks: number) {
  try {
    return maskOfOtherJson(parseJson(text), blocks);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return maskOfMergekit(text, blocks);
  }
}
