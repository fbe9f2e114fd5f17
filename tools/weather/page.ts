/** The built page, used hard: what it holds must be the same at the end, and what breaks off must go on. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Browser, type CDPSession, chromium, type Page } from 'playwright';
import { build, preview } from 'vite';
import { startHub } from '../../src/formats/testing-hub';
import { seeded } from '../../src/random';
import { CHROMIUM_FLAGS, findChromium } from '../chromium.mjs';
import { type Row, tableOf } from './table';

/** Of a thousand toggles: 50 starts and cancels, and 20 models opened. */
const [TOGGLES_A_START, TOGGLES_A_MODEL] = [20, 50];
/** A busy machine, on a software adapter. */
const PATIENCE_MS = 300_000;
const SAPLING = 'public/models/sapling';
const STORIES = '../shared/data/models/stories260K';
const FILES = ['config.json', 'model.safetensors', 'tokenizer.json', 'tokenizer_config.json'];

/** What is held; measured after garbage was collected. */
interface Held {
  readonly pageBytes: number;
  readonly workerBytes: number;
  readonly gpuBytes: number;
  readonly workers: number;
}

/** More than this beside what was held before is growth. */
const slack = (before: number) => 0.25 * before + 8e6;

export async function weatherOfPage(toggles: number, root: string): Promise<Row[]> {
  const settings = { root, logLevel: 'error' as const };
  const to = { outDir: join(root, 'node_modules', '.vite-weather-page'), emptyOutDir: true };
  await build({ ...settings, build: to });
  const server = await preview({ ...settings, build: to, preview: { port: 0 } });
  const browser = await chromium.launch({ executablePath: findChromium(), args: CHROMIUM_FLAGS });
  try {
    const address = server.resolvedUrls!.local[0]!;
    return [...(await soak(browser, address, toggles, root)), ...(await brokenOff(browser, address, root))];
  } finally {
    await browser.close();
    await server.close();
  }
}

async function soak(browser: Browser, address: string, toggles: number, root: string): Promise<Row[]> {
  const tab = await openTab(await browser.newContext({ viewport: { width: 1440, height: 900 } }), address);
  const { page } = tab;
  const rows: Row[] = [];
  const random = seeded(1);
  /** Does a thing many times; after a tenth of them, for a start, what is held must stay (an even number of times: models take turns). */
  const flat = async (what: string, times: number, once: (i: number) => Promise<void>) => {
    const faults: string[] = [];
    const start = Math.floor(times / 10);
    const from = (times - 1 - start) % 2 === 0 ? start : Math.min(start + 1, times - 1);
    let before: Held | undefined;
    for (let i = 0; i < times; i++) {
      try {
        await once(i);
      } catch (error) {
        faults.push(`${i}: ${String(error).slice(0, 300)}`);
        if (faults.length > 3) break;
      }
      if (i === from) before = await tab.held();
    }
    const after = await tab.held();
    for (const key of ['pageBytes', 'workerBytes', 'gpuBytes'] as const) {
      if (after[key] > before![key] + slack(before![key]))
        faults.push(`${key} grew from ${before![key]} to ${after[key]}`);
    }
    if (after.workers !== before!.workers) faults.push(`${before!.workers} workers became ${after.workers}`);
    const mega = (key: 'pageBytes' | 'workerBytes' | 'gpuBytes') =>
      `${(before![key] / 1e6).toFixed(1)} → ${(after[key] / 1e6).toFixed(1)} MB`;
    const ended = `page ${mega('pageBytes')}, worker ${mega('workerBytes')}, GPU ${mega('gpuBytes')}, ${after.workers} workers`;
    const row = { what, ended, faults: [...faults, ...tab.bugs.splice(0)] };
    console.error(tableOf([row]));
    rows.push(row);
  };

  const cells = page.getByRole('grid', { name: 'Layers of the model' }).getByRole('gridcell', { name: /^Block/ });
  const count = await cells.count();
  await flat(`${toggles} toggles`, toggles, async () => {
    await cells.nth(Math.floor(random() * count)).click();
    // Now and then someone waits for the loss.
    if (random() < 0.02) await page.waitForTimeout(1500);
  });
  const [starts, models] = [TOGGLES_A_START, TOGGLES_A_MODEL].map((each) => Math.ceil(toggles / each)) as [
    number,
    number,
  ];
  const restore = page.getByRole('button', { name: 'Restore all' });
  if (await restore.isEnabled()) await restore.click();
  const influence = page.getByRole('region', { name: 'Influence' });
  await flat(`${starts} starts and cancels of a measurement`, starts, async () => {
    await influence
      .getByRole('button', { name: /^(Measure|Compute here)/ })
      .first()
      .click();
    await page.waitForTimeout(200 * random());
    await influence.getByRole('button', { name: /^Cancel/ }).click();
  });
  const folders = [STORIES, SAPLING].map((folder) => join(root, folder)).filter(existsSync);
  await flat(`${models} models opened one after the other`, models, async (i) => {
    const folder = folders[i % folders.length]!;
    const dialog = await modelDialog(page, 'Folder on this machine');
    await dialog.getByLabel('Model folder').setInputFiles(folder);
    await dialog.waitFor({ state: 'hidden' });
  });
  await page.context().close();
  return rows;
}

