import { expect, it, test } from 'vitest';
import { countParameters } from '../../pruning/savings';
import { CATALOGUE } from './models';
import { shapeOf } from './sizes';

/** Parameters as the hub counts them in the published files. */
const PUBLISHED: Readonly<Record<string, number>> = {
  'HuggingFaceTB/SmolLM2-135M': 134_515_008,
  'HuggingFaceTB/SmolLM2-135M-Instruct': 134_515_008,
  'HuggingFaceTB/SmolLM2-360M': 361_821_120,
  'HuggingFaceTB/SmolLM2-1.7B': 1_711_376_384,
  'Qwen/Qwen2.5-0.5B': 494_032_768,
  'Qwen/Qwen2.5-1.5B': 1_543_714_304,
  'Qwen/Qwen2.5-7B': 7_615_616_512,
  'Qwen/Qwen3-0.6B': 596_049_920,
  'Qwen/Qwen3-1.7B': 1_720_574_976,
  'Qwen/Qwen3-4B': 4_022_468_096,
  'meta-llama/Llama-3.2-1B': 1_235_814_400,
  'meta-llama/Llama-3.2-3B': 3_212_749_824,
  'meta-llama/Llama-3.1-8B': 8_030_261_248,
  'TinyLlama/TinyLlama-1.1B-Chat-v1.0': 1_100_048_384,
  'meta-llama/Llama-2-7b-hf': 6_738_415_616,
  'meta-llama/Llama-2-13b-hf': 13_015_864_320,
  'mistralai/Mistral-7B-v0.1': 7_241_732_096,
  'EleutherAI/pythia-70m': 70_426_624,
  'EleutherAI/pythia-160m': 162_322_944,
  'EleutherAI/pythia-410m': 405_334_016,
  'EleutherAI/pythia-1.4b': 1_414_647_808,
  'EleutherAI/pythia-2.8b': 2_775_208_960,
  'EleutherAI/pythia-6.9b': 6_857_302_016,
  'openai-community/gpt2': 124_439_808,
  'openai-community/gpt2-medium': 354_823_168,
  'openai-community/gpt2-large': 774_030_080,
  'openai-community/gpt2-xl': 1_557_611_200,
  'allenai/OLMo-2-0425-1B': 1_484_916_736,
  'allenai/OLMo-2-1124-7B': 7_298_617_344,
  'google/gemma-3-270m': 268_098_176,
  'google/gemma-2-2b': 2_614_341_888,
  'microsoft/Phi-3-mini-4k-instruct': 3_821_079_552,
  'microsoft/Phi-4-mini-instruct': 3_836_021_760,
};

test.each(CATALOGUE.map((model) => [model.repo, model] as const))(
  '%s has as many parameters as it is published with',
  (repo, model) => {
    expect(countParameters(shapeOf(model).spec).parameters).toBe(PUBLISHED[repo]);
  },
);

it('bytes at each precision are those of the blocks that weights are made of', () => {
  const { bytesAt } = shapeOf(CATALOGUE.find(({ repo }) => repo.endsWith('Llama-2-7b-hf'))!);
  // Two bytes a number; 34 and 18 bytes for each 32, norms apart.
  const norms = 65 * 4096;
  const matrices = 6_738_415_616 - norms;
  expect(bytesAt).toEqual({
    published: 2 * (matrices + norms),
    q8: (matrices / 32) * 34 + 2 * norms,
    q4: (matrices / 32) * 18 + 2 * norms,
  });
});

it('no model is listed twice, and every finding names its source', () => {
  expect(new Set(CATALOGUE.map(({ repo }) => repo)).size).toBe(CATALOGUE.length);
  for (const { finding, results } of CATALOGUE) {
    // What is ours is in the results that ship with it.
    if (finding && !results) expect(finding.source.address).toMatch(/^https:\/\/arxiv\.org/);
  }
});
