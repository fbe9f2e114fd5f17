import type { Architecture } from './architecture';
import { gemma2 } from './gemma2';
import { gemma3 } from './gemma3';
import { gptNeox } from './gpt-neox';
import { gpt2 } from './gpt2';
import { granite } from './granite';
import { llama } from './llama';
import { mistral } from './mistral';
import type { ModelType } from './names';
import { olmo2 } from './olmo2';
import { opt } from './opt';
import { phi3 } from './phi3';
import { qwen2 } from './qwen2';
import { qwen3 } from './qwen3';
import { smollm3 } from './smollm3';

/** What each of them reads and is made of. The names stand by themselves, so that the page can have them alone. */
export const ARCHITECTURES: Readonly<Record<ModelType, Architecture>> = {
  llama,
  mistral,
  qwen2,
  qwen3,
  gemma2,
  gemma3_text: gemma3,
  phi3,
  olmo2,
  smollm3,
  granite,
  gpt_neox: gptNeox,
  gpt2,
  opt,
};
