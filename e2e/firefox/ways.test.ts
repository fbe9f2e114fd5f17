/** The main ways through the page in the second engine: one browser, one page, one walk. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type PreviewServer, preview } from 'vite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SHADERS } from '../../src/engine/testing/every-kernel';
import { findFirefox } from '../../tools/firefox.mjs';
import { CONTROL, Firefox, type Tab } from './bidi';

const CELL = '[role=gridcell]';
const ATTENTION_7 = `${CELL}[data-block="7"][data-kind="attn"]`;
const VERDICT = '[aria-label="Verdict"] *';
const [FULL, PRUNED] = ['[data-testid="full-loss"]', '[data-testid="pruned-loss"]'];

/** A busy machine takes its time. */
const SOON = { timeout: 30_000 };

/** Where it computes; without WebGPU the same but for the first. */
const PREFERENCES = {
  'dom.webgpu.enabled': true,
  'dom.webgpu.workers.enabled': true,
  'gfx.webgpu.ignore-blocklist': true,
  'ui.prefersReducedMotion': 1,
  'browser.download.folderList': 2,
  'browser.download.useDownloadDir': true,
};

let found: ReturnType<typeof findFirefox> | undefined;
try {
  found = findFirefox();
} catch (error) {
  console.log(`Skipped: ${(error as Error).message}`);
}

/** Of an element's pixels as they are drawn, those that are nearly white. */
async function lightShare(tab: Tab, css: string): Promise<number> {
  const drawn = `data:image/png;base64,${(await tab.picture()).toString('base64')}`;
  return tab.evaluate(
    async (source, selector) => {
      const picture = new Image();
      picture.src = source;
      await picture.decode();
      const { x, y, width, height } = document.querySelector(selector)!.getBoundingClientRect();
      const context = new OffscreenCanvas(picture.width, picture.height).getContext('2d')!;
      context.drawImage(picture, 0, 0);
      const { data } = context.getImageData(x, y, width, height);
      const light = data.filter((value, i) => i % 4 === 1 && value > 225).length;
      return (4 * light) / data.length;
    },
    drawn,
    css,
  );
}

