/** What stock code has no room for, as a file of tensors and a class that hooks it in. */

import { type WrittenTensor, writeSafetensors } from '../../formats/write-safetensors';
import type { ModelSpec } from '../../model/spec';
import { outputNames } from '../output-names';
import type { Beside } from './fold';

export const HOOK_TENSORS = 'lopper-recovery.safetensors';
export const HOOK_SCRIPT = 'lopper_recovery.py';

/** The modules' numbers, `attn.3.A`, with their places in the file's metadata. */
export function hookTensors(
  beside: readonly Beside[],
  { finalNorm: { kind, eps } }: ModelSpec,
): Uint8Array<ArrayBuffer> {
  const tensors = beside.flatMap(({ unit, module: { bias, map, diagonal } }): WrittenTensor[] => {
    const name = unit.replace(':', '.');
    const width = bias.length;
    return [
      ...(map ? [{ name: `${name}.A`, shape: [map.rank, width], data: map.a }] : []),
      ...(map ? [{ name: `${name}.B`, shape: [width, map.rank], data: map.b }] : []),
      { name: `${name}.bias`, shape: [width], data: bias },
      ...(diagonal ? [{ name: `${name}.diagonal`, shape: [width], data: diagonal }] : []),
    ];
  });
  const groups = [...new Set(beside.map(({ group }) => group))].map((group) => {
    const own = beside.filter((one) => one.group === group);
    const { at, block } = own[0]!;
    return {
      at,
      block,
      units: own.map(({ unit, module: { strength, reads } }) => [unit.replace(':', '.'), strength, reads ?? 'raw']),
    };
  });
  const norm = { layer: kind === 'layer', eps };
  return writeSafetensors(tensors, {
    ...{ format: 'lopper-hooks', places: JSON.stringify(groups), norm: JSON.stringify(norm) },
  });
}

/** The class, for one architecture. */
export function hookScript(modelType: string): string {
  const { layers } = outputNames(modelType);
  const norm = FINAL_NORMS[modelType] ?? 'model.norm';
  return `"""Puts what Lopper fitted into the place of dropped layers, where transformers has no room for it.

    model = AutoModelForCausalLM.from_pretrained(folder)
    LopperRecovery(folder).apply(model)
"""
import json
import os

from safetensors import safe_open


class LopperRecovery:
    def __init__(self, folder):
        with safe_open(os.path.join(folder, "${HOOK_TENSORS}"), "pt") as file:
            self.places, self.norm = (json.loads(file.metadata()[key]) for key in ("places", "norm"))
            self.tensors = {name: file.get_tensor(name) for name in file.keys()}

    def added(self, units, x):
        """What stands in adds to the stream x: strength (B A x + diagonal x + bias), for each unit, of x normed or raw."""
        total = 0
        for unit, strength, reads in units:
            A, B, diagonal, bias = (self.tensors.get(f"{unit}.{key}") for key in ("A", "B", "diagonal", "bias"))
            y = bias.to(x)
            read = self.normed(x) if reads == "normed" else x
            if A is not None:
                y = y + read @ A.to(x).T @ B.to(x).T
            if diagonal is not None:
                y = y + read * diagonal.to(x)
            total = total + strength * y
        return total

    def normed(self, x):
        x = x - x.mean(-1, keepdim=True) if self.norm["layer"] else x
        return x / (x.pow(2).mean(-1, keepdim=True) + self.norm["eps"]).sqrt()

    def apply(self, model):
        places = [*model.get_submodule("${layers}"), model.get_submodule("${norm}")]
        for place in self.places:
            def before(_, args, units=place["units"]):
                return (args[0] + self.added(units, args[0]), *args[1:])

            def around(_, args, out, units=place["units"]):
                more = self.added(units, args[0])
                return (out[0] + more, *out[1:]) if isinstance(out, tuple) else out + more

            module = places[place["block"]]
            module.register_forward_pre_hook(before) if place["at"] == "before" else module.register_forward_hook(around)
        return model
`;
}

const FINAL_NORMS: Readonly<Record<string, string>> = {
  gpt_neox: 'gpt_neox.final_layer_norm',
  gpt2: 'transformer.ln_f',
  opt: 'model.decoder.final_layer_norm',
};
