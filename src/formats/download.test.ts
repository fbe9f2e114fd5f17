import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { LopperError } from '../errors';
import type { ByteProgress, ByteSource } from './bytes';
import { DownloadCache } from './cache';
import { type DownloadOptions, download } from './download';
import { memoryShelf } from './memory-shelf';
import { fetchWithLinks } from './node';
import { folderShelf } from './node-shelf';
import type { Shelf } from './shelf';
import { expectFailure } from './testing';
import { type Served, startHub } from './testing-hub';

const body = Uint8Array.from({ length: 300_000 }, (_, i) => (i * 131 + (i >> 9)) & 255);
const text = (s: string) => new TextEncoder().encode(s);

let folder: string;
let hub: Awaited<ReturnType<typeof startHub>>;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lopper-cache-'));
});
afterEach(async () => {
  await hub?.stop();
  await rm(folder, { recursive: true, force: true, maxRetries: 5 });
});

const SHELVES: [string, () => Promise<Shelf>][] = [
  ['a folder', () => folderShelf(folder)],
  ['memory', async () => memoryShelf()],
];

async function serve(served: Partial<Served> = {}) {
  hub = await startHub({ '/w': { body, ...served } });
  return hub.files['/w']!;
}
const get = (cache: DownloadCache, options: DownloadOptions = {}) =>
  download(
    {
      url: `${hub.host}/w`,
      key: 'hub/w',
      file: 'w',
      refused: (status) => new LopperError('file-missing', `refused with ${status}`, 'Look elsewhere for it.'),
    },
    cache,
    { backoffMs: 1, ...options },
  );
const bytesOf = async (source: ByteSource) => Buffer.from(await source.read(0, source.size));
const expectBody = async (source: ByteSource) => expect((await bytesOf(source)).equals(body)).toBe(true);
const cacheIn = async () => new DownloadCache(await folderShelf(folder));

describe.each(SHELVES)('a download kept in %s', (_, shelf) => {
  it('arrives whole, with byte-accurate progress, and is not asked for again', async () => {
    await serve();
    const cache = new DownloadCache(await shelf());
    const progress: ByteProgress[] = [];
    await expectBody(await get(cache, { onProgress: (p) => progress.push(p) }));
    expect(progress.at(-1)).toEqual({ file: 'w', done: body.length, total: body.length });
    expect(progress.every((p, i) => p.total === body.length && p.done >= (progress[i - 1]?.done ?? 0))).toBe(true);
    await expectBody(await get(cache));
    expect(hub.asked).toHaveLength(1);
    expect(await cache.list()).toEqual([{ key: 'hub/w', bytes: body.length, complete: true }]);
  });

  it('goes on where it was cut, again and again', async () => {
    await serve({ cuts: { after: 60_000, times: 3 } });
    await expectBody(await get(new DownloadCache(await shelf())));
    expect(hub.asked.map((a) => a.range)).toEqual([undefined, 'bytes=60000-', 'bytes=120000-', 'bytes=180000-']);
  });

  it('goes on in a later call, when this one gave up', async () => {
    const served = await serve({ cuts: { after: 100_000, times: 1 } });
    const cache = new DownloadCache(await shelf());
    served.fails = undefined;
    const cut = get(cache, { attempts: 1, fetch: failingAfter(1) });
    await expectFailure(cut, 'download-cut', 'byte 100000 of 300000');
    expect(await cache.list()).toEqual([{ key: 'hub/w', bytes: 100_000, complete: false }]);
    await expectBody(await get(cache));
    expect(hub.asked.at(-1)?.range).toBe('bytes=100000-');
  });

  it('starts over when the server ignores ranges', async () => {
    await serve({ cuts: { after: 60_000, times: 1 }, ignoresRanges: true });
    await expectBody(await get(new DownloadCache(await shelf())));
    expect(hub.asked).toHaveLength(2);
  });

  it('starts over when the file changed between the cut and the rest, even at the same size', async () => {
    const served = await serve({ cuts: { after: 60_000, times: 1 }, etag: '"old"' });
    const cache = new DownloadCache(await shelf());
    const fetchAndChange: typeof fetch = async (input, init) => {
      const response = await fetch(input, init);
      served.etag = '"new"';
      served.body = body.toReversed();
      return response;
    };
    const source = await get(cache, { fetch: fetchAndChange });
    expect((await bytesOf(source)).equals(body.toReversed())).toBe(true);
    expect(hub.asked.map((a) => a.range)).toEqual([undefined, 'bytes=60000-', undefined]);
  });

  it('starts over when nothing tells the file from a newer one', async () => {
    await serve({ cuts: { after: 60_000, times: 1 }, etag: null });
    await expectBody(await get(new DownloadCache(await shelf())));
    expect(hub.asked.map((a) => a.range)).toEqual([undefined, undefined]);
  });

  it('stops at once when cancelled, and goes on later from what it has', async () => {
    const served = await serve({ slowMs: 30 });
    const cache = new DownloadCache(await shelf());
    const control = new AbortController();
    let cancelled = 0;
    const stop = (p: ByteProgress) => {
      if (p.done < 50_000 || cancelled) return;
      cancelled = performance.now();
      control.abort();
    };
    await expectFailure(get(cache, { signal: control.signal, onProgress: stop }), 'cancelled');
    expect(performance.now() - cancelled).toBeLessThan(250);
    served.slowMs = undefined;
    await expectBody(await get(cache));
    const [, from] = /^bytes=(\d+)-$/.exec(hub.asked.at(-1)?.range ?? '')!;
    expect(Number(from)).toBeGreaterThanOrEqual(50_000);
    expect(hub.asked).toHaveLength(2);
  });

  it('is made once when two callers want it at the same time', async () => {
    await serve({ slowMs: 5 });
    const cache = new DownloadCache(await shelf());
    const both = await Promise.all([get(cache), get(cache)]);
    await Promise.all(both.map(expectBody));
    expect(hub.asked).toHaveLength(1);
  });
});

