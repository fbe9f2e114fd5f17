// `npm run looks`: pictures of every tab and view, of the dialogs, a lesson, the presenter and the paper, at four widths in both themes,
// into looks/ with an index.html that lays them side by side. Without WebGPU, which is quick: `--webgpu` computes too.
// `npm run looks -- export --width 390 --theme dark` takes those alone whose name says so.
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { CHROMIUM_FLAGS, findChromium } from './chromium.mjs';
import { fail, helpWhereAsked, ROOT, setUp } from './setup.mjs';

const FOLDER = join(ROOT, 'looks');
const SIZES = [
  { width: 390, height: 844 },
  { width: 1024, height: 768 },
  { width: 1440, height: 900 },
  { width: 1920, height: 1080 },
];
const THEMES = /** @type {const} */ (['light', 'dark']);

/** What is dropped in all pictures but the first: something to see in every tab. */
const DROPPED = 'model=sapling&drop=attn:7';
/** @param {string} button */
const press = (button) => (/** @type {import('playwright').Page} */ page) =>
  page
    .getByRole('button', { name: new RegExp(`^${button}`) })
    .first()
    .click();
/** What is opened or brought into sight comes last. @type {[name: string, hash: string, then?: (page: import('playwright').Page) => Promise<unknown>][]} */
const SCENES = [
  ['first', ''],
  ['influence-one', `${DROPPED}&tab=influence`],
  ['influence-all', `${DROPPED}&tab=influence&view=all`],
  ['influence-stream', `${DROPPED}&tab=influence&view=stream`],
  ['influence-training', `${DROPPED}&tab=influence&view=training`],
  ['plan-find', `${DROPPED}&tab=plan`],
  [
    'plan-picture',
    `${DROPPED}&tab=plan`,
    (page) => page.getByRole('group', { name: /^Loss added against/ }).scrollIntoViewIfNeeded(),
  ],
  ['plan-curves', `${DROPPED}&tab=plan&view=curves`],
  ['cost-texts', `${DROPPED}&tab=cost`],
  ['cost-tasks', `${DROPPED}&tab=cost&view=tasks`],
  ['cost-items', `${DROPPED}&tab=cost&view=items`],
  ['cost-speed', `${DROPPED}&tab=cost&view=speed`],
  ['recovery', `${DROPPED}&tab=recovery`],
  ['export', `${DROPPED}&tab=export`],
  [
    'export-checkpoint',
    `${DROPPED}&tab=export`,
    async (page) => {
      const list = page.getByLabel('What to take');
      if (await list.count()) await list.selectOption('Pruned model, as a checkpoint');
      else await page.getByLabel('Pruned model, as a checkpoint').check();
    },
  ],
  ['model', '', press('Model')],
  ['text', '', press('Text')],
  ['learn', '', press('Learn')],
  ['shelf', DROPPED, press('Masks tried')],
  ['lesson', 'lesson=drop&step=1'],
  ['presenter', 'lesson=drop&step=1&present=1'],
  ['paper', `${DROPPED}&paper=1`],
];
/** Of what is fetched or drawn after a change, milliseconds. */
const REST_MS = 500;
const PATIENCE_MS = 20_000;

const USAGE = `Usage: npm run looks -- [NAME...] [--width ${SIZES.map((s) => s.width).join('|')}] [--theme light|dark] [--webgpu] [--built]
A NAME is a part of one of: ${SCENES.map(([name]) => name).join(' ')}`;
helpWhereAsked(USAGE);

function readOptions() {
  try {
    const { values, positionals } = parseArgs({
      allowPositionals: true,
      options: {
        webgpu: { type: 'boolean', default: false },
        width: { type: 'string' },
        theme: { type: 'string' },
        built: { type: 'boolean', default: false },
      },
    });
    const sizes = SIZES.filter(({ width }) => !values.width || width === Number(values.width));
    const themes = THEMES.filter((theme) => !values.theme || theme === values.theme);
    const scenes = SCENES.filter(([name]) => positionals.length === 0 || positionals.some((p) => name.includes(p)));
    if (sizes.length * themes.length * scenes.length === 0) throw new Error('No picture is called so.');
    return { ...values, sizes, themes, scenes };
  } catch (error) {
    return fail(`${error instanceof Error ? error.message : error}\n${USAGE}`);
  }
}

