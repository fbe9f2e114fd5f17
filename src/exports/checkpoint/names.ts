/** Names of tensors, and where a block's number stands in them: `model.layers.3.mlp.up_proj.weight`. */
const NUMBERED = /^((?:.*\.)?(?:layers|h)\.)(\d+)(\..*)$/;

/** The block that a tensor belongs to; undefined for the embedding, the final norm and the head. */
export function blockOf(name: string): number | undefined {
  const found = NUMBERED.exec(name);
  return found ? Number(found[2]) : undefined;
}

/** The same tensor of another block. */
export const inBlock = (name: string, block: number): string => name.replace(NUMBERED, `$1${block}$3`);

/** The bias that goes with a matrix. */
export const biasOf = (weight: string): string => weight.replace(/weight$/, 'bias');
