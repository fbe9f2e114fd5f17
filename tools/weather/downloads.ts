/** Downloads from a server of bad manners: each whole to the byte, or given up by name. */
import { createHash } from 'node:crypto';
import { LopperError } from '../../src/errors';
import { DownloadCache } from '../../src/formats/cache';
import { openHub } from '../../src/formats/hub';
import { fetchWithLinks } from '../../src/formats/node';
import { type Served, startHub } from '../../src/formats/testing-hub';
import { seededAt } from '../../src/random';
import { oneOf } from './spoil';
import type { Row } from './table';

const AT_ONCE = 10;
const FILE = 'model.safetensors';
/** What a download may take, with every pause and every attempt. */
const MOST_MS = 60_000;

/** How the answer for a file differs from a sound one; `later` is changed while it is being sent. */
type Trouble = (body: Uint8Array, random: () => number) => Partial<Served> & { readonly later?: Partial<Served> };

/** What servers and what lies between do; two may come together. */
const TROUBLES: Readonly<Record<string, Trouble>> = {
  cuts: (body, random) => ({ cuts: { after: 1 + Math.floor(random() * body.length), times: 3 } }),
  stalls: () => ({ stalls: 2 }),
  'ignores ranges': () => ({ ignoresRanges: true }),
  'no etag': () => ({ etag: null }),
  '429': () => ({ fails: { status: 429, times: 2, retryAfter: '0' } }),
  '503, always': () => ({ fails: { status: 503, times: 1e9 } }),
  '403 of the storage': () => ({ redirected: true, elsewhere: true, fails: { status: 403, times: 2 } }),
  gzip: () => ({ gzip: true }),
  'a web page': () => ({ contentType: 'text/html' }),
  'a web page as bytes': () => ({ body: new TextEncoder().encode('<!doctype html><title>Sign in</title>') }),
  redirects: () => ({ redirected: true, elsewhere: true, linkedEtag: true }),
  'a wrong hash': () => ({ redirected: true, linkedEtag: 'ab'.repeat(32) }),
  'a wrong size': (body) => ({ redirected: true, linkedSize: body.length + 7 }),
  'in chunks': () => ({ chunked: true }),
  slow: () => ({ slowMs: 20 }),
  // Half of the old file, then half of a new one.
  'changes half-way': (body) => ({
    cuts: { after: body.length >> 1, times: 1 },
    later: { body: body.map((byte) => byte ^ 0x55), etag: '"v2"' },
  }),
};
/** When what is served changes, if it does: between the cut and the next attempt. */
const LATER_MS = 300;

export async function weatherOfDownloads(count: number): Promise<Row[]> {
  const files: Record<string, Served> = {};
  const hub = await startHub(files);
  const tally = { whole: 0, named: 0, faults: [] as string[], worstMs: 0 };
  const one = async (index: number): Promise<void> => {
    const random = seededAt(7, index);
    const body = Uint8Array.from(
      { length: 100_000 + Math.floor(random() * 200_000) },
      (_, i) => (i * 31 + index) % 251,
    );
    const file: Served = { body };
    const names = Object.keys(TROUBLES);
    const troubles = [...new Set([oneOf(random, names), oneOf(random, random() < 0.3 ? names : ['cuts'])])];
    for (const name of troubles) {
      const { later, ...now } = TROUBLES[name]!(body, random);
      Object.assign(file, now);
      if (later) setTimeout(() => Object.assign(file, later), LATER_MS);
    }
    const path = `/o/m${index}/resolve/main/${FILE}`;
    files[path] = file;
    const began = performance.now();
    const fault = (what: string) => void tally.faults.push(`download ${index} (${troubles.join(', ')}): ${what}`);
    try {
      const options = { fetch: fetchWithLinks, backoffMs: 5, stallMs: 800 };
      const model = openHub({ repo: `o/m${index}`, host: hub.host }, new DownloadCache(), options);
      const source = await model.open(FILE);
      const got = hashOf(await source.read(0, source.size));
      // It may have changed meanwhile: then the new one counts, whole.
      if (got === hashOf(body) || got === hashOf(file.body)) tally.whole++;
      else fault('other bytes than the server has');
    } catch (error) {
      if (error instanceof LopperError) tally.named++;
      else fault(`no named error: ${String((error as Error)?.stack ?? error).slice(0, 300)}`);
    }
    const ms = performance.now() - began;
    tally.worstMs = Math.max(tally.worstMs, ms);
    if (ms > MOST_MS) fault(`took ${Math.round(ms / 1000)} s`);
  };
  let next = 0;
  const lane = async () => {
    while (next < count) await one(next++);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, lane));
  await hub.stop();
  const ended = `${tally.whole} whole, ${tally.named} given up by name, the slowest in ${(tally.worstMs / 1000).toFixed(1)} s`;
  return [{ what: `${count} downloads from a misbehaving server`, ended, faults: tally.faults }];
}

const hashOf = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