/** A `fetch` whose network goes away after so many calls. */
function failingAfter(calls: number): typeof fetch {
  return (input, init) => (calls-- > 0 ? fetch(input, init) : Promise.reject(new TypeError('network is gone')));
}

describe('a server in trouble', () => {
  it('is asked again after 500 and 429', async () => {
    const served = await serve({ fails: { status: 500, times: 2 } });
    await expectBody(await get(await cacheIn()));
    served.fails = { status: 429, times: 1 };
    await expectBody(await get(new DownloadCache()));
  });

  it('that stays in trouble is named, with its answer', async () => {
    await serve({ fails: { status: 503, times: 99 } });
    await expectFailure(get(await cacheIn()), 'download-failed', '127.0.0.1', '503');
    expect(hub.asked).toHaveLength(5);
  });

  it('that falls silent is asked again', async () => {
    await serve({ stalls: 1 });
    await expectBody(await get(await cacheIn(), { stallMs: 100 }));
    expect(hub.asked[1]?.range).toBe('bytes=1000-');
  });

  it('that always cuts at the same place is given up in the end', async () => {
    await serve({ cuts: { after: 60_000, times: 99 }, ignoresRanges: true });
    await expectFailure(get(await cacheIn()), 'download-cut', 'byte 60000 of 300000');
  });

  it('that cannot be reached is said so', async () => {
    await serve();
    await hub.stop();
    await expectFailure(get(await cacheIn(), { attempts: 2 }), 'download-failed', 'no connection');
  });

  it('waits as long as the server asks for', async () => {
    await serve({ fails: { status: 429, times: 1, retryAfter: '1' } });
    const begin = performance.now();
    await expectBody(await get(await cacheIn()));
    expect(performance.now() - begin).toBeGreaterThan(950);
  });

  it('that refuses is not asked again', async () => {
    await serve({ fails: { status: 404, times: 99 } });
    await expectFailure(get(await cacheIn()), 'file-missing', '404');
    expect(hub.asked).toHaveLength(1);
  });
});

describe('what is not the file is never kept', () => {
  const nothingKept = async () => expect(await (await cacheIn()).list()).toEqual([]);

  it('a web page, by its type or its first bytes, however they arrive', async () => {
    const page = text(`<!doctype html><html><body>Sign in${' '.repeat(2000)}</body></html>`);
    for (const contentType of ['text/html; charset=utf-8', 'application/octet-stream']) {
      await serve({ body: page, contentType, slowMs: 1 });
      await expectFailure(get(await cacheIn()), 'not-a-model-file', 'w is a web page');
      await nothingKept();
      await hub.stop();
    }
  });

  it('a git-LFS pointer', async () => {
    await serve({ body: text('version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 9\n') });
    await expectFailure(get(await cacheIn()), 'not-a-model-file', 'git-LFS pointer');
    await nothingKept();
  });

  it('a file of another size than the hub promised', async () => {
    await serve({ redirected: true, linkedSize: body.length + 5 });
    const wrong = get(await cacheIn(), { fetch: fetchWithLinks, attempts: 2 });
    await expectFailure(wrong, 'download-failed', '300000 bytes of the 300005');
    expect(await (await cacheIn()).find('hub/w', 'w')).toBeUndefined();
    await hub.stop();
    await serve({ redirected: true, linkedSize: body.length - 5 });
    const long = get(new DownloadCache(), { fetch: fetchWithLinks });
    await expectFailure(long, 'download-failed', 'promised 299995 bytes', 'sent 300000');
  });

  it('a file of another SHA-256 than the hub promised, after a second try', async () => {
    await serve({ redirected: true, linkedEtag: 'ab'.repeat(32) });
    await expectFailure(get(await cacheIn(), { fetch: fetchWithLinks }), 'download-failed', 'SHA-256', 'abab');
    expect(hub.asked).toHaveLength(2);
    await nothingKept();
  });

  it('a finished file whose bytes are gone, or a record that is no record', async () => {
    await serve();
    const cache = await cacheIn();
    await get(cache);
    const [name] = (await readdir(folder)).filter((n) => !n.endsWith('.json'));
    await writeFile(join(folder, name!), 'short');
    await expectBody(await get(cache));
    await writeFile(join(folder, `${name}.json`), '{"key":');
    await expectBody(await get(cache));
    expect(hub.asked).toHaveLength(3);
  });
});

