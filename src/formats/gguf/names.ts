/** What tensors are called in a GGUF and by Hugging Face. */

/** How a family of architectures calls its tensors: those of a block, what stands before its number, and the rest. */
interface Family {
  readonly root: string;
  readonly block: Readonly<Record<string, string>>;
  readonly rest: Readonly<Record<string, string>>;
}

const GATED_REST = {
  token_embd: 'model.embed_tokens',
  output_norm: 'model.norm',
  output: 'lm_head',
};

const GATED: Family = {
  root: 'model.layers.',
  block: {
    attn_norm: 'input_layernorm',
    attn_q: 'self_attn.q_proj',
    attn_k: 'self_attn.k_proj',
    attn_v: 'self_attn.v_proj',
    attn_qkv: 'self_attn.qkv_proj',
    attn_output: 'self_attn.o_proj',
    attn_q_norm: 'self_attn.q_norm',
    attn_k_norm: 'self_attn.k_norm',
    ffn_norm: 'post_attention_layernorm',
    ffn_gate: 'mlp.gate_proj',
    ffn_up: 'mlp.up_proj',
    ffn_down: 'mlp.down_proj',
  },
  rest: GATED_REST,
};

/** Norms before and after each sublayer (Gemma 2 and 3), or after it alone (OLMo 2). */
const SANDWICHED: Family = {
  ...GATED,
  block: {
    ...GATED.block,
    post_attention_norm: 'post_attention_layernorm',
    ffn_norm: 'pre_feedforward_layernorm',
    post_ffw_norm: 'post_feedforward_layernorm',
  },
};

const FAMILIES: Readonly<Record<string, Family>> = {
  gemma2: SANDWICHED,
  gemma3: SANDWICHED,
  olmo2: SANDWICHED,
  phi3: { ...GATED, block: { ...GATED.block, ffn_up: 'mlp.gate_up_proj' } },
  gptneox: {
    root: 'gpt_neox.layers.',
    block: {
      attn_norm: 'input_layernorm',
      attn_qkv: 'attention.query_key_value',
      attn_output: 'attention.dense',
      ffn_norm: 'post_attention_layernorm',
      ffn_up: 'mlp.dense_h_to_4h',
      ffn_down: 'mlp.dense_4h_to_h',
    },
    rest: { token_embd: 'gpt_neox.embed_in', output_norm: 'gpt_neox.final_layer_norm', output: 'embed_out' },
  },
  gpt2: {
    root: 'h.',
    block: {
      attn_norm: 'ln_1',
      attn_qkv: 'attn.c_attn',
      attn_output: 'attn.c_proj',
      ffn_norm: 'ln_2',
      ffn_up: 'mlp.c_fc',
      ffn_down: 'mlp.c_proj',
    },
    rest: { token_embd: 'wte', position_embd: 'wpe', output_norm: 'ln_f', output: 'lm_head' },
  },
};

/** A tensor's name at Hugging Face; its own where the architecture has no such tensor. */
export function publishedName(architecture: string, name: string): string {
  const { root, block, rest } = FAMILIES[architecture] ?? GATED;
  const dot = name.lastIndexOf('.');
  const [stem, ending] = [name.slice(0, dot), name.slice(dot)];
  const [, number, part] = /^blk\.(\d+)\.(\w+)$/.exec(stem) ?? [];
  if (part === undefined) return Object.hasOwn(rest, stem) ? rest[stem] + ending : name;
  return Object.hasOwn(block, part) ? `${root}${number}.${block[part]}${ending}` : name;
}
