import { formatDropList, parseDropList } from '../pruning/drop-list';
import { maskFromSublayers } from '../pruning/mask';
import { writeMaskFile } from '../pruning/mask-file';
import { MOST_NUMBERS } from '../recovery/entries';
import type { MaskFormat } from './format';

/** Lopper's own file: the only one that keeps all. It is read with its warnings and what stands in by `readMask`. */
export const lopper: MaskFormat = {
  title: 'Lopper, a mask file',
  about:
    'For this page and Lopper’s command line: what goes, how it was chosen, what it costs and saves, measured on what.',
  loses: `The numbers of what stands in, where they are more than ${MOST_NUMBERS.toLocaleString('en')}: those are a file of their own.`,
  units: 'sublayers',
  extension: 'json',
  write: ({ mask, model, notes }) => writeMaskFile(mask, model, notes),
};

/** The list that `--drop` takes. */
export const dropList: MaskFormat = {
  title: 'Lopper, a list',
  about: 'For --drop on the command line, and to tell someone: kinds and blocks, counted from 0.',
  loses: 'What was measured, and what stands in.',
  units: 'sublayers',
  extension: 'txt',
  write: ({ mask }) => `${formatDropList(mask.dropped)}\n`,
  read({ text, json }, blocks) {
    if (json !== undefined || !/^\s*(attn|ffn|block)\s*:\s*\d/.test(text)) return undefined;
    const what = 'Lopper’s list of layers to drop, from 0';
    return [{ as: 'list', what, mask: () => maskFromSublayers(blocks, parseDropList(text.trim(), blocks)) }];
  },
};
