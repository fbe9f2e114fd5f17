import { afterEach, expect, it } from 'vitest';
import { DownloadCache } from '../../formats/cache';
import { modelAmong } from '../../formats/gguf/choose';
import { ggufFile, tinyLlama } from '../../formats/gguf/testing';
import { openHub } from '../../formats/hub';
import { type Served, startHub } from '../../formats/testing-hub';
import { lookAt } from './look';

let hub: Awaited<ReturnType<typeof startHub>> | undefined;
afterEach(() => hub?.stop());

const { metadata, tensors } = tinyLlama();
const body = ggufFile(metadata, tensors);

async function opened(served: Partial<Served> = {}) {
  hub = await startHub({ '/a/b/resolve/main/x.gguf': { body, ...served } });
  const cache = new DownloadCache();
  const files = await modelAmong(openHub({ repo: 'a/b', host: hub.host }, cache, { backoffMs: 1 }), 'x.gguf');
  return { files, cache };
}

it('a look tells what is to be downloaded, and downloads none of it', async () => {
  const { files } = await opened();
  const { facts, bytes, held, room } = await lookAt(files, { room: 5 });
  expect(facts).toMatchObject({ id: 'a/b', blocks: 1, modelType: 'llama' });
  expect({ bytes, held, room }).toEqual({ bytes: body.length, held: 0, room: 5 });
  expect(hub!.asked.filter(({ path, range }) => path.endsWith('.gguf') && !range)).toEqual([]);
});

it('what is here already counts, in part and whole', async () => {
  const { files, cache } = await opened();
  const part = await cache.part(`${hub!.host}/a/b@main/x.gguf`, 'x.gguf');
  await part.begin({});
  const appender = await part.append(0);
  await appender.write(body.slice(0, 100));
  await appender.close();
  expect(await lookAt(files, {})).toMatchObject({ bytes: body.length, held: 100 });
  await files.open('x.gguf');
  expect(await lookAt(files, {})).toMatchObject({ bytes: body.length, held: body.length });
});

it('a host that gives files only whole says nothing before they are here: that is said, and nothing is downloaded', async () => {
  const { files } = await opened({ ignoresRanges: true });
  await expect(lookAt(files, {})).rejects.toMatchObject({
    code: 'download-failed',
    message: expect.stringContaining('only whole'),
  });
});