/** Two tabs on one store, a store that fills, a reload in the middle of a download and of a run. */
async function brokenOff(browser: Browser, address: string, root: string): Promise<Row[]> {
  const body = (file: string) => new Uint8Array(readFileSync(join(root, SAPLING, file)));
  const served = () =>
    Object.fromEntries(
      ['one/store', 'full/store', 'torn/store'].flatMap((repo) =>
        FILES.map((file) => [`/${repo}/resolve/main/${file}`, { body: body(file) }] as const),
      ),
    );
  const hub = await startHub(served());
  const ask = async (page: Page, repo: string) => {
    const dialog = await modelDialog(page, 'Hugging Face id');
    await dialog.getByRole('textbox', { name: 'Model id' }).fill(repo);
    await dialog.getByRole('textbox', { name: 'Host' }).fill(hub.host);
    await dialog.getByRole('button', { name: 'Look at it' }).click();
    await dialog.getByRole('button', { name: /^Download .*and open$/ }).click();
  };
  const opened = (page: Page, repo: string) => page.getByRole('banner').getByText(repo).waitFor();
  const stages: Readonly<Record<string, () => Promise<string>>> = {
    async 'two tabs on one store'() {
      const context = await browser.newContext();
      const [a, b] = [await openTab(context, address), await openTab(context, address)];
      await Promise.all([ask(a.page, 'one/store'), ask(b.page, 'one/store')]);
      await Promise.all([opened(a.page, 'one/store'), opened(b.page, 'one/store')]);
      const times = hub.asked.filter(({ path }) => path.includes('/one/') && path.endsWith('.safetensors')).length;
      await context.close();
      return `both opened it; the weights were asked for ${times} times`;
    },
    async 'a quota that fills'() {
      const context = await browser.newContext();
      const { page } = await openTab(context, address);
      const devtools = await context.newCDPSession(page);
      await devtools.send('Storage.overrideQuotaForOrigin', { origin: new URL(address).origin, quotaSize: 1_000_000 });
      await ask(page, 'full/store');
      await opened(page, 'full/store');
      await page.getByText(/stays in memory/).waitFor();
      await context.close();
      return 'the model opened, kept in memory, and the page says so';
    },
    async 'a reload in the middle of a download'() {
      const context = await browser.newContext();
      const { page } = await openTab(context, address);
      const file = hub.files['/torn/store/resolve/main/model.safetensors']!;
      file.slowMs = 30;
      await ask(page, 'torn/store');
      await page.waitForTimeout(3000);
      await page.reload();
      await ready(page);
      file.slowMs = 0;
      await ask(page, 'torn/store');
      await opened(page, 'torn/store');
      const ranges = hub.asked.filter(({ path, range }) => path.includes('/torn/') && range && !/=0-/.test(range));
      await context.close();
      return ranges.length > 0 ? 'it went on from where it was' : 'it opened, from the start again';
    },
    async 'a reload in the middle of a run'() {
      const context = await browser.newContext();
      const { page } = await openTab(
        context,
        `${address}#model=sapling&drop=attn:5;ffn:3&text=short&tab=cost&view=tasks`,
      );
      const panel = page.getByRole('region', { name: 'Benchmarks', exact: true });
      await panel.getByRole('button', { name: /^Run on both models/ }).click();
      await panel.getByRole('progressbar').first().waitFor();
      // Some answers have come by then, and were put away.
      await page.waitForTimeout(20_000);
      await page.reload();
      await ready(page);
      const stopped = panel.getByRole('list', { name: 'Unfinished runs' });
      const told = await stopped
        .getByText(/stopped at \d+ of \d+/)
        .first()
        .textContent();
      await stopped
        .getByRole('button', { name: /^Go on/ })
        .first()
        .click();
      await panel.getByRole('progressbar').first().waitFor();
      await context.close();
      return `the page says what is unfinished and goes on with it: ${/stopped at \d+ of \d+/.exec(told ?? '')?.[0]}`;
    },
  };
  const rows: Row[] = [];
  for (const [what, run] of Object.entries(stages)) {
    const outcome = await run().then(
      (ended) => ({ ended, faults: [] }),
      (error) => ({ ended: '', faults: [String(error).slice(0, 400)] }),
    );
    console.error(tableOf([{ what, ...outcome }]));
    rows.push({ what, ...outcome });
  }
  await hub.stop();
  return rows;
}

