import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Browser, type BrowserContext, chromium } from 'playwright';
import { createServer, type ViteDevServer } from 'vite';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { findChromium } from '../../tools/chromium.mjs';
import { type Served, startHub } from './testing-hub';
import type { Command, Outcome } from './testing-opfs';

const body = Uint8Array.from({ length: 400_000 }, (_, i) => (i * 17 + (i >> 8)) & 255);
const MODULE = '/src/formats/testing-opfs.ts';
const digest = createHash('sha256').update(body).digest('hex');

let site: ViteDevServer;
let address: string;
let browser: Browser;
let context: BrowserContext;
let hub: Awaited<ReturnType<typeof startHub>>;
let cacheDir: string;

beforeAll(async () => {
  cacheDir = await mkdtemp(join(tmpdir(), 'lopper-vite-'));
  site = await createServer({
    configFile: false,
    appType: 'custom',
    logLevel: 'error',
    cacheDir,
    optimizeDeps: { noDiscovery: true },
    server: { host: '127.0.0.1', port: 0, hmr: false, watch: null },
    plugins: [
      {
        name: 'blank-page',
        configureServer: ({ middlewares }) => {
          middlewares.use('/blank', (_, response) => {
            const page = `<!doctype html><script type="module" src="${MODULE}"></script>`;
            response.setHeader('content-type', 'text/html').end(page);
          });
        },
      },
    ],
  });
  await site.listen();
  const at = site.httpServer?.address();
  address = `http://127.0.0.1:${typeof at === 'object' && at?.port}`;
  browser = await chromium.launch({ executablePath: findChromium(), args: ['--no-sandbox'] });
}, 60_000);
afterAll(async () => {
  await browser?.close();
  await site?.close();
  await rm(cacheDir, { recursive: true, force: true });
});
beforeEach(async () => {
  context = await browser.newContext();
});
afterEach(async () => {
  await context.close();
  await hub.stop();
});

async function serve(served: Partial<Served> = {}): Promise<Served> {
  hub = await startHub({ '/w': { body, ...served } });
  return hub.files['/w']!;
}

/** Runs one command in a fresh page of the same browser profile. */
async function run(where: 'page' | 'worker', command: Partial<Command> = {}, quota?: number): Promise<Outcome> {
  const page = await context.newPage();
  await page.goto(`${address}/blank`);
  if (quota !== undefined) {
    const session = await context.newCDPSession(page);
    await session.send('Storage.overrideQuotaForOrigin', { origin: address, quotaSize: quota });
  }
  const outcome = await page.evaluate(
    async ([module, place, order]) => {
      if (place === 'page') return (globalThis as unknown as typeof import('./testing-opfs')).perform(order);
      const worker = new Worker(module, { type: 'module' });
      return new Promise((resolve, reject) => {
        worker.onmessage = (event) => resolve(event.data);
        worker.onerror = (event) => reject(new Error(event.message));
        worker.postMessage(order);
      });
    },
    [MODULE, where, { url: `${hub.host}/w`, ...command }] as const,
  );
  await page.close();
  return outcome as Outcome;
}

describe.each(['worker', 'page'] as const)("the browser's own file system, in a %s", (where) => {
  it('keeps a download across pages, goes on after a cut, and asks no leave for it', async () => {
    await serve({ cuts: { after: 150_000, times: 1 } });
    const whole = { kind: 'opfs', sha256: digest, told: [], kept: [{ bytes: body.length, complete: true }] };
    expect(await run(where)).toEqual({ ...whole, direct: where === 'worker' });
    expect(hub.asked).toEqual([{ path: '/w' }, { path: '/w', range: 'bytes=150000-' }]);
    expect(await run(where)).toMatchObject(whole);
    expect(hub.asked).toHaveLength(2);
  });

  it('keeps what a cancelled download had, for the next page', async () => {
    const served = await serve({ slowMs: 20 });
    const cancelled = await run(where, { cancelAt: 100_000 });
    expect(cancelled).toMatchObject({ failure: expect.stringContaining('cancelled'), kept: [{ complete: false }] });
    const { bytes } = cancelled.kept[0]!;
    expect(bytes).toBeGreaterThanOrEqual(100_000);
    expect(bytes).toBeLessThan(body.length);
    served.slowMs = undefined;
    expect(await run(where)).toMatchObject({ sha256: digest, kept: [{ bytes: body.length, complete: true }] });
    expect(hub.asked[1]).toEqual({ path: '/w', range: `bytes=${bytes}-` });
  });

  it('gives way to memory when the quota is used up, and says so', async () => {
    await serve({ slowMs: 1 });
    const outcome = await run(where, {}, 200_000);
    expect(outcome).toMatchObject({ sha256: digest, told: [expect.stringContaining('stays in memory')] });
    expect(outcome.kept).toEqual([{ bytes: body.length, complete: true }]);
  });
});
