import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { DownloadCache } from './cache';
import { openHub } from './hub';
import { findSnapshot, hubPlaces, snapshotFiles } from './hub-cache';
import { openWeights } from './safetensors';
import { safetensorsFile, vectors } from './testing';
import { startHub } from './testing-hub';

const COMMIT = '0123456789abcdef0123456789abcdef01234567';
const { header, bytes } = vectors({ a: 4, b: 60 });
const weights = safetensorsFile(header, bytes);

let home: string;
let hub: Awaited<ReturnType<typeof startHub>> | undefined;
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'lopper-hf-'));
});
afterEach(async () => {
  await hub?.stop();
  await rm(home, { recursive: true, force: true });
});

/** A model as huggingface_hub keeps it: blobs by their hash, a snapshot of links to them, a branch that names its commit. */
async function keep(files: Record<string, string | Uint8Array>, absent: readonly string[] = []) {
  const model = join(home, 'hub', 'models--me--model');
  for (const folder of ['blobs', 'refs', `snapshots/${COMMIT}`, `.no_exist/${COMMIT}`]) {
    await mkdir(join(model, folder), { recursive: true });
  }
  await writeFile(join(model, 'refs', 'main'), COMMIT);
  for (const [i, [name, body]] of Object.entries(files).entries()) {
    await writeFile(join(model, 'blobs', `${i}`), body);
    await symlink(join('..', '..', 'blobs', `${i}`), join(model, 'snapshots', COMMIT, name));
  }
  for (const name of absent) await writeFile(join(model, '.no_exist', COMMIT, name), '');
}

const openCached = async (revision = 'main') => {
  const { cache } = hubPlaces({ HF_HOME: home });
  const snapshot = (await findSnapshot(cache, 'me/model', revision))!;
  const rest = openHub(
    { repo: 'me/model', revision: COMMIT, host: hub?.host ?? 'http://127.0.0.1:9' },
    new DownloadCache(),
    {
      backoffMs: 1,
    },
  );
  return snapshotFiles(snapshot, { id: 'me/model', revision }, rest);
};

it('a model in the cache opens without one request, by its branch and by its commit', async () => {
  hub = await startHub({});
  await keep({ 'config.json': '{}', 'model.safetensors': weights }, ['tokenizer.json']);
  for (const revision of ['main', COMMIT]) {
    const model = await openCached(revision);
    expect(await model.text('config.json')).toBe('{}');
    expect((await openWeights(model)).size).toBe(2);
    for (const file of ['tokenizer.json', 'tokenizer_config.json', 'generation_config.json']) {
      expect(await model.has(file)).toBe(false);
    }
    expect(model).toMatchObject({ id: 'me/model', revision });
  }
  expect(hub.asked).toEqual([]);
});

it('what the cache lacks comes from the hub, of the commit that the cache has', async () => {
  const body = new TextEncoder().encode('{"model":{}}');
  hub = await startHub({
    [`/me/model/resolve/${COMMIT}/model.safetensors`]: { body: weights },
    [`/me/model/resolve/${COMMIT}/tokenizer.json`]: { body },
  });
  await keep({ 'config.json': '{}' });
  const model = await openCached();
  expect(await model.held!('model.safetensors')).toBe(0);
  expect((await openWeights(model)).size).toBe(2);
  expect(await model.text('tokenizer.json')).toBe('{"model":{}}');
  expect(await model.held!('model.safetensors')).toBe(weights.length);
});

it('a model whose weights are there opens without a network, also where its tokenizer is not', async () => {
  await keep({ 'config.json': '{}', 'model.safetensors': weights });
  expect(await (await openCached()).has('tokenizer.json')).toBe(false);
});

it('a revision or a model that is not there is not in the cache', async () => {
  await keep({ 'config.json': '{}' });
  const { cache } = hubPlaces({ HF_HOME: home });
  expect(await findSnapshot(cache, 'me/model', 'v2')).toBeUndefined();
  expect(await findSnapshot(cache, 'me/other', 'main')).toBeUndefined();
});

it('the environment is read as huggingface_hub reads it', async () => {
  await writeFile(join(home, 'token'), ' hf_file\n');
  expect(hubPlaces({ HF_HOME: home })).toEqual({
    endpoint: 'https://huggingface.co',
    token: 'hf_file',
    cache: join(home, 'hub'),
    offline: false,
  });
  const env = { HF_HOME: home, HF_TOKEN: 'hf_set', HF_HUB_CACHE: '/elsewhere', HF_ENDPOINT: 'https://mirror/' };
  expect(hubPlaces({ ...env, HF_HUB_OFFLINE: '1' })).toEqual({
    endpoint: 'https://mirror',
    token: 'hf_set',
    cache: '/elsewhere',
    offline: true,
  });
  expect(() => hubPlaces({ HF_TOKEN: 'two words' })).toThrow(expect.objectContaining({ code: 'usage' }));
});
