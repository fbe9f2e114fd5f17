import { blockPruner } from './block-pruner';
import { llamaCpp, nemo, optipfair, sleb } from './commands';
import type { MaskFormat } from './format';
import { harness } from './harness';
import { blockList, keptBlockList, keptLayerList } from './lists';
import { llmDrop } from './llm-drop';
import { dropList, lopper } from './lopper';
import { mergekit } from './mergekit';
import { nemotron } from './nemotron';
import { pythonLines, pythonScript } from './python';

/** Every form that a mask can be taken along in, by the name that the command line knows it by. */
export const MASK_FORMATS = {
  lopper,
  list: dropList,
  python: pythonScript,
  'python-lines': pythonLines,
  mergekit,
  'llm-drop': llmDrop,
  'llama.cpp': llamaCpp,
  nemotron,
  nemo,
  sleb,
  'block-pruner': blockPruner,
  optipfair,
  blocks: blockList,
  'kept-blocks': keptBlockList,
  'kept-layers': keptLayerList,
  harness,
} as const satisfies Readonly<Record<string, MaskFormat>>;

export type FormatName = keyof typeof MASK_FORMATS;
export const FORMAT_NAMES = Object.keys(MASK_FORMATS) as FormatName[];
