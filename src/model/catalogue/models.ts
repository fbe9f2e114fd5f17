/**
 * Models worth pruning, as data: where each is, its config.json as far as it decides its shape, and what others found when they
 * dropped layers of it. All sizes are worked out from the shape (`sizes.ts`). Licences and gates are as last seen: the hub has
 * the last word.
 */

/** Where what is said was found; without an address it is ours, among the results that ship. */
export interface Source {
  readonly title: string;
  readonly address?: string;
}

export interface CatalogueModel {
  /** On the hub. */
  readonly repo: string;
  readonly family: string;
  /** Its config.json, as far as it decides the shape. */
  readonly config: Readonly<Record<string, unknown>>;
  /** The type that it is published in. */
  readonly dtype: 'F32' | 'F16' | 'BF16';
  readonly licence: string;
  /** It is given out only to who has asked for it with an account: an access token is needed. */
  readonly gated: boolean;
  /** What was found when its layers were dropped. */
  readonly finding?: { readonly text: string; readonly source: Source };
  /** Its checkpoints from training are published: influence can be watched as it came about. */
  readonly checkpoints?: true;
  /** Results that ship, by their path under `public/`: they open without the weights. */
  readonly results?: string;
}

const PAPER = { title: 'Siddiqui et al. 2024', address: 'https://arxiv.org/abs/2407.16286' };
const GROMOV = { title: 'Gromov et al. 2024', address: 'https://arxiv.org/abs/2403.17887' };
const SHORTGPT = { title: 'ShortGPT, Men et al. 2024', address: 'https://arxiv.org/abs/2403.03853' };
const OURS = { title: 'Measured by us.' };
const PYTHIA = { title: 'Pythia, Biderman et al. 2023', address: 'https://arxiv.org/abs/2304.01373' };

type Sizes = readonly [blocks: number, width: number, heads: number, kvHeads: number, ffn: number, vocabulary: number];

/** The keys that Llama and all that are like it have. */
const gated = (
  model_type: string,
  [blocks, width, heads, kvHeads, ffn, vocabulary]: Sizes,
  context: number,
  more: Readonly<Record<string, unknown>> = {},
) => ({
  model_type,
  ...{ num_hidden_layers: blocks, hidden_size: width, num_attention_heads: heads, num_key_value_heads: kvHeads },
  ...{ intermediate_size: ffn, vocab_size: vocabulary, max_position_embeddings: context },
  ...more,
});

const TIED = { tie_word_embeddings: true };

const smol = (size: string, sizes: Sizes, more: Partial<CatalogueModel> = {}): CatalogueModel => ({
  ...{ repo: `HuggingFaceTB/SmolLM2-${size}`, family: 'SmolLM2', licence: 'Apache 2.0', gated: false, dtype: 'BF16' },
  config: gated('llama', sizes, 8192, TIED),
  ...more,
});

const qwen25 = (size: string, sizes: Sizes, more = {}): CatalogueModel => ({
  ...{ repo: `Qwen/Qwen2.5-${size}`, family: 'Qwen2.5', licence: 'Apache 2.0', gated: false, dtype: 'BF16' },
  config: gated('qwen2', sizes, 32_768, more),
});

const qwen3 = (size: string, sizes: Sizes): CatalogueModel => ({
  ...{ repo: `Qwen/Qwen3-${size}`, family: 'Qwen3', licence: 'Apache 2.0', gated: false, dtype: 'BF16' },
  config: gated('qwen3', sizes, 40_960, { ...TIED, head_dim: 128 }),
});

const llama3 = (repo: string, licence: string, sizes: Sizes, more = {}): CatalogueModel => ({
  ...{ repo: `meta-llama/${repo}`, family: 'Llama 3', licence, gated: true, dtype: 'BF16' },
  config: gated('llama', sizes, 131_072, more),
});

const pythia = (
  size: string,
  [blocks, width, heads, vocabulary]: readonly [number, number, number, number],
  finding?: CatalogueModel['finding'],
): CatalogueModel => ({
  ...{ repo: `EleutherAI/pythia-${size}`, family: 'Pythia', licence: 'Apache 2.0', gated: false, dtype: 'F16' },
  config: {
    model_type: 'gpt_neox',
    ...{ num_hidden_layers: blocks, hidden_size: width, num_attention_heads: heads, intermediate_size: 4 * width },
    ...{ vocab_size: vocabulary, max_position_embeddings: 2048, rotary_pct: 0.25 },
  },
  checkpoints: true,
  ...(finding && { finding }),
});

const gpt2 = (name: string, blocks: number, width: number, heads: number): CatalogueModel => ({
  ...{ repo: `openai-community/${name}`, family: 'GPT-2', licence: 'MIT', gated: false, dtype: 'F32' },
  config: { model_type: 'gpt2', n_layer: blocks, n_embd: width, n_head: heads, n_positions: 1024, vocab_size: 50_257 },
});

const olmo2 = (size: string, sizes: Sizes): CatalogueModel => ({
  ...{ repo: `allenai/OLMo-2-${size}`, family: 'OLMo 2', licence: 'Apache 2.0', gated: false, dtype: 'F32' },
  config: gated('olmo2', sizes, 4096),
  checkpoints: true,
});

