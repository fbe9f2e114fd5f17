import { parseJson } from '../json';
import type { Mask } from './mask';
import { type MaskModel, MOST_MASK_FILE_BYTES, readMaskFile } from './mask-file';
import { maskOfMergekit, maskOfOtherJson } from './other-masks';

/**
 * The mask of a file for the model that is open: Lopper's own, or one that another tool wrote (a list of blocks, LLM-Drop,
 * mergekit). `warnings` are for people. Throws what `readMaskFile` throws.
 */
export function readMask(text: string, model: MaskModel): { mask: Mask; warnings: readonly string[] } {
  const other = text.length <= MOST_MASK_FILE_BYTES ? readOther(text, model.blocks) : undefined;
  return other ? { mask: other.mask, warnings: [other.note] } : readMaskFile(text, model);
}

function readOther(text: string, blocks: number) {
  try {
    return maskOfOtherJson(parseJson(text), blocks);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return maskOfMergekit(text, blocks);
  }
}
