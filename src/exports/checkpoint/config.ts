import type { ModelSpec } from '../../model/spec';
import type { Mask } from '../../pruning/mask';
import { droppedOf } from '../format';
import { isLlama, switchesOf } from './biases';

type Config = Readonly<Record<string, unknown>>;

/** Names of the number of blocks. */
const COUNTS = ['num_hidden_layers', 'n_layer'];
/** Lists with an entry for each block. */
const PER_BLOCK = ['layer_types', 'no_rope_layers', 'block_configs'];
/** Of the base's own, which say what is no longer so: LLM-Drop's lists, and classes whose files do not come along. */
const GONE = ['drop_attn_list', 'drop_mlp_list', 'auto_map'];

/** What the exported model's config.json has to say of it. */
export interface ConfigWants {
  /** Blocks of the base that are still there, rising. */
  readonly kept: readonly number[];
  /** Kinds of sublayers that get biases which the base's have not. */
  readonly biased: ReadonlySet<'attn' | 'ffn'>;
}

/** The base's config.json for the blocks that are left. */
export function patchConfig(base: Config, spec: ModelSpec, { kept, biased }: ConfigWants): Record<string, unknown> {
  const patched: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(base)) {
    if (GONE.includes(key)) continue;
    if (COUNTS.includes(key)) patched[key] = kept.length;
    else if (PER_BLOCK.includes(key) && Array.isArray(value) && value.length === spec.blocks) {
      patched[key] = kept.map((block) => value[block]);
    } else patched[key] = value;
  }
  patched.architectures = [spec.architecture];
  Object.assign(patched, byBlock(spec, kept));
  // Lopper takes GPT-2's from the weights where config.json does not say it; transformers takes it for 4 times the width.
  if (spec.modelType === 'gpt2' && spec.ffnWidth !== 4 * spec.width) patched.n_inner = spec.ffnWidth;
  // Which of two heads is meant is settled, whatever the base said.
  if (base.tie_word_embeddings !== undefined || spec.head !== spec.embedding) {
    patched.tie_word_embeddings = spec.head === spec.embedding;
  }
  if (biased.size === 0) return patched;
  if (isLlama(spec)) asLlama(patched, spec);
  for (const kind of biased) patched[switchesOf(spec)[kind]!] = true;
  return patched;
}

/** What a class finds by the number of a block, for those that are numbered anew. */
function byBlock({ sublayers }: ModelSpec, kept: readonly number[]): Record<string, unknown> {
  const all = sublayers.filter((s) => s.kind === 'attn');
  const left = kept.map((block) => all[block]!);
  const someSlide = all.some((s) => s.window !== undefined) && all.some((s) => s.window === undefined);
  const someTurn = all.some((s) => s.rotary !== undefined) && all.some((s) => s.rotary === undefined);
  return {
    ...(someSlide && {
      layer_types: left.map((s) => (s.window === undefined ? 'full_attention' : 'sliding_attention')),
    }),
    // 1 for a block whose positions do turn.
    ...(someTurn && { no_rope_layers: left.map((s) => (s.rotary === undefined ? 0 : 1)) }),
  };
}

/** Every default in which the classes differ is written out. */
function asLlama(config: Record<string, unknown>, spec: ModelSpec): void {
  for (const key of ['sliding_window', 'use_sliding_window', 'max_window_layers', 'layer_types']) delete config[key];
  Object.assign(config, {
    model_type: 'llama',
    architectures: ['LlamaForCausalLM'],
    head_dim: spec.headDim,
    num_key_value_heads: spec.kvHeads,
    max_position_embeddings: spec.context,
  });
}

/** The base's config.json with the lists that LLM-Drop's classes read; the weights stay as they are. */
export function llmDropConfig(base: Config, mask: Mask, modelType: string): Record<string, unknown> {
  const { drop_attn_list: _, drop_mlp_list: __, auto_map: ___, ...config } = base;
  const module = `dropped_${modelType}`;
  const title = CLASSES[modelType];
  return {
    ...config,
    drop_attn_list: droppedOf(mask, 'attn'),
    drop_mlp_list: droppedOf(mask, 'ffn'),
    ...(title && {
      auto_map: {
        AutoConfig: `configuration_${module}.${title}Config`,
        AutoModelForCausalLM: `modeling_${module}.${title}ForCausalLM`,
      },
    }),
  };
}

/** Those that LLM-Drop has classes for. */
const CLASSES: Readonly<Record<string, string>> = { llama: 'Llama', mistral: 'Mistral', gemma2: 'Gemma2' };

/**
 * As the text of a config.json. Numbers that the base writes as floats stay floats, 4.0 and not 4: transformers is strict about
 * some. `text`: the base's own.
 */
export function writeConfig(config: Config, text: string): string {
  const floats = [...text.matchAll(/"(\w+)"\s*:\s*-?\d+(?:\.\d+|(?:\.\d+)?[eE][-+]?\d+)/g)].map(([, key]) => key!);
  const written = `${JSON.stringify(config, null, 2)}\n`;
  return [...new Set(floats)].reduce(
    (json, key) => json.replaceAll(new RegExp(`("${key}": -?\\d+)(?=,?\\n)`, 'g'), '$1.0'),
    written,
  );
}