describe.skipIf(!found)('in Firefox', () => {
  const scratch = mkdtempSync(join(tmpdir(), 'lopper-saved-'));
  let server: PreviewServer;
  let address: string;
  let firefox: Firefox;
  let tab: Tab;
  const start = (preferences: Readonly<Record<string, boolean | number | string>>) =>
    Firefox.start(found!.browser, preferences, { VK_DRIVER_FILES: found!.driver, VK_ICD_FILENAMES: found!.driver });
  const openTab = async (name: string, view?: string) => {
    await tab.click('[aria-label="Questions"] [role=tab]', new RegExp(`^\\d?${name}`));
    if (view) await tab.click('[role=tab]', view);
  };

  beforeAll(async () => {
    server = await preview({ logLevel: 'error', preview: { port: 0, host: '127.0.0.1' } });
    address = server.resolvedUrls!.local[0]!;
    firefox = await start({ ...PREFERENCES, 'browser.download.dir': scratch });
    tab = await firefox.tab(1440, 900);
    await tab.goto(`${address}#text=short`);
  });
  afterAll(async () => {
    await firefox?.end();
    await server?.close();
    rmSync(scratch, { recursive: true, force: true });
  });

  it('compiles every shader', async () => {
    expect(SHADERS.length).toBeGreaterThan(5);
    const faults = await tab.evaluate(async (sources) => {
      const device = await (await navigator.gpu.requestAdapter())!.requestDevice();
      const told = sources.map(async ([name, code]) => {
        const { messages } = await device.createShaderModule({ code }).getCompilationInfo();
        return messages.filter((m) => m.type === 'error').map((m) => `${name}:${m.lineNum}: ${m.message}`);
      });
      const all = (await Promise.all(told)).flat();
      device.destroy();
      return all;
    }, SHADERS);
    expect(faults).toEqual([]);
  });

  it('is ready, and a layer dropped, and restored, moves the loss as everywhere', async () => {
    await tab.see(VERDICT, /Computed here$/);
    console.log(`ready in ${await tab.evaluate(() => (performance.now() / 1000).toFixed(1))} s`);
    expect(Number(await tab.text(FULL))).toBeCloseTo(0.7, 3);
    await tab.see('header button[aria-label^="Adapter: "]:not([aria-label*="unnamed"])');
    await tab.click(ATTENTION_7);
    await tab.see(`${ATTENTION_7}[aria-label*=", dropped"]`);
    await tab.see(PRUNED, /^0\.858/);
    // Hatched: thin lines on the ground, where a blur would be grey all over.
    await expect.poll(() => lightShare(tab, ATTENTION_7), SOON).toBeGreaterThan(0.5);
    await tab.press('z', CONTROL);
    await tab.see(PRUNED, await tab.text(FULL));
    await tab.seeNo(`${CELL}[aria-label*=", dropped"]`);
  });

  it('measures every layer by leaving it out', async () => {
    await tab.click('button', 'Compute here');
    await tab.see('main *', /^Computed here\. Sapling · A bit of everything/);
    await tab.see(`${CELL}[data-block="0"][data-kind="ffn"]`, /, kept, \+1\d\.\d/);
  });

  it('continues a text with both models', async () => {
    await tab.click(ATTENTION_7);
    await openTab('Cost', 'Texts');
    await tab.write('textarea[aria-label="Prompt"]', 'The cat');
    await tab.click('button', 'Continue with both');
    await tab.see('[aria-label$=": continuation"] h3', /tokens\/s/);
    console.log((await tab.text('[aria-label$=": continuation"] h3')).trim());
    expect((await tab.text('[data-testid="pruned-text"]')).length).toBeGreaterThan(20);
  });

  it('asks both models a task', async () => {
    await openTab('Cost', 'Tasks');
    await tab.see('fieldset label[title^="school: "]');
    const items = await tab.evaluate(() => {
      for (const box of document.querySelectorAll<HTMLInputElement>('fieldset label[title] input[type=checkbox]'))
        if (box.checked !== box.parentElement!.title.startsWith('school: ')) box.click();
      return [...document.querySelectorAll('label')].find((label) => label.textContent === 'Items')!.htmlFor;
    });
    await tab.write(`[id="${items}"]`, '8');
    await tab.click('button', /^Run on both models/);
    await tab.see('[aria-label="Results"] td', /n = 8\b/);
  });

  it('saves a mask, and reads it back', async () => {
    await openTab('Export');
    await tab.click('button', 'Export the mask');
    await expect.poll(() => readdirSync(scratch).filter((name) => name.endsWith('.json')).length, SOON).toBe(1);
    const file = join(scratch, readdirSync(scratch).find((name) => name.endsWith('.json'))!);
    await expect.poll(() => readFileSync(file, 'utf8'), SOON).toContain('"lopper-mask"');
    await tab.click('button', 'Restore all');
    await tab.seeNo(`${CELL}[aria-label*=", dropped"]`);
    await tab.give('input[type=file][aria-label="Mask or result file"]', [file]);
    await tab.see(`${ATTENTION_7}[aria-label*=", dropped"]`);
  });

  it('opens a model from a folder', async () => {
    await tab.click('header button', /^Model/);
    await tab.click('dialog [role=tab]', 'Folder on this machine');
    const files = readdirSync('public/models/sapling').filter((name) => /\.(json|safetensors)$/.test(name));
    await tab.give(
      'dialog input[type=file]',
      files.map((name) => join(process.cwd(), 'public/models/sapling', name)),
    );
    await tab.seeNo('dialog');
    await tab.see(VERDICT, /Computed here$/);
  });

  it('has complained of nothing', () => expect(firefox.complaints).toEqual([]));

  it('without WebGPU shows what was measured beforehand, and says what helps', async () => {
    await firefox.end();
    firefox = await start({ ...PREFERENCES, 'dom.webgpu.enabled': false });
    tab = await firefox.tab(1440, 900);
    await tab.goto(address);
    await tab.see('[role=alert]', /WebGPU/);
    await tab.click(ATTENTION_7);
    await tab.see(VERDICT, /Measured beforehand/);
    expect(Number(await tab.text(PRUNED))).toBeGreaterThan(Number(await tab.text(FULL)));
  });
});
