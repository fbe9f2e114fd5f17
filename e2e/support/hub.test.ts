import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { type Hub, startHub } from './hub';

const WEIGHTS = Uint8Array.from({ length: 40_000 }, (_, i) => i % 251);
const folder = mkdtempSync(join(tmpdir(), 'hub-'));
let hub: Hub;
let address: string;

beforeAll(async () => {
  writeFileSync(join(folder, 'config.json'), '{"model_type":"llama"}');
  writeFileSync(join(folder, 'model.safetensors'), WEIGHTS);
  hub = await startHub({ 'someone/model': folder });
  address = `${hub.url}/someone/model/resolve/main`;
});
afterEach(() => {
  for (const file of ['config.json', 'model.safetensors']) hub.fault(file, undefined);
});
afterAll(async () => {
  await hub.close();
  rmSync(folder, { recursive: true });
});

const bytesOf = async (response: Response) => new Uint8Array(await response.arrayBuffer());

test('serves files, the large ones by a redirect, to pages of any origin', async () => {
  const config = await fetch(`${address}/config.json`);
  expect(await config.json()).toEqual({ model_type: 'llama' });
  expect(config.headers.get('access-control-allow-origin')).toBe('*');
  const weights = await fetch(`${address}/model.safetensors`);
  expect(weights.redirected).toBe(true);
  expect(await bytesOf(weights)).toEqual(WEIGHTS);
  const preflight = await fetch(`${address}/model.safetensors`, { method: 'OPTIONS' });
  expect(preflight.headers.get('access-control-allow-headers')).toContain('Range');
});

test('serves ranges, and the whole file when it is no longer the one meant', async () => {
  const part = (headers: Record<string, string>) =>
    fetch(`${address}/model.safetensors`, { headers: { Range: 'bytes=100-199', ...headers } });
  const answer = await part({});
  expect(answer.status).toBe(206);
  expect(answer.headers.get('content-range')).toBe('bytes 100-199/40000');
  expect(await bytesOf(answer)).toEqual(WEIGHTS.slice(100, 200));
  const etag = answer.headers.get('etag')!;
  hub.fault('model.safetensors', { kind: 'changed' });
  expect((await part({ 'If-Range': etag })).status).toBe(200);
  hub.fault('model.safetensors', { kind: 'no-ranges' });
  expect((await part({})).status).toBe(200);
});

test('404 for what is not there, and nothing outside the folder', async () => {
  expect((await fetch(`${address}/nothing.json`)).status).toBe(404);
  expect((await fetch(`${address}/..%2f..%2fetc%2fpasswd`)).status).toBe(404);
  expect((await fetch(`${hub.url}/else/where/resolve/main/config.json`)).status).toBe(404);
  hub.fault('config.json', { kind: 'missing' });
  expect((await fetch(`${address}/config.json`)).status).toBe(404);
});

test('cuts a download once', async () => {
  hub.fault('model.safetensors', { kind: 'cut' });
  await expect(fetch(`${address}/model.safetensors`).then(bytesOf)).rejects.toThrow();
  expect(await bytesOf(await fetch(`${address}/model.safetensors`))).toEqual(WEIGHTS);
});

test('answers with a page, or slowly, when told to', async () => {
  hub.fault('config.json', { kind: 'html' });
  expect(await (await fetch(`${address}/config.json`)).text()).toContain('<html>');
  hub.fault('config.json', { kind: 'slow', bytesPerSecond: 60 });
  const started = performance.now();
  expect(await (await fetch(`${address}/config.json`)).json()).toEqual({ model_type: 'llama' });
  expect(performance.now() - started).toBeGreaterThan(200);
});
