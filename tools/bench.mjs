// `npm run bench`: the real engine in Chromium, beside ONNX Runtime Web in the same page. Prints a table and writes
// bench-results/*.json. `npm run bench -- prefill matmul` measures those only; `--hardware` takes the graphics card
// in place of the software adapter that every machine has; `--node` does without a browser, on whatever computes for the
// command line (LOPPER_ADAPTER=N chooses), and leaves out what needs a page.
import { createReadStream, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { CHROMIUM_FLAGS, findChromium } from './chromium.mjs';
import { loadModule } from './run.mjs';
import { fail, helpWhereAsked, ROOT, setUp } from './setup.mjs';

/** @typedef {import('./bench/main').Measurements & { page: Awaited<ReturnType<typeof import('./bench/page.mjs').measurePage>> }} Measurements */

/** The graph that the peer runs; without it the peer is left out. */
const PEER = process.env.LOPPER_PEER ?? join(ROOT, '..', 'shared', 'data', 'peers', 'llama-12x128.onnx');

const number = (/** @type {number} */ value, digits = 0) =>
  value.toLocaleString('en', { minimumFractionDigits: digits, maximumFractionDigits: digits });
const percent = (/** @type {number} */ share) => `${number(100 * share, 1)} %`;

/**
 * Rows of a job in walks with many branches beside the same in a walk for each branch.
 * @type {(name: string, result: Measurements['greedyCurve']) => [string, string][]}
 */
const sharing = (name, r) => [
  [`${name}, ${r.branches} losses of ${r.tokens} tokens`, `${number(r.togetherMs / 1000, 2)} s`],
  ['  the same kernels, a walk for each', `${number(r.naiveMs / 1000, 2)} s`],
  ['  ratio', number(r.togetherMs / r.naiveMs, 3)],
  ['  largest difference of a loss', `${r.largestDifference.toExponential(1)} nats`],
];

/**
 * Speeds beside those of the first.
 * @type {(r: Measurements['storedTypes'][number], first: Measurements['storedTypes'][number]) => string}
 */
const beside = (r, first) =>
  [
    r.prefillTokensPerSecond / first.prefillTokensPerSecond,
    first.leaveOneOutMs / r.leaveOneOutMs,
    r.decodeTokensPerSecond / first.decodeTokensPerSecond,
  ]
    .map((ratio) => number(ratio, 2))
    .join(', ');

/**
 * A walk over weights that are read as it comes to them, and the most memory that took.
 * @type {(r: Measurements['streaming'][number]) => [string, string][]}
 */
const streamingRows = (r) => [
  [
    `streamed, ${number(r.weightBytes / 1e9, 2)} GB ${r.weights}: ${r.tokens} tokens, ${r.masks} masks`,
    `${number(r.seconds, 1)} s`,
  ],
  [
    '  read',
    `${number(r.bytesRead / 1e9, 2)} GB in ${number(r.readingSeconds, 1)} s, waited for ${number(r.waitedSeconds, 1)} s`,
  ],
  ['  GPU memory at most', `${number(r.gpuPeak / 2 ** 30, 2)} GiB`],
  ...(r.processPeak
    ? [/** @type {[string, string]} */ (['  process at most', `${number(r.processPeak / 2 ** 30, 2)} GiB`])]
    : []),
];

/** What takes long, and is measured where it is asked for by name. */
const ONLY_ASKED = new Set(['ways', 'sevenB', 'sevenBInBlocks', 'sevenBMadeInBlocks', 'conversion']);

/**
 * How each measurement is printed: rows of a label and a value, in the order in which they are taken.
 * @type {{ [K in Exclude<keyof Measurements, 'adapter'>]: (result: Measurements[K]) => [string, string][] }}
 */
const ROWS = {
  prefill: (r) => [
    [`prefill, ${r.tokens} tokens`, `${number(r.tokensPerSecond)} tokens/s`],
    r.peer
      ? [`ONNX Runtime Web ${r.peer.version}, the same`, `${number(r.peer.tokensPerSecond)} tokens/s`]
      : ['ONNX Runtime Web', `left out: there is no ${PEER}`],
    ...(r.ratio ? [/** @type {[string, string]} */ (['  ratio', `${number(r.ratio, 2)} times`])] : []),
  ],
  decode: (r) => [
    ['decode', `${number(r.tokensPerSecond, 1)} tokens/s`],
    ['  buffers and bind groups made per token', number(r.allocationsPerToken, 2)],
    ...(r.peer
      ? /** @type {[string, string][]} */ ([
          [
            `ONNX Runtime Web ${r.peer.version}, the same, with its cache`,
            `${number(r.peer.tokensPerSecond, 1)} tokens/s`,
          ],
          ['  ratio', `${number(r.tokensPerSecond / r.peer.tokensPerSecond, 2)} times`],
        ])
      : []),
  ],
  storedTypes: (all) =>
    all.flatMap((r) => [
      [`weights in ${r.dtype}: prefill`, `${number(r.prefillTokensPerSecond)} tokens/s`],
      ['  leave-one-out', `${number(r.leaveOneOutMs)} ms`],
      ['  decode', `${number(r.decodeTokensPerSecond, 1)} tokens/s`],
      ['  beside F16, in this order', beside(r, all[0])],
    ]),
  streaming: (all) => all.flatMap(streamingRows),
  sevenB: (all) => all.flatMap(streamingRows),
  sevenBInBlocks: (all) => all.flatMap(streamingRows),
  sevenBMadeInBlocks: (all) => all.flatMap(streamingRows),
  conversion: (r) => [
    [`a pruned checkpoint of ${number(r.bytes / 1e9, 1)} GB written to nowhere`, `${number(r.seconds, 1)} s`],
    ...(r.processPeak
      ? [
          /** @type {[string, string]} */ ([
            '  process at most, above what it had',
            `${number(r.processPeak / 2 ** 20)} MiB`,
          ]),
        ]
      : []),
  ],
  streamedPass: (r) => [
    [`${r.model}, ${r.tokens} tokens, weights in GPU memory`, `${number(r.residentMs)} ms`],
    [`  streamed, ${number(r.bytes / 1e6, 1)} MB a pass`, `${number(r.streamedMs)} ms`],
    ['  ratio', number(r.streamedMs / r.residentMs, 2)],
    ['  read beside the work', `${number(r.readMs)} ms, waited for ${number(r.waitedMs)} ms`],
    ['  share of the pass that was waited', percent(r.waitedMs / r.streamedMs)],
  ],
  opening: (r) => [
    [`${r.model}, opened, to a loss of ${r.tokens} tokens`, `${number(r.wholeMs)} ms`],
    ['  config, tokenizer, headers', `${number(r.headersMs)} ms`],
    ['  kernels proved that it is the first to need', `${number(r.proofMs)} ms`],
    ['  weights on the adapter', `${number(r.weightsMs)} ms`],
    ['  the first walk', `${number(r.firstMs)} ms`],
    ['  reading alone, a walk alone', `${number(r.readMs)} ms, ${number(r.walkMs)} ms`],
    ['  ratio', number(r.wholeMs / (r.readMs + r.walkMs), 2)],
  ],
  leaveOneOut: (r) => [
    [`leave-one-out, ${r.branches} losses in one walk`, `${number(r.togetherMs / 1000, 2)} s`],
    ['  the same kernels, a walk for each', `${number(r.naiveMs / 1000, 2)} s`],
    ['  ratio', number(r.togetherMs / r.naiveMs, 3)],
    ['  largest difference of a loss', `${r.largestDifference.toExponential(1)} nats`],
  ],
  gradient: (r) => [
    [`gradient influence of all units, ${r.tokens} tokens`, `${number(r.gradientMs)} ms`],
    ['  a plain walk', `${number(r.walkMs)} ms`],
    ['  ratio', number(r.gradientMs / r.walkMs, 2)],
  ],
  moments: (r) => [
    [`mean updates of all sublayers, ${r.tokens} tokens`, `${number(r.updatesMs)} ms`],
    ['  the sums of all closed forms', `${number(r.sumsMs)} ms`],
    ['  a plain walk', `${number(r.walkMs)} ms`],
    ['  ratios', `${number(r.updatesMs / r.walkMs, 2)}, ${number(r.sumsMs / r.walkMs, 2)}`],
  ],
  training: (r) => [
    [`a step of training, ${r.tokens} tokens, block 4`, `${number(r.stepMs)} ms`],
    ['  a plain walk', `${number(r.walkMs)} ms`],
    ['  ratio', number(r.stepMs / r.walkMs, 2)],
  ],
  greedyCurve: (r) => sharing('greedy curve of all sublayers', r),
  shapley: (r) => sharing(`Shapley, ${r.permutations} permutations`, r),
  budget: (r) => [
    [`memory of ${r.branches} branches of ${r.tokens} tokens`, `${number(r.peak / 2 ** 20, 1)} MiB`],
    ['  of a budget of', `${number(r.budget / 2 ** 20, 1)} MiB`],
  ],
  toggle: (r) =>
    r
      ? [
          [`toggle to new loss, ${r.tokens} tokens, first windows, median`, `${number(r.firstMs)} ms`],
          ['  the whole text, median', `${number(r.medianMs)} ms`],
          ['  slowest', `${number(r.worstMs)} ms`],
          ['a new strength to its losses, short text, median', `${number(r.strengthMs)} ms`],
        ]
      : [['toggle to new loss', 'left out: there is no bundled model']],
  benchmarks: (r) => [
    [
      `${r.items} questions, 5 examples, full and pruned: ${r.timed[0]} timed`,
      `${number(r.togetherItemsPerSecond, 2)} questions/s, ${number(r.items / r.togetherItemsPerSecond)} s for all`,
    ],
    [`  a request at a time: ${r.timed[1]} timed`, `${number(r.aloneItemsPerSecond, 3)} questions/s`],
    ['  ratio', `${number(r.togetherItemsPerSecond / r.aloneItemsPerSecond, 1)} times`],
    ['  largest difference of a log-probability', `${r.largestDifference.toExponential(1)} nats`],
    [`word problems, 3 examples, ${r.texts} texts at once`, `${number(r.tokensPerSecondTogether)} tokens/s`],
    ['  one at a time', `${number(r.tokensPerSecondAlone)} tokens/s`],
    ['  ratio', `${number(r.tokensPerSecondTogether / r.tokensPerSecondAlone, 1)} times`],
  ],
  basics: ({ memory, calls }) => [
    ['memory read', `${number(memory.read, 1)} GB/s`],
    ['  copied', `${number(memory.copy, 1)} GB/s`],
    ['  written from the program', `${number(memory.write, 1)} GB/s`],
    ['a dispatch that waits for the one before', `${number(calls.dependent, 1)} µs`],
    ['  that need not wait', `${number(calls.independent, 1)} µs`],
    ['  recorded and handed over, the program’s time', `${number(calls.recording, 1)} µs`],
    ['one dispatch and its result', `${number(calls.roundTrip, 3)} ms`],
    ['  a submission of nothing', `${number(calls.submit, 3)} ms`],
  ],
  matmul: (r) => [
    ['best multiply-add rate of the adapter', `${number(r.peakGflops, 1)} GFLOP/s`],
    ...r.products.map(
      (p) =>
        /** @type {[string, string]} */ ([
          `  matmul ${p.rows} x ${p.inputs} x ${p.outputs}`,
          `${number(p.gflops, 2)} GFLOP/s, ${percent(p.share)}`,
        ]),
    ),
  ],
  ways: (r) =>
    r.map((p) => [
      `${p.kernel}, ${p.dtype}, ${p.rows} x ${p.inputs} x ${p.outputs}`,
      `${number(p.gflops, 1)} GFLOP/s, ${number(p.weightRate, 1)} GB/s of weights`,
    ]),
  kernels: (r) => [
    ['a prefill, whole', `${number(r.wholeMs)} ms`],
    ...r.kernels.map(
      (k) => /** @type {[string, string]} */ ([`  ${k.kernel}, ${k.dispatches} dispatches`, `${number(k.ms)} ms`]),
    ),
  ],
  memory: (r) => [
    ['GPU memory: weights', `${number(r.weights / 2 ** 20, 1)} MiB`],
    ['  activations', `${number(r.activations / 2 ** 20, 1)} MiB`],
    ['  cache', `${number(r.cache / 2 ** 20, 1)} MiB`],
  ],
  page: (r) =>
    r.map(({ job, longTasks }) => [
      `page, main thread during ${job}`,
      longTasks.length ? `tasks of ${longTasks.map((ms) => number(ms)).join(', ')} ms` : 'no task of over 50 ms',
    ]),
};

/** What is measured of the page itself, or through its worker. */
const NEEDS_PAGE = new Set(['toggle', 'page']);

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
