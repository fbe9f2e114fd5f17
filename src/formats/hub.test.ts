import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DownloadCache } from './cache';
import { fingerprint } from './fingerprint';
import { type HubModel, type HubOptions, openHub } from './hub';
import { isRepoId } from './hub-address';
import { fetchWithLinks, openFolder } from './node';
import { folderShelf } from './node-shelf';
import { file, tensor } from './pytorch/testing';
import { openWeights } from './safetensors';
import { expectFailure, safetensorsFile, sharedData, vectors } from './testing';
import { type Served, startHub } from './testing-hub';
import { loadTokenizer } from './tokenizer';
import { openSite } from './web';

const { header, bytes } = vectors({ a: 4, b: 60_000 });
const weights = safetensorsFile(header, bytes);
const text = (s: string): Served => ({ body: new TextEncoder().encode(s) });

let folder: string;
let hub: Awaited<ReturnType<typeof startHub>>;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lopper-hub-'));
});
afterEach(async () => {
  await hub?.stop();
  await rm(folder, { recursive: true, force: true, maxRetries: 5 });
});

const large = (body: Uint8Array): Served => ({ body, redirected: true, linkedEtag: true, linkedSize: body.length });
async function start(files: Record<string, Served>, root = '/me/model/resolve/main') {
  hub = await startHub(Object.fromEntries(Object.entries(files).map(([name, served]) => [`${root}/${name}`, served])));
}
const open = async (model: Partial<HubModel> = {}, options: HubOptions = {}) =>
  openHub({ repo: 'me/model', host: hub.host, ...model }, new DownloadCache(await folderShelf(folder)), {
    ...{ fetch: fetchWithLinks, backoffMs: 1 },
    ...options,
  });

