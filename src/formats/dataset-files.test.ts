import { createHash } from 'node:crypto';
import { afterEach, expect, test } from 'vitest';
import { DownloadCache } from './cache';
import { type DatasetFile, fetchDatasetFile } from './dataset-files';
import type { DownloadOptions } from './download';
import { fetchWithLinks } from './node';
import { expectFailure } from './testing';
import { type Served, startHub } from './testing-hub';

const body = Uint8Array.from({ length: 90_000 }, (_, i) => (i * 37 + (i >> 7)) & 255);
const sha256 = createHash('sha256').update(body).digest('hex');
const REVISION = 'a'.repeat(40);
const json = (value: unknown): Served => ({
  body: new TextEncoder().encode(JSON.stringify(value)),
  contentType: 'application/json',
});

const hubFile: DatasetFile = { at: 'hub', repo: 'someone/set', revision: REVISION, path: 'data/test.parquet' };
const atRevision = `/datasets/someone/set/resolve/${REVISION}/data/test.parquet`;
const tree = (entry: object) => ({ [`/api/datasets/someone/set/tree/${REVISION}/data`]: json([entry]) });

let hub: Awaited<ReturnType<typeof startHub>>;
afterEach(() => hub.stop());

async function fetchIt(file: DatasetFile, options: DownloadOptions & { gated?: string; cache?: DownloadCache } = {}) {
  const { gated, cache = new DownloadCache(), ...rest } = options;
  const hosts = { host: hub.host, rawHost: `${hub.host}/raw`, gated };
  return fetchDatasetFile(file, hosts, cache, { backoffMs: 1, fetch: fetchWithLinks, ...rest });
}

test('a pinned file comes through the hub’s redirect, is checked, and is not asked for again', async () => {
  hub = await startHub({ [atRevision]: { body, redirected: true, linkedEtag: true, linkedSize: body.length } });
  const cache = new DownloadCache();
  const pinned = { ...hubFile, bytes: body.length, sha256 };
  const { source, url, revision } = await fetchIt(pinned, { cache });
  expect(Buffer.from(await source.read(0, source.size)).equals(Buffer.from(body))).toBe(true);
  expect([url, revision]).toEqual([`${hub.host}${atRevision}`, REVISION]);
  await fetchIt(pinned, { cache });
  expect(hub.asked.map((a) => a.path)).toEqual([atRevision]);
});

test('GitHub’s raw files have no API to ask and no redirect', async () => {
  hub = await startHub({ [`/raw/someone/set/${REVISION}/data/test.parquet`]: { body, gzip: true } });
  const { source } = await fetchIt({ ...hubFile, at: 'github', bytes: body.length, sha256 });
  expect(source.size).toBe(body.length);
  expect(hub.asked).toHaveLength(1);
});

test('a cut download goes on where it ended', async () => {
  hub = await startHub({ [atRevision]: { body, cuts: { after: 30_000, times: 2 } } });
  await fetchIt({ ...hubFile, sha256 });
  expect(hub.asked.map((a) => a.range)).toEqual([undefined, 'bytes=30000-', 'bytes=60000-']);
});

test('other bytes than the pinned ones are refused, by hash and by size', async () => {
  hub = await startHub({ [atRevision]: { body } });
  const other = { ...hubFile, sha256: 'b'.repeat(64) };
  await expectFailure(fetchIt(other), 'download-failed', `but that of the file that was asked for is ${other.sha256}`);
  const longer = { ...hubFile, sha256, bytes: body.length + 1 };
  await expectFailure(fetchIt(longer), 'download-failed', 'has 90000 bytes, and not the 90001');
});

test('without a known hash the hub’s own is asked for, and the file held against it', async () => {
  const right = { path: 'data/test.parquet', lfs: { oid: sha256, size: body.length } };
  hub = await startHub({ [atRevision]: { body }, ...tree(right) });
  expect((await fetchIt(hubFile)).source.size).toBe(body.length);
  await hub.stop();
  hub = await startHub({ [atRevision]: { body }, ...tree({ ...right, lfs: { oid: 'c'.repeat(64), size: 90_000 } }) });
  await expectFailure(fetchIt(hubFile), 'download-failed', 'c'.repeat(64));
  await hub.stop();
  // A mirror that knows nothing of it gives the file all the same.
  hub = await startHub({ [atRevision]: { body } });
  expect((await fetchIt(hubFile)).source.size).toBe(body.length);
});

test('without a known revision the newest commit is taken, and named', async () => {
  hub = await startHub({ '/api/datasets/someone/set/revision/main': json({ sha: REVISION }), [atRevision]: { body } });
  const { revision, url } = await fetchIt({ ...hubFile, revision: undefined });
  expect([revision, url]).toEqual([REVISION, `${hub.host}${atRevision}`]);
});

test('a host that does not say which commit is the newest is refused, also one that answers with a page', async () => {
  const page: Served = { body: new TextEncoder().encode('<!doctype html>'), contentType: 'text/html' };
  hub = await startHub({ '/api/datasets/someone/set/revision/main': page });
  await expectFailure(fetchIt({ ...hubFile, revision: undefined }), 'download-failed', 'which commit of someone/set');
});

test('a file that is not there, a web page in its place, and one that is not given to everybody are told apart', async () => {
  const page: Served = { body: new TextEncoder().encode('<!doctype html>'), contentType: 'text/html' };
  hub = await startHub({
    [`${atRevision}.page`]: page,
    [`${atRevision}.gated`]: { body, fails: { status: 401, times: 9 } },
  });
  const pinned = { ...hubFile, sha256 };
  await expectFailure(fetchIt(pinned), 'file-missing', `${atRevision} is not there`);
  await expectFailure(fetchIt({ ...pinned, path: `${pinned.path}.page` }), 'not-a-model-file', 'a web page');
  const gated = fetchIt({ ...pinned, path: `${pinned.path}.gated` }, { gated: 'Ask the publisher.' });
  await expect(gated).rejects.toMatchObject({ code: 'download-failed', remedy: 'Ask the publisher.' });
});

test('a download that is cancelled ends at once and goes on later', async () => {
  hub = await startHub({ [atRevision]: { body, slowMs: 20 } });
  const cache = new DownloadCache();
  const stop = new AbortController();
  const onProgress = () => stop.abort();
  await expectFailure(fetchIt({ ...hubFile, sha256 }, { cache, signal: stop.signal, onProgress }), 'cancelled', '');
  hub.files[atRevision]!.slowMs = undefined;
  await expect.poll(() => hub.open()).toBe(0);
  await fetchIt({ ...hubFile, sha256 }, { cache });
  expect(hub.asked.at(-1)?.range).toMatch(/^bytes=\d+-$/);
});
