import { expect, test } from 'vitest';
import { readHubAddress, readHubName } from './hub-address';

const HOST = 'https://huggingface.co';

test.each([
  ['https://huggingface.co/Qwen/Qwen3-0.6B', { repo: 'Qwen/Qwen3-0.6B', host: HOST }],
  [' https://huggingface.co/Qwen/Qwen3-0.6B/ ', { repo: 'Qwen/Qwen3-0.6B', host: HOST }],
  ['https://huggingface.co/Qwen/Qwen3-0.6B?library=transformers#usage', { repo: 'Qwen/Qwen3-0.6B', host: HOST }],
  ['huggingface.co/gpt2', { repo: 'gpt2', host: HOST }],
  ['https://hf.co/openai-community/gpt2', { repo: 'openai-community/gpt2', host: HOST }],
  ['https://huggingface.co/gpt2/blob/main/config.json', { repo: 'gpt2', revision: 'main', host: HOST }],
  [
    'https://huggingface.co/EleutherAI/pythia-70m/tree/step1000',
    { repo: 'EleutherAI/pythia-70m', revision: 'step1000', host: HOST },
  ],
  [
    'https://huggingface.co/a/b/resolve/refs%2Fpr%2F1/model.safetensors',
    { repo: 'a/b', revision: 'refs/pr/1', host: HOST },
  ],
  ['https://huggingface.co/a/b/tree/refs/pr/12', { repo: 'a/b', revision: 'refs/pr/12', host: HOST }],
  ['https://hf-mirror.com/a/b/tree/main', { repo: 'a/b', revision: 'main', host: 'https://hf-mirror.com' }],
])('%s names a model', (address, model) => expect(readHubAddress(address)).toEqual(model));

test.each(['Qwen/Qwen3-0.6B', './models/x', 'gpt2', 'C:\\models', 'https://', ''])('%s is no address', (text) =>
  expect(readHubAddress(text)).toBeUndefined(),
);

test.each([
  'https://huggingface.co/datasets/cais/mmlu',
  'https://huggingface.co/',
  'https://huggingface.co/papers/2407.16286',
])('%s is refused as that of something else', (address) =>
  expect(() => readHubAddress(address)).toThrow(expect.objectContaining({ code: 'usage' })),
);

test('what a person writes for a model: its id, with a revision, or an address', () => {
  expect(readHubName('Qwen/Qwen3-0.6B')).toEqual({ repo: 'Qwen/Qwen3-0.6B' });
  expect(readHubName(' a/b@refs/pr/1 ')).toEqual({ repo: 'a/b', revision: 'refs/pr/1' });
  expect(readHubName('https://huggingface.co/a/b')).toEqual({ repo: 'a/b', host: HOST });
  for (const text of ['./a/b@main', '@main', '', 'a/b/c']) expect(readHubName(text)).toBeUndefined();
});