it('a redirected file is verified by its SHA-256 and leaves only itself and its record', async () => {
  await serve({ redirected: true, linkedEtag: true, linkedSize: body.length, cuts: { after: 70_000, times: 1 } });
  await expectBody(await get(await cacheIn(), { fetch: fetchWithLinks }));
  const names = (await readdir(folder)).sort();
  expect(names).toEqual([expect.stringMatching(/^[0-9a-f]{24}-w$/), expect.stringMatching(/^[0-9a-f]{24}-w\.json$/)]);
  expect((await readFile(join(folder, names[0]!))).equals(body)).toBe(true);
});

it('a compressed body, or one of unknown length, arrives whole and ends its progress at its real size', async () => {
  for (const manner of [{ gzip: true }, { chunked: true }]) {
    await serve(manner);
    const progress: ByteProgress[] = [];
    await expectBody(await get(new DownloadCache(), { onProgress: (p) => progress.push(p) }));
    expect(progress.at(-1)).toEqual({ file: 'w', done: body.length, total: body.length });
    expect(progress.slice(0, -1).every((p) => p.total === 0)).toBe(true);
    await hub.stop();
  }
});

it('a page that is not told of the compression takes the body as it comes', async () => {
  await serve({ gzip: true });
  const hiding: typeof fetch = async (input, init) => {
    const response = await fetch(input, init);
    const headers = new Headers(response.headers);
    headers.delete('content-encoding');
    expect(Number(headers.get('content-length'))).toBeLessThan(body.length);
    return new Response(response.body, { headers });
  };
  await expectBody(await get(new DownloadCache(), { fetch: hiding }));
});

it('when the shelf is full, the download goes on in memory and says so', async () => {
  await serve({ slowMs: 1 });
  const roomy = memoryShelf();
  const full: Shelf = {
    ...roomy,
    async append(name, at) {
      const appender = await roomy.append(name, at);
      let size = at;
      return {
        ...appender,
        async write(chunk) {
          size += chunk.length;
          if (size > 100_000) throw new DOMException('no room', 'QuotaExceededError');
          await appender.write(chunk);
        },
      };
    },
  };
  const told: string[] = [];
  const memory = memoryShelf();
  const cache = new DownloadCache(full, (reason) => told.push(reason), memory);
  await expectBody(await get(cache));
  expect(told).toEqual([expect.stringContaining('no room to keep w')]);
  const [, from] = /^bytes=(\d+)-$/.exec(hub.asked[1]?.range ?? '')!;
  expect(Number(from)).toBeGreaterThan(50_000);
  await expectBody(await get(cache));
  // Nor is it asked for again by who opens it anew.
  const later = new DownloadCache(full, undefined, memory);
  await expectBody(await get(later));
  expect(await later.list()).toMatchObject([{ complete: true, inMemory: true }]);
  expect(hub.asked).toHaveLength(2);
  expect(await roomy.names()).toEqual([]);
});

it('a kept file can be forgotten', async () => {
  await serve();
  const cache = await cacheIn();
  await get(cache);
  await cache.remove('hub/w');
  expect(await cache.list()).toEqual([]);
  expect(await readdir(folder)).toEqual([]);
});

it('a download already cancelled asks for nothing', async () => {
  await serve();
  await expectFailure(get(await cacheIn(), { signal: AbortSignal.abort() }), 'cancelled');
  expect(hub.asked).toEqual([]);
});

it('a lock left by a process that died does not block for ever; a live one can be waited for and cancelled', async () => {
  await serve();
  const shelf = await folderShelf(folder);
  const order: string[] = [];
  const control = new AbortController();
  await shelf.exclusive('x', undefined, async () => {
    const waiting = shelf.exclusive('x', control.signal, async () => order.push('never'));
    setTimeout(() => control.abort(), 50);
    await expectFailure(waiting, 'cancelled');
    order.push('first');
  });
  await writeFile(join(folder, 'y.lock'), '');
  const { utimes } = await import('node:fs/promises');
  await utimes(join(folder, 'y.lock'), new Date(0), new Date(0));
  await shelf.exclusive('y', undefined, async () => order.push('second'));
  expect(order).toEqual(['first', 'second']);
});
