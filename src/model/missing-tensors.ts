import { LopperError } from '../errors';
import type { TensorMap } from '../formats/tensor';
import { ELSEWHERE } from './quantised';

/** The block that a tensor's name says it is of. */
const blockOf = (name: string): number | undefined => {
  const found = /(?:^|\.)(?:layers|h)\.(\d+)\./.exec(name)?.[1];
  return found === undefined ? undefined : Number(found);
};

const isAttention = (name: string): boolean => /\.(self_attn|attention|attn)\./.test(name);

/** Ways of storing quantised weights, by names that nothing else has. */
const QUANTISED: readonly [name: RegExp, method: string][] = [
  [/\.(qweight|qzeros|g_idx)$/, 'GPTQ or AWQ'],
  [/\.(absmax|quant_map|quant_state[._]|SCB|weight_format)/, 'bitsandbytes'],
  [/\.(weight_packed|weight_scale|weight_zero_point|input_scale)$/, 'compressed-tensors'],
];

/**
 * Why a layout's tensors are not all among those of a file: quantised weights that no config mentions, an adapter, blocks
 * that were taken out, cut, or never downloaded, or just a tensor.
 */
export function missingTensors(missing: readonly string[], wanted: Iterable<string>, tensors: TensorMap): LopperError {
  return (
    quantised(tensors) ??
    adapter(tensors) ??
    missingBlocks([...wanted], tensors) ??
    new LopperError(
      'tensor-missing',
      `The weights lack the tensor ${missing[0]}${missing.length > 1 ? ` and ${missing.length - 1} more` : ''}.`,
      'Download the weights again, with all of their shards, or check that config.json belongs to them.',
    )
  );
}

/** Quantised weights, by the names of what stands beside them. */
export function quantised(tensors: TensorMap): LopperError | undefined {
  const names = [...tensors.keys()];
  const mlx = names.find((name) => name.endsWith('.scales') && tensors.has(name.replace(/scales$/, 'biases')));
  const found = mlx
    ? { name: mlx, method: 'MLX' }
    : QUANTISED.flatMap(([pattern, method]) =>
        names
          .filter((n) => pattern.test(n))
          .slice(0, 1)
          .map((name) => ({ name, method })),
      )[0];
  if (!found) return undefined;
  return new LopperError(
    'dtype-unsupported',
    `The weights are quantised (${found.method}, by the name of ${found.name}) in a way that is not read.`,
    ELSEWHERE,
  );
}

function adapter(tensors: TensorMap): LopperError | undefined {
  const name = [...tensors.keys()].find((n) => /\blora_[AB]\b/.test(n));
  if (name === undefined) return undefined;
  return new LopperError(
    'tensor-missing',
    `The weights are those of an adapter (${name}), not of a whole model.`,
    'Merge it into its base model first: in Python, `PeftModel.from_pretrained(base, adapter).merge_and_unload().save_pretrained(folder)`.',
  );
}

/** Where whole blocks or sublayers are not there. */
function missingBlocks(wanted: readonly string[], tensors: TensorMap): LopperError | undefined {
  const blocks = (names: Iterable<string>) =>
    [...new Set([...names].flatMap((n) => blockOf(n) ?? []))].sort((a, b) => a - b);
  const [counted, stored] = [blocks(wanted), blocks(tensors.keys())];
  const absent = counted.filter((block) => !stored.includes(block));
  const beyond = stored.filter((block) => !counted.includes(block));
  if (stored.length === 0) return undefined;
  if (absent.length > 0 && beyond.length > 0) {
    return new LopperError(
      'tensor-missing',
      `config.json counts ${counted.length} blocks, and the weights have none numbered ${list(absent)}, but ${list(beyond)}: ` +
        'blocks were taken out and the others were not renumbered.',
      'Open the model it was made from and drop those blocks here, or number the blocks from 0 without a gap.',
    );
  }
  if (absent.length > 0) {
    const top = absent[0] === stored.length;
    return new LopperError(
      'tensor-missing',
      `config.json counts ${counted.length} blocks, and the weights have ${stored.length}: ${
        top
          ? `those from ${absent[0]} on are missing`
          : `block ${list(absent)} ${absent.length === 1 ? 'is' : 'are'} missing`
      }.`,
      top
        ? 'Download the weights again, with all of their shards; or, where the model was pruned, set num_hidden_layers to the blocks there are.'
        : 'Open the model it was made from and drop those blocks here, or download the weights again with all of their shards.',
    );
  }
  return cutSublayers(wanted, tensors);
}

