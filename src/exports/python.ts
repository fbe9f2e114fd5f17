import { maskFromSublayers } from '../pruning/mask';
import { droppedOf, keptBlocks, lastPart, type MaskFormat, placeOf, type Taken } from './format';
import { outputNames } from './output-names';

const python = (numbers: readonly number[]) => `[${numbers.join(', ')}]`;
const text = (value: string) => JSON.stringify(value);

/** A script that makes the pruned model from the published one with transformers, as the checkpoint of the page has it. */
export const pythonScript: MaskFormat = {
  title: 'Python script for transformers',
  about: 'For Python: makes the pruned model from the published one and saves it. Dropped blocks, from 0.',
  loses:
    'The order in which layers went, and what stands in for them. A sublayer alone keeps its size: its output is zeroed.',
  units: 'sublayers',
  extension: 'py',
  write({ mask, model }) {
    keptBlocks(mask);
    const { layers, attn, ffn } = outputNames(model.modelType);
    return `"""Makes the pruned model from ${placeOf(model)}, with torch and transformers."""
import torch
from transformers import AutoModelForCausalLM, AutoTokenizer

MODEL, REVISION = ${text(placeOf(model))}, ${model.revision ? text(model.revision) : 'None'}
DROP_ATTN = ${python(droppedOf(mask, 'attn'))}  # blocks, from 0
DROP_FFN = ${python(droppedOf(mask, 'ffn'))}
OUT = ${text(`${lastPart(model.id)}-pruned`)}

model = AutoModelForCausalLM.from_pretrained(MODEL, revision=REVISION, dtype="auto")
config, layers = model.config, model.get_submodule(${text(layers)})
count = len(layers)
assert count == ${mask.blocks}, f"this mask is for ${mask.blocks} blocks, not {count}"

# A block goes where both its sublayers do; of the others, what writes to the stream is zeroed.
with torch.no_grad():
    for blocks, name in (DROP_ATTN, ${text(attn)}), (DROP_FFN, ${text(ffn)}):
        for block in blocks:
            for weight in layers[block].get_submodule(name).parameters():
                weight.zero_()
kept = [b for b in range(count) if not (b in DROP_ATTN and b in DROP_FFN)]
owner, _, name = ${text(layers)}.rpartition(".")
setattr(model.get_submodule(owner), name, torch.nn.ModuleList(layers[b] for b in kept))
for index, block in enumerate(model.get_submodule(${text(layers)})):
    for module in block.modules():
        if hasattr(module, "layer_idx"):
            module.layer_idx = index
for key in "layer_types", "no_rope_layers":
    if isinstance(getattr(config, key, None), list):
        setattr(config, key, [getattr(config, key)[b] for b in kept])
config.num_hidden_layers = len(kept)

model.save_pretrained(OUT)
AutoTokenizer.from_pretrained(MODEL, revision=REVISION).save_pretrained(OUT)
`;
  },
  read({ text, json }, blocks) {
    const [attn, ffn] = ['ATTN', 'FFN'].map(
      (kind) => new RegExp(`^DROP_${kind} = \\[([\\d, ]*)\\]`, 'm').exec(text)?.[1],
    );
    if (json !== undefined || attn === undefined || ffn === undefined) return undefined;
    const numbers = (list: string) => (list.match(/\d{1,6}/g) ?? []).map(Number);
    const mask = () =>
      maskFromSublayers(blocks, [
        ...numbers(attn).map((block) => ({ block, kind: 'attn' as const })),
        ...numbers(ffn).map((block) => ({ block, kind: 'ffn' as const })),
      ]);
    return [{ as: 'python', what: 'DROP_ATTN and DROP_FFN of a script that Lopper wrote, from 0', mask }];
  },
};

/** A few lines to paste where the model is loaded already: what writes to the stream is zeroed, which is the same as leaving it out. */
export const pythonLines: MaskFormat = {
  title: 'Five lines of Python',
  about: 'To paste into a notebook: the same numbers as without the layers, in a model of the same size.',
  loses: 'The size: nothing gets smaller or faster. The order, and what stands in.',
  units: 'sublayers',
  extension: 'py',
  write: (taken) => fiveLines(taken),
};

function fiveLines({ mask, model }: Taken): string {
  const { layers, attn, ffn } = outputNames(model.modelType);
  const dropped = { [attn]: droppedOf(mask, 'attn'), [ffn]: droppedOf(mask, 'ffn') };
  const from = `${text(placeOf(model))}${model.revision ? `, revision=${text(model.revision)}` : ''}`;
  const entries = Object.entries(dropped).map(([name, blocks]) => `${text(name)}: ${python(blocks)}`);
  return `from transformers import AutoModelForCausalLM
model = AutoModelForCausalLM.from_pretrained(${from})
for name, blocks in {${entries.join(', ')}}.items():
    for weight in (w for b in blocks for w in model.get_submodule(f"${layers}.{b}.{name}").parameters()):
        weight.data.zero_()
`;
}
