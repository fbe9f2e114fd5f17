import { LopperError } from '../errors';
import type { TensorInfo, TensorMap } from '../formats/tensor';

/** What tools put before every name: torch.compile, DataParallel, PEFT, and models with a part that sees. */
const WRAPPERS = ['_orig_mod.', 'module.', 'base_model.model.', 'language_model.', 'model.language_model.'];
/** The part of a causal language model without its head, which some files leave out of the names and some put in. */
const ROOTS = ['model.', 'transformer.', 'gpt_neox.'];

const HEADS = /^(lm_head|embed_out)\./;

/**
 * Tensors under the names that an architecture gives them, seen through what a tool put before them. `wanted`: the names
 * of a layout for such tensors. A map whose names fit already comes back as it is. Throws `tensor-missing` where two tensors
 * come to the same name.
 */
export function underTheirNames(tensors: TensorMap, wanted: (tensors: TensorMap) => Iterable<string>): TensorMap {
  const found = (map: TensorMap) => [...wanted(map)].filter((name) => map.has(name)).length;
  const names = [...wanted(tensors)];
  if (found(tensors) === names.length) return tensors;
  const bare = rename(tensors, unwrapped);
  const root = ROOTS.find((r) => [...wanted(bare)].some((name) => name.startsWith(r)));
  const candidates = [
    tensors,
    bare,
    ...(root
      ? [
          rename(bare, (name) => (HEADS.test(name) || name.startsWith(root) ? name : root + name)),
          // One `model.` too many: `model.model.layers.0`.
          rename(bare, (name) => (name.startsWith(root + root) ? name.slice(root.length) : name)),
        ]
      : []),
  ];
  // The first of equals: names are changed only where that finds more.
  return candidates.reduce((best, map) => (found(map) > found(best) ? map : best));
}

function unwrapped(name: string): string {
  const wrapper = WRAPPERS.find((w) => name.startsWith(w));
  return wrapper === undefined ? name : unwrapped(name.slice(wrapper.length) || name);
}

function rename(tensors: TensorMap, to: (name: string) => string): TensorMap {
  const renamed = new Map<string, TensorInfo>();
  for (const [name, tensor] of tensors) {
    const other = renamed.get(to(name));
    if (other) {
      throw new LopperError(
        'tensor-missing',
        `${other.name} and ${name} are both ${to(name)} without what stands before it.`,
        'Save the model again from Python with one name for each tensor.',
      );
    }
    renamed.set(to(name), tensor);
  }
  return renamed;
}
