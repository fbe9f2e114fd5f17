interface Names {
  /** As people write it. */
  readonly title: string;
  /** The causal language model's class in Hugging Face transformers, as in `architectures`. */
  readonly className: string;
}

/** The architectures Lopper runs, by the `model_type` in their config.json. */
export const ARCHITECTURE_NAMES = {
  llama: { title: 'Llama', className: 'LlamaForCausalLM' },
  mistral: { title: 'Mistral', className: 'MistralForCausalLM' },
  qwen2: { title: 'Qwen2', className: 'Qwen2ForCausalLM' },
  qwen3: { title: 'Qwen3', className: 'Qwen3ForCausalLM' },
  gemma2: { title: 'Gemma 2', className: 'Gemma2ForCausalLM' },
  gemma3_text: { title: 'Gemma 3', className: 'Gemma3ForCausalLM' },
  phi3: { title: 'Phi-3', className: 'Phi3ForCausalLM' },
  olmo2: { title: 'OLMo 2', className: 'Olmo2ForCausalLM' },
  smollm3: { title: 'SmolLM3', className: 'SmolLM3ForCausalLM' },
  granite: { title: 'Granite', className: 'GraniteForCausalLM' },
  gpt_neox: { title: 'GPT-NeoX', className: 'GPTNeoXForCausalLM' },
  gpt2: { title: 'GPT-2', className: 'GPT2LMHeadModel' },
  opt: { title: 'OPT', className: 'OPTForCausalLM' },
} as const satisfies Readonly<Record<string, Names>>;

export type ModelType = keyof typeof ARCHITECTURE_NAMES;

export const MODEL_TYPES = Object.keys(ARCHITECTURE_NAMES) as readonly ModelType[];

/** "Llama, Mistral, ... and OPT". */
export const ARCHITECTURE_TITLES = MODEL_TYPES.map((type) => ARCHITECTURE_NAMES[type].title)
  .join(', ')
  .replace(/, ([^,]*)$/, ' and $1');