describe('a model on a hub', () => {
  it('is downloaded once: opened again, it needs no request at all', async () => {
    await start({ 'config.json': text('{"model_type":"llama"}'), 'model.safetensors': large(weights) });
    const load = async () => {
      const model = await open();
      expect(await model.text('config.json')).toBe('{"model_type":"llama"}');
      expect(await model.has('tokenizer_config.json')).toBe(false);
      const tensors = await openWeights(model);
      expect(await model.has('generation_config.json')).toBe(false);
      return fingerprint(tensors);
    };
    const first = await load();
    const asked = hub.asked.length;
    expect(await load()).toBe(first);
    expect(hub.asked).toHaveLength(asked);
    await hub.stop();
    expect(await load()).toBe(first);
  });

  it("as PyTorch's file is looked into by a few ranges, downloaded once, and opens again without a network", async () => {
    const torch = file({ a: tensor([2]), b: tensor([3], { offset: 2 }) }, { 0: new Uint8Array(400_000) });
    await start({ 'pytorch_model.bin': large(torch) });
    const looked = await open();
    const seen = await openWeights({ ...looked, open: looked.peek! });
    expect([...seen.keys()]).toEqual(['a', 'b']);
    const pieces = hub.asked
      .filter(({ range }) => range && range !== 'bytes=0-0')
      .map(({ range }) => range!.slice(6).split('-'));
    const fetched = pieces.reduce((sum, [from, to]) => sum + Number(to) - Number(from) + 1, 0);
    expect(fetched).toBeLessThan(torch.length / 2);
    const first = await fingerprint(await openWeights(await open()));
    await hub.stop();
    expect(await fingerprint(await openWeights(await open()))).toBe(first);
  });

  it('in shards opens again without a network, though it has no model.safetensors to be found', async () => {
    const map = { weight_map: { a: 's-1.safetensors', b: 's-1.safetensors' } };
    await start({ 'model.safetensors.index.json': text(JSON.stringify(map)), 's-1.safetensors': large(weights) });
    const progress: unknown[] = [];
    const tensors = await openWeights(await open(), undefined, (p) => progress.push(p));
    expect([...tensors.keys()]).toEqual(['a', 'b']);
    const end = { done: weights.length, total: weights.length, shard: { index: 0, count: 1 } };
    expect(progress.at(-1)).toMatchObject({ file: 's-1.safetensors', ...end });
    await hub.stop();
    expect([...(await openWeights(await open())).keys()]).toEqual(['a', 'b']);
    expect(await loadTokenizer(await open())).toBeUndefined();
  });

  it('is looked for again where nothing could be loaded before', async () => {
    await start({ 'config.json': text('{}') });
    await expectFailure(openWeights(await open()), 'file-missing', 'model.safetensors');
    hub.files['/me/model/resolve/main/model.safetensors'] = large(weights);
    expect((await openWeights(await open())).size).toBe(2);
    expect(await (await open()).has('tokenizer.json')).toBe(false);
    hub.files['/me/model/resolve/main/tokenizer.json'] = text('{}');
    expect(await (await open()).has('tokenizer.json')).toBe(true);
  });

  it('is found at a branch with a slash, on a host under a path', async () => {
    await start({ 'config.json': text('{}') }, '/mirror/me/model/resolve/refs%2Fpr%2F1');
    const model = await open({ revision: 'refs/pr/1', host: `${hub.host}/mirror/` });
    expect(await model.text('config.json')).toBe('{}');
    expect(model).toMatchObject({ id: 'me/model', revision: 'refs/pr/1' });
  });

  it('at two revisions is two models', async () => {
    await start({ 'config.json': text('{"at": "main"}') });
    hub.files['/me/model/resolve/v2/config.json'] = text('{"at": "v2"}');
    expect(await (await open()).text('config.json')).toContain('main');
    expect(await (await open({ revision: 'v2' })).text('config.json')).toContain('v2');
  });

  it('is looked into without being downloaded, and is told from nothing but that', async () => {
    const large = vectors({ a: 4, b: 500_000 });
    const body = safetensorsFile(large.header, large.bytes);
    const served: Served = { body, redirected: true, linkedEtag: true, fails: { status: 503, times: 1 } };
    await start({ 'model.safetensors': served });
    const model = await open();
    const peeked = await openWeights({ ...model, open: model.peek! });
    const seen = await fingerprint(peeked);
    expect([...peeked.keys()]).toEqual(['a', 'b']);
    const ranges = hub.asked.map(({ range }) => /^bytes=(\d+)-(\d+)$/.exec(range ?? ''));
    expect(ranges).not.toContain(null);
    expect(ranges.reduce((sum, r) => sum + Number(r![2]) - Number(r![1]) + 1, 0)).toBeLessThan(body.length / 10);
    expect(await fingerprint(await openWeights(await open()))).toBe(seen);
    const asked = hub.asked.length;
    await model.peek!('model.safetensors');
    expect(hub.asked.length, 'what is kept is looked into here').toBe(asked);
  });

  it('is looked into again where the storage refuses, the server is silent or the connection is cut', async () => {
    const served: Served = { ...large(weights), elsewhere: true };
    await start({ 'model.safetensors': served });
    const peek = async () => {
      const model = await open({}, { stallMs: 50 });
      return (await openWeights({ ...model, open: model.peek! })).size;
    };
    for (const trouble of [{ fails: { status: 403, times: 1 } }, { stalls: 1 }, { cuts: { after: 4, times: 1 } }]) {
      Object.assign(served, trouble);
      expect(await peek()).toBe(2);
    }
    served.fails = { status: 403, times: 99 };
    const failure = await expectFailure(peek(), 'download-failed', 'refuses it (403)');
    expect(failure.message).not.toContain('gated');
  });

  it('without weights that can be read is told by what is there, of which no more than a byte is fetched', async () => {
    await start({ 'onnx/model.onnx': large(weights) });
    await expectFailure(openWeights(await open()), 'file-missing', 'ONNX only');
    const asked = hub.asked.filter((a) => a.path.endsWith('onnx/model.onnx'));
    expect(asked.map(({ range }) => range)).toEqual(['bytes=0-0']);
  });

  it('is downloaded after all where the server gives no ranges', async () => {
    await start({ 'model.safetensors': { ...large(weights), ignoresRanges: true } });
    const model = await open();
    expect((await openWeights({ ...model, open: model.peek! })).size).toBe(2);
  });

  it('comes through trouble at the first asking', async () => {
    const fails = () => ({ status: 500, times: 2 });
    const cuts = { after: 100_000, times: 2 };
    await start({
      'config.json': { ...text('{}'), fails: fails() },
      'model.safetensors': { ...large(weights), fails: fails(), cuts },
    });
    const model = await open();
    expect(await model.text('config.json')).toBe('{}');
    expect((await openWeights(model)).size).toBe(2);
  });
});