/** Blocks of which one sublayer is wholly gone, as LLM-Drop leaves them. */
function cutSublayers(wanted: readonly string[], tensors: TensorMap): LopperError | undefined {
  const gone = (attention: boolean) => {
    const of = new Map<number, boolean>();
    for (const name of wanted) {
      const block = blockOf(name);
      if (block === undefined || isAttention(name) !== attention || /norm|\.ln_/.test(name)) continue;
      of.set(block, (of.get(block) ?? true) && !tensors.has(name));
    }
    return [...of].flatMap(([block, all]) => (all ? [block] : []));
  };
  const [attn, ffn] = [gone(true), gone(false)];
  if (attn.length + ffn.length === 0) return undefined;
  // Without one sublayer that is there, it is the names that do not fit.
  if (attn.length + ffn.length === 2 * new Set(wanted.flatMap((name) => blockOf(name) ?? [])).size) return undefined;
  const said = [
    attn.length > 0 && `no attention in block ${list(attn)}`,
    ffn.length > 0 && `no feed-forward layer in block ${list(ffn)}`,
  ];
  return new LopperError(
    'tensor-missing',
    `The weights have ${said.filter(Boolean).join(' and ')}: sublayers were cut out of them, as LLM-Drop does.`,
    'Open the model it was made from and drop those layers here.',
  );
}

/** "3", "1 and 2", "0, 1, 2 and 9 more". */
function list(numbers: readonly number[]): string {
  const shown = numbers.slice(0, 6);
  if (numbers.length > shown.length) return `${shown.join(', ')} and ${numbers.length - shown.length} more`;
  return shown.length < 2 ? shown.join() : `${shown.slice(0, -1).join(', ')} and ${shown.at(-1)}`;
}

/** Buffers that are stored beside weights and are computed anew from the config. */
const BUFFERS = /(rotary_emb\.inv_freq|\.masked_bias|(^|\.)(attn|attention)\.bias)$/;

/** The part of a model that sees. */
const SIGHT = /(^|\.)(vision_tower|multi_modal_projector)\./;

/**
 * A sentence on tensors that are stored and that the layout has no use for; undefined where there are none. `sees`: the
 * config tells of a part that sees, which is not missed.
 */
export function unusedTensors(
  wanted: ReadonlyMap<string, unknown>,
  tensors: TensorMap,
  { sees = false } = {},
): string | undefined {
  const used = new Set([...wanted.keys()].map((name) => tensors.get(name)));
  const known = (name: string) => BUFFERS.test(name) || (sees && SIGHT.test(name));
  const unused = [...tensors].filter(([name, tensor]) => !used.has(tensor) && !wanted.has(name) && !known(name));
  if (unused.length === 0) return undefined;
  const beyond = [...new Set(unused.flatMap(([name]) => blockOf(name) ?? []))];
  const blocks = beyond.filter((block) => ![...wanted.keys()].some((name) => blockOf(name) === block));
  if (blocks.length > 0) {
    return `The weights have blocks beyond those that config.json counts (${list(blocks)}): they are not used.`;
  }
  const [first] = unused;
  const more = unused.length > 1 ? ` and ${unused.length - 1} more tensors` : '';
  return `Stored and not used: ${first![0]}${more}. Where the model was trained with them, its numbers here are not its own.`;
}