const { webgpu, built, sizes, themes, scenes } = readOptions();
setUp();
const { build, preview } = await import('vite');
const { chromium } = await import('playwright');
if (!built) await build({ root: ROOT, logLevel: 'warn' });
const server = await preview({ root: ROOT, preview: { port: 0, host: '127.0.0.1' } });
const address = server.resolvedUrls?.local[0] ?? fail('The page could not be served.');
const browser = await chromium.launch({
  executablePath: findChromium(),
  args: webgpu
    ? CHROMIUM_FLAGS
    : [
        ...CHROMIUM_FLAGS.filter((flag) => !flag.includes('webgpu')),
        '--disable-gpu',
        '--disable-features=WebGPUService',
      ],
});
mkdirSync(FOLDER, { recursive: true });

/** A part that does not come is seen to be missing. @param {import('playwright').Locator} part */
const shown = (part) => part.waitFor({ state: 'attached', timeout: PATIENCE_MS }).catch(() => undefined);

const fileOf = (/** @type {string} */ name, /** @type {number} */ width, /** @type {string} */ theme) =>
  `${name}-${width}-${theme}.png`;

for (const size of sizes) {
  for (const colorScheme of themes) {
    const context = await browser.newContext({ viewport: size, colorScheme, serviceWorkers: 'block' });
    const page = await context.newPage();
    page.on('pageerror', (error) => console.error(`${size.width} ${colorScheme}: ${error.message}`));
    for (const [name, hash, then] of scenes) {
      await page.goto('about:blank');
      await page.goto(`${address}#${hash}`);
      await shown(page.locator('[data-testid="full-loss"], [role="grid"], main h1, main h2').first());
      if (webgpu) await shown(page.getByText('Computed here').first());
      await page.waitForLoadState('networkidle');
      await then?.(page).catch((error) => console.error(`${size.width} ${colorScheme}, ${name}: ${error.message}`));
      await page.waitForLoadState('networkidle');
      await page.waitForTimeout(REST_MS);
      await page.screenshot({ path: join(FOLDER, fileOf(name, size.width, colorScheme)) });
    }
    await context.close();
    console.log(`${size.width} × ${size.height}, ${colorScheme}: ${scenes.length} pictures`);
  }
}
await browser.close();
await server.close();

/** All pictures of a scene that there are, those of earlier runs too. @param {string} name */
function row(name) {
  const figures = SIZES.flatMap(({ width }) =>
    THEMES.map((theme) => {
      const file = fileOf(name, width, theme);
      if (!existsSync(join(FOLDER, file))) return '';
      const picture = `<a href="${file}"><img src="${file}" alt="${name}, ${width} wide, ${theme}" loading="lazy"></a>`;
      return `<figure>${picture}<figcaption>${width}, ${theme}</figcaption></figure>`;
    }),
  );
  return `<h2>${name}</h2><div>${figures.join('')}</div>`;
}
writeFileSync(
  join(FOLDER, 'index.html'),
  `<!doctype html><html lang="en"><meta charset="utf-8"><title>Lopper: looks</title>
<style>
body { margin: 16px; background: #888; font: 15px system-ui }
div { display: flex; gap: 12px; align-items: start; overflow-x: auto }
figure { flex: none; margin: 0 }
img { height: 460px; display: block }
h2 { margin: 24px 0 6px; font-size: 1rem }
</style>
${SCENES.map(([name]) => row(name)).join('\n')}
</html>
`,
);
console.log(`\nLay them side by side: ${join(FOLDER, 'index.html')}`);
