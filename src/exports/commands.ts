/** Options and calls of other tools that take the numbers of whole blocks. */
import { lastPart, type MaskFormat, placeOf, type Reading, wholeBlocks } from './format';
import { blocksFrom } from './lists';
import { quoted } from './shell';

/** Numbers after a name in a text: `--prune-layers 3,7`, `drop_layers=[3, 7]`, `--drop_layers 3 7`. */
function numbersAfter(name: RegExp, text: string): number[] | undefined {
  const found = new RegExp(
    `(?:${name.source})\\s*[:=]?\\s*["']?\\s*[\\[(]?\\s*(\\d{1,5}(?:[\\s,]+\\d{1,5})*)\\s*[\\])]?`,
  ).exec(text);
  return found ? found[1]!.match(/\d+/g)!.map(Number) : undefined;
}

function reader(as: string, name: RegExp, what: string, base: 0 | 1): MaskFormat['read'] {
  return ({ text, json }, blocks): readonly Reading[] | undefined => {
    const numbers = json === undefined ? numbersAfter(name, text) : undefined;
    return numbers && [{ as, what, mask: () => blocksFrom(numbers, base, blocks) }];
  };
}

/** https://github.com/ggml-org/llama.cpp/tree/master/tools/quantize */
export const llamaCpp: MaskFormat = {
  title: 'llama.cpp, --prune-layers',
  about: 'For llama-quantize, which writes a GGUF file without these blocks, from 0.',
  loses: 'The order in which blocks went, and what stands in for them.',
  units: 'blocks',
  extension: 'sh',
  write({ mask, model }) {
    const blocks = wholeBlocks(mask, 'llama-quantize').sort((a, b) => a - b);
    const file = lastPart(model.id);
    const names = `${quoted(`${file}.gguf`)} ${quoted(`${file}-pruned.gguf`)}`;
    return `llama-quantize --prune-layers ${blocks.join(',')} ${names} COPY\n`;
  },
  read: reader('llama.cpp', /--prune-layers/, 'llama.cpp’s --prune-layers: blocks to drop, counted from 0', 0),
};

/** https://github.com/NVIDIA/NeMo: layers are numbered as Megatron does it, from 1. */
export const nemo: MaskFormat = {
  title: 'NeMo, drop_layers',
  about: 'For NeMo’s and ModelOpt’s pruning script: blocks that go, counted from 1.',
  loses: 'The order in which blocks went, and what stands in for them.',
  units: 'blocks',
  extension: 'txt',
  write({ mask }) {
    const blocks = wholeBlocks(mask, 'NeMo').map((block) => block + 1);
    return `prune.drop_layers=[${blocks.sort((a, b) => a - b).join(', ')}]\n`;
  },
  read: reader('nemo', /(?:prune\.|--)?drop_layers/, 'NeMo’s drop_layers: blocks to drop, counted from 1', 1),
};

/** https://github.com/jiwonsong-dev/SLEB: its eval.py, and what that writes into eval.txt. */
export const sleb: MaskFormat = {
  title: 'SLEB, --removal_list',
  about: 'For SLEB’s eval.py: blocks in the order in which they went, from 0.',
  loses: 'What stands in for the blocks.',
  units: 'blocks',
  extension: 'sh',
  write: ({ mask, model }) =>
    `python eval.py --model_name ${quoted(placeOf(model))} --removal_list ${quoted(`[${wholeBlocks(mask, 'SLEB').join(',')}]`)}\n`,
  read: reader(
    'sleb',
    /--removal_list|Block Removal Order/,
    'SLEB’s list: blocks in the order they go, counted from 0',
    0,
  ),
};

/** https://github.com/peremartra/optipfair */
export const optipfair: MaskFormat = {
  title: 'OptiPFair, a call',
  about: 'For OptiPFair in Python: whole blocks, from 0.',
  loses: 'The order in which blocks went, and what stands in for them.',
  units: 'blocks',
  extension: 'py',
  write({ mask, model }) {
    const blocks = wholeBlocks(mask, 'OptiPFair').sort((a, b) => a - b);
    return [
      'from optipfair import prune_model',
      'from transformers import AutoModelForCausalLM',
      '',
      `model = AutoModelForCausalLM.from_pretrained(${JSON.stringify(placeOf(model))})`,
      `model = prune_model(model=model, pruning_type="DEPTH", layer_indices=[${blocks.join(', ')}])`,
      `model.save_pretrained(${JSON.stringify(`${lastPart(model.id)}-pruned`)})`,
      '',
    ].join('\n');
  },
  read: reader('optipfair', /layer_indices/, 'OptiPFair’s layer_indices: blocks to drop, counted from 0', 0),
};
