import type { Architecture } from './architecture';
import { gptNeox } from './gpt-neox';
import { gpt2 } from './gpt2';
import { llama } from './llama';
import { mistral } from './mistral';
import type { ModelType } from './names';
import { qwen2 } from './qwen2';
import { qwen3 } from './qwen3';

/** What each of them reads and is made of. The names stand by themselves, so that the page can have them alone. */
export const ARCHITECTURES: Readonly<Record<ModelType, Architecture>> = {
  llama,
  mistral,
  qwen2,
  qwen3,
  gpt_neox: gptNeox,
  gpt2,
};
