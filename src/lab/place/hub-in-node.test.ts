import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { startHub } from '../../formats/testing-hub';
import { nodeEnvironment } from './node';

const COMMIT = 'a'.repeat(40);
let home: string;
let hub: Awaited<ReturnType<typeof startHub>>;
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'lopper-home-'));
  const config = { body: new TextEncoder().encode('{"from":"hub"}') };
  hub = await startHub({
    '/me/model/resolve/main/config.json': { ...config, token: 'hf_mine' },
    '/me/open/resolve/main/config.json': config,
  });
  vi.stubEnv('HF_HOME', home);
  vi.stubEnv('HF_ENDPOINT', hub.host);
  vi.stubEnv('LOPPER_CACHE', join(home, 'lopper'));
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await hub.stop();
  await rm(home, { recursive: true, force: true });
});

const config = async (repo: string, notes: string[] = [], host = hub.host) => {
  const files = await nodeEnvironment('.').files({ kind: 'hub', repo, revision: 'main', host }, (n) => notes.push(n));
  return files.text('config.json');
};

it('a model that Hugging Face’s tools have downloaded is read where it lies, and that is said', async () => {
  const model = join(home, 'hub', 'models--me--model');
  await mkdir(join(model, 'snapshots', COMMIT), { recursive: true });
  await mkdir(join(model, 'refs'));
  await writeFile(join(model, 'refs', 'main'), COMMIT);
  await writeFile(join(model, 'snapshots', COMMIT, 'config.json'), '{"from":"cache"}');
  const notes: string[] = [];
  expect(await config('me/model', notes)).toBe('{"from":"cache"}');
  expect(notes[0]).toContain(`commit ${COMMIT.slice(0, 12)}`);
  expect(hub.asked).toEqual([]);
});

it('HF_TOKEN opens a gated model of HF_ENDPOINT, and is shown to no other hub', async () => {
  await expect(config('me/model')).rejects.toMatchObject({ code: 'download-failed' });
  vi.stubEnv('HF_TOKEN', 'hf_mine');
  expect(await config('me/model')).toBe('{"from":"hub"}');
  vi.stubEnv('HF_ENDPOINT', 'https://elsewhere.example');
  const before = hub.shown.length;
  expect(await config('me/open')).toBe('{"from":"hub"}');
  expect(hub.shown.slice(before).map((s) => s.authorization)).toEqual([undefined]);
});

it('HF_HUB_OFFLINE asks nothing of the network', async () => {
  vi.stubEnv('HF_HUB_OFFLINE', '1');
  await expect(config('me/open')).rejects.toMatchObject({ message: expect.stringContaining('HF_HUB_OFFLINE') });
  expect(hub.asked).toEqual([]);
});
