import { mkdir, mkdtemp, rm, truncate, writeFile } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { fileSource, openFolder } from './node';
import { cacheFolder, folderShelf } from './node-shelf';
import { expectFailure } from './testing';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lopper-node-'));
  await writeFile(
    join(folder, 'data.bin'),
    Uint8Array.from({ length: 1000 }, (_, i) => i & 255),
  );
  await writeFile(join(folder, 'config.json'), '{"é": 1}');
  await mkdir(join(folder, 'sub'));
});
afterAll(() => rm(folder, { recursive: true }));

it('a folder gives its files as text and as ranges of bytes', async () => {
  const model = await openFolder(folder);
  expect(await model.text('config.json')).toBe('{"é": 1}');
  const source = await model.open('data.bin');
  expect([source.name, source.size]).toEqual(['data.bin', 1000]);
  expect([...(await source.read(254, 258))]).toEqual([254, 255, 0, 1]);
  expect(await source.read(1000, 1000)).toHaveLength(0);
  expect([await model.has('data.bin'), await model.has('nothing')]).toEqual([true, false]);
});

it('what is not there, or is not a folder or a file, is named', async () => {
  await expectFailure(openFolder(join(folder, 'none')), 'file-missing', 'none', 'does not exist');
  await expectFailure(openFolder(join(folder, 'data.bin')), 'file-missing', 'data.bin', 'not a folder');
  const model = await openFolder(folder);
  await expectFailure(model.text('nothing.json'), 'file-missing', 'nothing.json');
  await expectFailure(model.text('sub'), 'file-missing', 'EISDIR');
  await expectFailure(model.open('nothing.bin'), 'file-missing', 'nothing.bin');
});

it('reading past the end, or a file that shrank, fails rather than giving zeros', async () => {
  const path = join(folder, 'shrinking.bin');
  await writeFile(path, new Uint8Array(100));
  const source = await fileSource(path);
  await expectFailure(source.read(90, 101), 'download-cut', '101', '100');
  await expectFailure(source.read(-1, 5), 'download-cut');
  await truncate(path, 50);
  await expectFailure(source.read(40, 60), 'download-cut', 'ended at byte 50 of 100');
});

it('a cancelled read stops', async () => {
  const source = await fileSource(join(folder, 'data.bin'));
  await expectFailure(source.read(0, 1000, AbortSignal.abort()), 'cancelled');
});

it('the cache is where LOPPER_CACHE says, else with the other caches', () => {
  expect(cacheFolder({ LOPPER_CACHE: '/x/y' })).toBe('/x/y');
  expect(cacheFolder({ XDG_CACHE_HOME: '/c' })).toBe('/c/lopper');
  expect(cacheFolder({})).toBe(join(homedir(), '.cache', 'lopper'));
});

it('a cache folder that cannot be made is an error with a way out', async () => {
  const failure = await expectFailure(folderShelf(join(folder, 'data.bin', 'cache')), 'download-failed', 'data.bin');
  expect(failure.remedy).toContain('LOPPER_CACHE');
});
