// `npm run bench`: the real engine in Chromium, beside ONNX Runtime Web in the same page. Prints a table and writes
// bench-results/*.json. `npm run bench -- prefill matmul` measures those only; `--hardware` takes the graphics card
// in place of the software adapter that every machine has; `--node` does without a browser, on whatever computes for the
// command line (LOPPER_ADAPTER=N chooses), and leaves out what needs a page.
import { createReadStream, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { NEEDS_PAGE, ONLY_ASKED, ROWS } from './bench/rows.mjs';
import { CHROMIUM_FLAGS, findChromium } from './chromium.mjs';
import { loadModule } from './run.mjs';
import { fail, helpWhereAsked, ROOT, setUp } from './setup.mjs';

/** @typedef {import('./bench/rows.mjs').Measurements} Measurements */

/** The graph that the peer runs; without it the peer is left out. */
const PEER = process.env.LOPPER_PEER ?? join(ROOT, '..', 'shared', 'data', 'peers', 'llama-12x128.onnx');

const USAGE = `npm run bench -- [NAME ...] [--node | --hardware]

Prints a table and writes bench-results/*.json. What there is to measure:
  ${Object.keys(ROWS)
    .filter((name) => !ONLY_ASKED.has(name))
    .join(' ')}
and only where it is named, since it takes long:
  ${[...ONLY_ASKED].join(' ')}

  --node      without a browser, on whatever computes for the command line; leaves out ${[...NEEDS_PAGE].join(' and ')}
  --hardware  the graphics card in Chromium, in place of the software adapter that every machine has

In the environment:
  LOPPER_ADAPTER=N         with --node: which adapter, as \`lopper doctor\` counts them
  LOPPER_BENCH_MODEL=PATH  with --node: the folder or the .gguf for opening and streamedPass, in place of Sapling
  LOPPER_PEER=FILE         the graph that ONNX Runtime Web runs beside prefill and decode`;
helpWhereAsked(USAGE);

const hardware = process.argv.includes('--hardware');
const flags = hardware
  ? [...CHROMIUM_FLAGS.filter((flag) => !flag.startsWith('--use-webgpu-adapter')), '--enable-features=Vulkan']
  : CHROMIUM_FLAGS;
const inNode = process.argv.includes('--node');
const asked = process.argv.slice(2).filter((name) => !name.startsWith('--'));
const names = /** @type {(keyof typeof ROWS)[]} */ (
  Object.keys(ROWS).filter((n) =>
    asked.length ? asked.includes(n) : !ONLY_ASKED.has(n) && (!inNode || !NEEDS_PAGE.has(n)),
  )
);
const unknown = asked.filter((name) => !Object.hasOwn(ROWS, name));
if (unknown.length > 0)
  fail(`Nothing to measure is called ${unknown.join(', ')}: there is ${Object.keys(ROWS).join(', ')}.`);
const stray = process.argv.slice(2).find((arg) => arg.startsWith('--') && !['--node', '--hardware'].includes(arg));
if (stray) fail(`There is no option ${stray}.\n\n${USAGE}`);

/** A page that measures, and the way to end it. */
async function openPage() {
  const { createServer } = await import('vite');
  const { chromium } = await import('playwright');
  const { measurePage } = await import('./bench/page.mjs');
  const server = await createServer({
    root: ROOT,
    // Not the page's own settings: its Content-Security-Policy forbids the peer's WebAssembly.
    configFile: false,
    appType: 'mpa',
    logLevel: 'warn',
    cacheDir: join(ROOT, 'node_modules', '.vite-bench'),
    server: { port: 0, hmr: false, watch: null },
    optimizeDeps: { exclude: ['onnxruntime-web'], entries: ['tools/bench/index.html'] },
    plugins: [
      {
        name: 'lopper:peer',
        configureServer: ({ middlewares }) => {
          middlewares.use('/bench/peer.onnx', (_, response) => {
            if (existsSync(PEER)) createReadStream(PEER).pipe(response);
            else response.writeHead(404).end();
          });
        },
      },
    ],
  });
  await server.listen();
  const browser = await chromium.launch({ executablePath: findChromium({ install: true }), args: flags });
  const page = await browser.newPage();
  page.setDefaultTimeout(0);
  const trouble = new Promise((_, reject) => page.on('pageerror', reject));
  trouble.catch(() => undefined);
  await page.goto(`${server.resolvedUrls?.local[0]}tools/bench/index.html`);
  await Promise.race([page.waitForFunction('globalThis.measurements'), trouble]);
  return {
    runtime: `Chromium ${browser.version()}`,
    measure: (/** @type {string} */ name) =>
      name === 'page' ? measurePage(browser, ROOT) : Promise.race([page.evaluate(`measurements.${name}()`), trouble]),
    async close() {
      await browser.close();
      await server.close();
    },
  };
}

/** The same without one. */
async function openNode() {
  const { measurementsInNode } = await loadModule('tools/bench/node.ts');
  const measurements = await measurementsInNode(ROOT);
  return {
    runtime: `Node ${process.version}`,
    measure: (/** @type {string} */ name) => measurements[name](),
    close: async () => {},
  };
}

setUp();
const { runtime, measure, close } = inNode ? await openNode() : await openPage();

try {
  /** @type {Measurements['adapter']} */
  const adapter = await measure('adapter');
  const where = {
    adapter: adapter.name,
    device: adapter.device,
    software: adapter.software,
    runtime,
    processor: `${cpus()[0]?.model.trim()}, ${cpus().length} cores`,
  };
  console.log(`${where.adapter}${where.software ? ' (software)' : ''}, ${where.runtime}, ${where.processor}\n`);
  /** @type {Record<string, unknown>} */
  const results = {};
  for (const name of names) {
    const result = await measure(name);
    results[name] = result;
    for (const [label, value] of ROWS[name](/** @type {never} */ (result))) console.log(`${label.padEnd(48)} ${value}`);
  }

  const folder = join(ROOT, 'bench-results');
  mkdirSync(folder, { recursive: true });
  const date = new Date().toISOString();
  const file = join(folder, `${date.slice(0, 19).replaceAll(':', '-')}.json`);
  const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
  const report = { format: 'lopper-bench', version: 1, lopper: version, date, where, kernels: adapter.matmul, results };
  writeFileSync(file, `${JSON.stringify(report, null, 2)}\n`);
  console.log(`\nWritten to ${file}`);
} catch (error) {
  console.error(error);
  process.exitCode = 1;
} finally {
  await close();
}
process.exit(); // Dawn would keep Node alive