async function modelDialog(page: Page, tab: string) {
  await page
    .getByRole('banner')
    .getByRole('button', { name: /^Model/ })
    .click();
  const dialog = page.getByRole('dialog', { name: 'Model' });
  await dialog.getByRole('tab', { name: tab }).click();
  return dialog;
}

/** The loss is computed, not only shown from what shipped. */
const ready = (page: Page) => page.getByRole('region', { name: 'Verdict' }).getByText('Computed here').waitFor();

/** Opens the page and counts what it holds. */
async function openTab(context: Awaited<ReturnType<Browser['newContext']>>, address: string) {
  const page = await context.newPage();
  page.setDefaultTimeout(PATIENCE_MS);
  const bugs: string[] = [];
  page.on('pageerror', (error) => bugs.push(`an error on the page: ${error.message.slice(0, 200)}`));
  page.on('worker', (worker) => void worker.evaluate(countBuffers).catch(() => undefined));
  const devtools = await context.newCDPSession(page);
  const ofWorker = await messengerToWorker(devtools);
  await page.goto(address);
  await ready(page);
  return {
    page,
    bugs,
    async held(): Promise<Held> {
      await page.waitForTimeout(3000);
      await devtools.send('HeapProfiler.collectGarbage');
      await ofWorker('HeapProfiler.collectGarbage');
      const { usedSize } = await devtools.send('Runtime.getHeapUsage');
      const worker = (await ofWorker('Runtime.getHeapUsage')) as { usedSize?: number };
      const gpu = await page
        .workers()
        .at(-1)
        ?.evaluate(() => (globalThis as { heldOnGpu?: () => number }).heldOnGpu?.());
      return {
        pageBytes: usedSize,
        workerBytes: worker.usedSize ?? 0,
        gpuBytes: gpu ?? 0,
        workers: page.workers().length,
      };
    },
  };
}

/** In the worker: adds up the bytes of buffers that were made and not destroyed. */
function countBuffers(): void {
  const held = new Map<GPUBuffer, number>();
  const { createBuffer } = GPUDevice.prototype;
  const { destroy } = GPUBuffer.prototype;
  GPUDevice.prototype.createBuffer = function (descriptor) {
    const buffer = createBuffer.call(this, descriptor);
    held.set(buffer, descriptor.size);
    return buffer;
  };
  GPUBuffer.prototype.destroy = function () {
    held.delete(this);
    return destroy.call(this);
  };
  Object.assign(globalThis, { heldOnGpu: () => [...held.values()].reduce((sum, bytes) => sum + bytes, 0) });
}

/** Asks the youngest worker of a page by the protocol of the developer tools. */
async function messengerToWorker(devtools: CDPSession) {
  let session: string | undefined;
  let asked = 0;
  const waiting = new Map<number, (result: unknown) => void>();
  devtools.on('Target.attachedToTarget', ({ sessionId, targetInfo }) => {
    if (targetInfo.type === 'worker') session = sessionId;
  });
  devtools.on('Target.receivedMessageFromTarget', ({ message }) => {
    const { id, result } = JSON.parse(message) as { id: number; result: unknown };
    waiting.get(id)?.(result ?? {});
  });
  await devtools.send('Target.setAutoAttach', { autoAttach: true, waitForDebuggerOnStart: false, flatten: false });
  return async (method: string): Promise<unknown> => {
    if (!session) return {};
    const id = ++asked;
    const answer = new Promise((resolve) => waiting.set(id, resolve));
    await devtools.send('Target.sendMessageToTarget', { sessionId: session, message: JSON.stringify({ id, method }) });
    return Promise.race([answer, new Promise((resolve) => setTimeout(() => resolve({}), 10_000))]);
  };
}