/** By family, each from small to large. */
export const CATALOGUE: readonly CatalogueModel[] = [
  smol('135M', [30, 576, 9, 3, 1536, 49_152]),
  smol('135M-Instruct', [30, 576, 9, 3, 1536, 49_152], {
    results: 'models/smollm2-135m-instruct-q4_1/results.json',
    finding: {
      text: 'In 4 bits (Q4_1) ten of its thirty attention layers cost 0.25 nats a token, ten feed-forward layers 1.15, ten blocks 0.84; parameter for parameter neither kind goes more easily.',
      source: OURS,
    },
  }),
  smol('360M', [32, 960, 15, 5, 2560, 49_152]),
  smol('1.7B', [24, 2048, 32, 32, 8192, 49_152]),
  qwen25('0.5B', [24, 896, 14, 2, 4864, 151_936], TIED),
  qwen25('1.5B', [28, 1536, 12, 2, 8960, 151_936], TIED),
  {
    ...qwen25('7B', [28, 3584, 28, 4, 18_944, 152_064]),
    finding: {
      text: 'Of the first Qwen models a fifth of the blocks went before answers fell to chance; of Llama 2 about half, of Mistral a third.',
      source: GROMOV,
    },
  },
  qwen3('0.6B', [28, 1024, 16, 8, 3072, 151_936]),
  qwen3('1.7B', [28, 2048, 16, 8, 6144, 151_936]),
  qwen3('4B', [36, 2560, 32, 8, 9728, 151_936]),
  llama3('Llama-3.2-1B', 'Llama 3.2', [16, 2048, 32, 8, 8192, 128_256], TIED),
  llama3('Llama-3.2-3B', 'Llama 3.2', [28, 3072, 24, 8, 8192, 128_256], TIED),
  llama3('Llama-3.1-8B', 'Llama 3.1', [32, 4096, 32, 8, 14_336, 128_256]),
  {
    ...{
      repo: 'TinyLlama/TinyLlama-1.1B-Chat-v1.0',
      family: 'Llama 2',
      licence: 'Apache 2.0',
      gated: false,
      dtype: 'BF16',
    },
    config: gated('llama', [22, 2048, 32, 4, 5632, 32_000], 2048),
  },
  {
    ...{ repo: 'meta-llama/Llama-2-7b-hf', family: 'Llama 2', licence: 'Llama 2', gated: true, dtype: 'F16' },
    config: gated('llama', [32, 4096, 32, 32, 11_008, 32_000], 4096),
    finding: {
      text: 'About a tenth of its blocks go without a significant loss; blocks 21 to 29 turn the stream least, as ShortGPT found too.',
      source: PAPER,
    },
  },
  {
    ...{ repo: 'meta-llama/Llama-2-13b-hf', family: 'Llama 2', licence: 'Llama 2', gated: true, dtype: 'F16' },
    config: gated('llama', [40, 5120, 40, 40, 13_824, 32_000], 4096),
    finding: { text: 'Without ten of its forty blocks MMLU fell from 55.0 to 52.2.', source: SHORTGPT },
  },
  {
    ...{ repo: 'mistralai/Mistral-7B-v0.1', family: 'Mistral', licence: 'Apache 2.0', gated: false, dtype: 'BF16' },
    config: gated('mistral', [32, 4096, 32, 8, 14_336, 32_000], 32_768, { sliding_window: 4096 }),
    finding: {
      text: 'A third of its attention layers go with no loss on MMLU, and their KV cache with them.',
      source: PAPER,
    },
  },
  pythia('70m', [6, 512, 8, 50_304]),
  pythia('160m', [12, 768, 12, 50_304]),
  pythia('410m', [24, 1024, 16, 50_304]),
  pythia('1.4b', [24, 2048, 16, 50_304]),
  pythia('2.8b', [32, 2560, 32, 50_304], {
    text: 'Its first block matters all through training, its second ever less, and its last grows important at the end.',
    source: PAPER,
  }),
  pythia('6.9b', [32, 4096, 32, 50_432], {
    text: '154 checkpoints of its training are published, each with its data in order: made for asking how a layer came about.',
    source: PYTHIA,
  }),
  gpt2('gpt2', 12, 768, 12),
  gpt2('gpt2-medium', 24, 1024, 16),
  gpt2('gpt2-large', 36, 1280, 20),
  gpt2('gpt2-xl', 48, 1600, 25),
  olmo2('0425-1B', [16, 2048, 16, 16, 8192, 100_352]),
  olmo2('1124-7B', [32, 4096, 32, 32, 11_008, 100_352]),
  {
    ...{ repo: 'google/gemma-3-270m', family: 'Gemma', licence: 'Gemma', gated: true, dtype: 'BF16' },
    config: gated('gemma3_text', [18, 640, 4, 1, 2048, 262_144], 32_768, { head_dim: 256 }),
  },
  {
    ...{ repo: 'google/gemma-2-2b', family: 'Gemma', licence: 'Gemma', gated: true, dtype: 'F32' },
    config: gated('gemma2', [26, 2304, 8, 4, 9216, 256_000], 8192, { head_dim: 256 }),
  },
  {
    ...{ repo: 'microsoft/Phi-3-mini-4k-instruct', family: 'Phi', licence: 'MIT', gated: false, dtype: 'BF16' },
    config: gated('phi3', [32, 3072, 32, 32, 8192, 32_064], 4096),
  },
  {
    ...{ repo: 'microsoft/Phi-4-mini-instruct', family: 'Phi', licence: 'MIT', gated: false, dtype: 'BF16' },
    config: gated('phi3', [32, 3072, 24, 8, 8192, 200_064], 131_072, { ...TIED, partial_rotary_factor: 0.75 }),
  },
];