describe('a hub that does not give the model', () => {
  it('names the file, the id and the revision that are not there', async () => {
    await start({});
    await expectFailure(
      (await open({ revision: 'v9' })).text('config.json'),
      'file-missing',
      'config.json',
      'me/model',
      'v9',
      hub.host,
    );
    await expectFailure((await open()).open('s-2.safetensors'), 'file-missing', 's-2.safetensors');
  });

  it('says that a model is gated or private, and to open a local folder', async () => {
    for (const status of [401, 403]) {
      await start({ 'config.json': { ...text('{}'), fails: { status, times: 99 } } });
      const failure = await expectFailure(
        (await open()).has('config.json'),
        'download-failed',
        'gated or private',
        String(status),
      );
      expect(failure.remedy).toContain('local folder');
      await hub.stop();
    }
    await start({ 'model.safetensors': { ...large(weights), fails: { status: 403, times: 99 } } });
    await expectFailure(openWeights(await open()), 'download-failed', 'gated or private');
  });

  it('that is gated opens for a token, which no other host gets to see', async () => {
    const gated = { ...large(weights), elsewhere: true, token: 'hf_good' };
    await start({ 'config.json': { ...text('{"a":1}'), token: 'hf_good' }, 'model.safetensors': gated });
    const model = await open({}, { token: 'hf_good' });
    expect(await model.text('config.json')).toBe('{"a":1}');
    expect((await openWeights({ ...model, open: model.peek! })).size).toBe(2);
    expect((await openWeights(model)).size).toBe(2);
    const { host } = new URL(hub.host);
    expect(new Set(hub.shown.map((asked) => `${asked.host === host} ${asked.authorization}`))).toEqual(
      new Set(['true Bearer hf_good', 'false undefined']),
    );
  });

  it('says of a token that it is not known, or may not, and where one gets one that may', async () => {
    await start({ 'config.json': { ...text('{}'), token: 'hf_good' } });
    const unknown = await expectFailure(
      (await open({}, { token: 'hf_old' })).text('config.json'),
      'token-refused',
      '401',
    );
    expect(unknown.remedy).toContain('Make a new one');
    const other = await expectFailure((await open({}, { token: 'other' })).text('config.json'), 'token-refused', '403');
    expect(other.remedy).toContain(`${hub.host}/me/model`);
  });

  it('tells a refusal of the storage behind the hub from the hub’s own, and asks the hub for a new link', async () => {
    const stored = { ...large(weights), elsewhere: true };
    await start({ 'model.safetensors': { ...stored, fails: { status: 403, times: 2 } } });
    expect((await openWeights(await open())).size).toBe(2);
    await hub.stop();
    await rm(folder, { recursive: true, force: true });
    await start({ 'model.safetensors': { ...stored, fails: { status: 403, times: 99 } } });
    const failure = await expectFailure(openWeights(await open()), 'download-failed', 'localhost', 'refuses it (403)');
    expect(failure.message).not.toContain('gated');
  });

  it('is refused before anything is asked when the revision cannot be', async () => {
    await start({});
    for (const revision of ['', '..', 'a/../b', './x', 'half\uD800']) {
      await expectFailure(() => open({ revision }), 'usage', 'is not a revision');
    }
    expect(hub.asked).toEqual([]);
  });

  it('but a page in its place is told from a model', async () => {
    const page = { ...text('<!DOCTYPE html><html>Welcome</html>'), contentType: 'text/html' };
    await start({ 'config.json': page, 'model.safetensors': page });
    await expectFailure((await open()).text('config.json'), 'not-a-model-file', 'config.json is a web page');
    await expectFailure(openWeights(await open()), 'not-a-model-file', 'model.safetensors is a web page');
    expect(await readdir(folder)).toEqual([]);
  });

  it('is refused before anything is asked when the id or the host cannot be', async () => {
    await start({});
    for (const repo of [
      '',
      '../x',
      'a/b/c',
      'me/mo del',
      'me/../x',
      'https://x/y',
      '/me',
      'me/',
      'a?b',
      'x'.repeat(200),
    ]) {
      expect(isRepoId(repo), repo).toBe(false);
      await expectFailure(open({ repo }), 'usage', 'is not a hub id');
    }
    for (const repo of ['gpt2', 'Qwen/Qwen3-0.6B', 'EleutherAI/pythia-70m', 'a/b_c.d'])
      expect(isRepoId(repo), repo).toBe(true);
    for (const host of ['', 'huggingface.co', 'ftp://x', 'javascript:alert(1)', 'https://u:p@x', 'https://x?y']) {
      await expectFailure(open({ host }), 'usage', 'is not a host');
    }
    expect(hub.asked).toEqual([]);
  });

  it('cancels a question that is under way', async () => {
    await start({
      'config.json': { ...text('{ '.repeat(5000)), stalls: 9 },
      'model.safetensors': { ...large(weights), slowMs: 500 },
    });
    for (const ask of [
      async (signal: AbortSignal) => (await open()).text('config.json', signal),
      async (signal: AbortSignal) => openWeights(await open(), signal),
    ]) {
      const control = new AbortController();
      const began = performance.now();
      setTimeout(() => control.abort(), 100);
      await expectFailure(ask(control.signal), 'cancelled');
      expect(performance.now() - began).toBeLessThan(350);
    }
  });
});

describe('a model in a folder of a site', () => {
  it('is read whole; where the site answers a page for what it lacks, it lacks it', async () => {
    const page = { ...text('<!doctype html><title>app</title>'), contentType: 'text/html' };
    await start(
      {
        'config.json': text('{}'),
        'model.safetensors': { body: weights },
        'tokenizer.json': page,
        'model.safetensors.index.json': page,
      },
      '/models/sapling',
    );
    const site = openSite('sapling', `${hub.host}/models/sapling`, { backoffMs: 1 });
    expect(await site.text('config.json')).toBe('{}');
    expect((await openWeights(site)).size).toBe(2);
    expect(await loadTokenizer(site)).toBeUndefined();
    expect(await site.has('model.safetensors.index.json')).toBe(false);
    await expectFailure(
      site.text('generation_config.json'),
      'file-missing',
      'generation_config.json',
      '/models/sapling',
    );
  });
});

it.skipIf(!sharedData('models/stories260K'))(
  'a real model has one fingerprint, in a folder and from a hub',
  async () => {
    const path = sharedData('models/stories260K')!;
    await start({ 'model.safetensors': large(await readFile(join(path, 'model.safetensors'))) });
    const local = await fingerprint(await openWeights(await openFolder(path)));
    expect(await fingerprint(await openWeights(await open()))).toBe(local);
  },
);
