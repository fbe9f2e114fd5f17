export type ModelType = 'llama' | 'mistral' | 'qwen2' | 'qwen3' | 'gpt_neox' | 'gpt2';

interface Architecture {
  /** The causal language model's class in Hugging Face transformers, as in `architectures`. */
  readonly name: string;
  readonly context: number;
  readonly normEps: number;
  readonly activation: string;
  readonly tied: boolean;
  /** Share of each head's channels that is rotated. */
  readonly rotaryFraction: number;
  /** Where it is not width / heads. */
  readonly headDim?: number;
}

const gatedDefaults = { normEps: 1e-6, activation: 'silu', tied: false, rotaryFraction: 1 } as const;

/** The architectures Lopper runs, each with what transformers assumes for keys that its config.json leaves out. */
export const ARCHITECTURES: Readonly<Record<ModelType, Architecture>> = {
  llama: { name: 'LlamaForCausalLM', context: 2048, ...gatedDefaults },
  mistral: { name: 'MistralForCausalLM', context: 131_072, ...gatedDefaults },
  qwen2: { name: 'Qwen2ForCausalLM', context: 32_768, ...gatedDefaults },
  qwen3: { name: 'Qwen3ForCausalLM', context: 32_768, headDim: 128, ...gatedDefaults },
  gpt_neox: {
    name: 'GPTNeoXForCausalLM',
    context: 2048,
    normEps: 1e-5,
    activation: 'gelu',
    tied: false,
    rotaryFraction: 0.25,
  },
  gpt2: {
    name: 'GPT2LMHeadModel',
    context: 1024,
    normEps: 1e-5,
    activation: 'gelu_new',
    tied: true,
    rotaryFraction: 0,
  },
};
