import { expect, test } from 'vitest';
import { DownloadCache } from '../../formats/cache';
import { memoryShelf } from '../../formats/memory-shelf';
import { forgetDownload, listDownloads } from './kept-downloads';

const MODEL = 'https://hub/owner/name@main';
const SET = 'https://raw/owner/sums/abc/data';

test('downloads are listed by where they are from, and deleted with their notes', async () => {
  const cache = new DownloadCache(memoryShelf());
  const keep = async (key: string, bytes: number, finish = true) => {
    const part = await cache.part(key, key);
    await part.begin({});
    const appender = await part.append(0);
    await appender.write(new Uint8Array(bytes));
    await appender.close();
    if (finish) await part.finish();
  };
  await keep(`${SET}/test.jsonl`, 30);
  await keep(`${MODEL}/config.json`, 5);
  await keep(`${MODEL}/model.safetensors`, 70, false);
  await cache.setNote(MODEL, '{"loaded":true}');
  const request = { kind: 'hub', repo: 'owner/name', revision: 'main', host: 'https://hub' };
  expect(await listDownloads(cache)).toEqual([
    { from: MODEL, bytes: 75, complete: false, request },
    { from: SET, bytes: 30, complete: true },
  ]);
  await forgetDownload(cache, MODEL);
  expect(await listDownloads(cache)).toEqual([{ from: SET, bytes: 30, complete: true }]);
  expect(await cache.note(MODEL)).toBeUndefined();
});

test('a GGUF in a folder of its repository is one download with it, and is gone on with by its name', async () => {
  const cache = new DownloadCache(memoryShelf());
  for (const [name, finish] of [
    ['a.Q8_0.gguf', true],
    ['sub/b.Q4_0.gguf', false],
  ] as const) {
    const part = await cache.part(`https://hub/owner/name@refs/pr/1/${name}`, name);
    await part.begin({});
    await (await part.append(0)).close();
    if (finish) await part.finish();
  }
  const [download, ...others] = await listDownloads(cache);
  expect(others).toEqual([]);
  expect(download).toMatchObject({
    from: 'https://hub/owner/name@refs/pr/1',
    request: { repo: 'owner/name', revision: 'refs/pr/1', file: 'sub/b.Q4_0.gguf' },
  });
});
