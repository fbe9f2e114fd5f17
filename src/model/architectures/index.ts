import type { Architecture } from './architecture';
import { gptNeox } from './gpt-neox';
import { gpt2 } from './gpt2';
import { llama } from './llama';
import { mistral } from './mistral';
import { qwen2 } from './qwen2';
import { qwen3 } from './qwen3';

/** The architectures Lopper runs, by the `model_type` in their config.json. */
export const ARCHITECTURES = { llama, mistral, qwen2, qwen3, gpt_neox: gptNeox, gpt2 } as const satisfies Readonly<
  Record<string, Architecture>
>;

export type ModelType = keyof typeof ARCHITECTURES;
export const MODEL_TYPES = Object.keys(ARCHITECTURES) as readonly ModelType[];

/** The architecture of a `model_type`; typed as any of them. */
export const architectureOf = (type: ModelType): Architecture => ARCHITECTURES[type];

/** "Llama, Mistral, ... and GPT-2". */
export const ARCHITECTURE_TITLES = inWords(MODEL_TYPES.map((type) => ARCHITECTURES[type].title));

function inWords(titles: readonly string[]): string {
  return `${titles.slice(0, -1).join(', ')} and ${titles[titles.length - 1]}`;
}
