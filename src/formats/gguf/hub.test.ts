import { afterEach, expect, it } from 'vitest';
import { DownloadCache } from '../cache';
import { openHub } from '../hub';
import { whatElse } from '../not-a-model';
import { startHub } from '../testing-hub';
import { modelAmong } from './choose';
import { ggufFile, tinyLlama } from './testing';

let hub: Awaited<ReturnType<typeof startHub>> | undefined;
afterEach(() => hub?.stop());

const { metadata, tensors } = tinyLlama();
const body = ggufFile(metadata, tensors);
const listing = JSON.stringify([
  { type: 'file', path: 'sub/b.Q4_0.gguf' },
  { type: 'file', path: 'a.Q8_0.gguf' },
  { type: 'directory', path: 'sub' },
]);

it('a GGUF of a hub is looked into by ranges, and downloaded once it is opened', async () => {
  hub = await startHub({ '/a/b/resolve/main/a.Q8_0.gguf': { body } });
  const model = await modelAmong(openHub({ repo: 'a/b', host: hub.host }, new DownloadCache()), 'a.Q8_0.gguf');
  expect(model.id).toBe('a/b');
  expect(JSON.parse(await model.text('config.json'))).toMatchObject({ model_type: 'llama', hidden_size: 32 });
  const opened = await model.tensors!(model.open);
  const { source, start, end } = opened.get('model.norm.weight')!;
  expect((await source.read(start, end)).length).toBe(4 * 32);
});

it('a repository of nothing but GGUF files has them listed, to choose from', async () => {
  hub = await startHub({ '/api/models/a/b/tree/main': { body: new TextEncoder().encode(listing) } });
  const files = openHub({ repo: 'a/b', host: hub.host }, new DownloadCache());
  const error = await whatElse(files);
  expect(error?.message).toContain('2 files: a.Q8_0.gguf, sub/b.Q4_0.gguf');
  expect(error?.remedy).toContain('--file');
});
