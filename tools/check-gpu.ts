/**
 * `npm run check:gpu`: what a graphics card is, whether it computes right, how quickly, and what it does for the engine.
 * Needs Node and a Vulkan loader, no browser. One table, and one JSON in bench-results/. LOPPER_ADAPTER=N chooses among
 * several. Where a processor computes, it does the same with less.
 */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chooseKernels, type KernelRates } from '../src/engine/autotune';
import { forced, PRODUCTS, type Way } from '../src/engine/kernels/linear';
import { measureAttention } from '../src/engine/probe/attention';
import { measureCalls, measureMemory, measurePeak } from '../src/engine/probe/basics';
import { BenchTop } from '../src/engine/probe/bench-top';
import { checkHalves } from '../src/engine/probe/halves';
import { measureProducts, type ProductRate } from '../src/engine/probe/products';
import { selfTest } from '../src/engine/self-test';
import { LopperError } from '../src/errors';
import type { Dtype } from '../src/formats/dtypes';
import { tellAdapter } from '../src/gpu/adapter-name';
import { openGpu } from '../src/gpu/gpu';
import { absenceText, adaptersHere } from '../src/lab/files/examination-text';
import { nodeEnvironment } from '../src/lab/place/node';
import { toFailure } from '../src/lab/wire';
import { measurementsInNode } from './bench/node';
import { NEEDS_PAGE, ONLY_ASKED, ROWS } from './bench/rows.mjs';
import { aimLine, aimsOf } from './check/aims';
import { runGroup } from './check/group';
import { checkProduct } from './check/large-products';
import { measureMends } from './check/mends';
import { ONE_B, SMALL } from './check/patterned-model';
import { CheckReport, type Line, number, percent } from './check/report';
import { measureRunning } from './check/running';

/** Parts are begun until so many seconds have passed, for all of it to end within ten minutes; the tests leave some to the bench. */
const BEGIN_SECONDS = 540;
const TESTS_END_SECONDS = 450;

const DTYPES: readonly Dtype[] = ['F32', 'F16', 'BF16'];
/** Few rows are multiplied straight from these. */
const IN_BLOCKS: readonly Dtype[] = ['Q4_0', 'Q4_K'];
const WAYS = Object.keys(PRODUCTS) as Way[];
/** Of each kind one, where a processor computes: the others are slow there. */
const ONE_EACH = WAYS.filter((way) => way.endsWith('register'));

/** Ways that wait for nothing and share nothing. */
const ANY: KernelRates = { choice: { matmul: 'matmul_register', matvec: 'matvec_register', threads: 1 }, gflops: {} };

const USAGE = `npm run check:gpu

Takes a few minutes, prints a table and writes bench-results/*.json; the status is 1 where something is wrong.
LOPPER_ADAPTER=N in the environment chooses among several adapters, as \`lopper doctor\` counts them.`;

export async function main(args: readonly string[], root: string): Promise<number> {
  const [stray] = args;
  if (stray !== undefined) {
    const help = stray === '--help' || stray === '-h';
    console.log(help ? USAGE : `There is nothing called ${stray}.\n\n${USAGE}`);
    return help ? 0 : 1;
  }
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const environment = nodeEnvironment(root);
  const gpu = await environment
    .webgpu()
    .then(openGpu)
    .catch(async (error) => {
      if (!(error instanceof LopperError)) throw error;
      console.log(absenceText(version, toFailure(error), await environment.surroundings()));
    });
  if (!gpu) return 1;
  const { facts } = gpu;
  const { software } = facts;
  const top = new BenchTop(gpu);
  const report = new CheckReport({ seconds: BEGIN_SECONDS });
  const { results } = report;
  const part: typeof report.part = report.part.bind(report);
  const judge = (right: boolean) => report.judge(right);

  const around = await environment.surroundings(facts);
  Object.assign(results, { facts, surroundings: around });
  report.line(['adapter', `${tellAdapter(facts, around.adapters)}${software ? ' (software)' : ''}`]);
  for (const line of adaptersHere(around)) report.line(line);
  for (const { trouble, remedy } of around.advice) report.line(['to do', `${trouble} ${remedy}`]);

  const chosen = await part(
    'choice',
    () => chooseKernels(gpu),
    ({ choice, gflops }) => [
      [
        'kernels chosen',
        `${choice.matmul}, ${choice.matvec} below ${choice.fewRows ?? 4} rows${choice.together ? `, ${choice.together} together` : ''}${choice.smallRows ? `, matmul_small below ${choice.smallRows}${choice.groups ? ` in ${choice.groups} workgroups` : ''}` : ''}, ${choice.threads} threads a row, attention ${choice.flash?.steps ? 'without' : 'with'} scores in memory in steps, ${choice.flash?.texts ? 'without' : 'with'} in texts`,
      ],
      ...Object.entries(gflops).map(([way, rate]): Line => [`  ${way}`, `${number(rate)} GFLOP/s`]),
    ],
  );
  // Where none could be chosen, what every adapter runs is still measured.
  const rates = chosen ?? ANY;
  const { choice } = rates;

  await part(
    'selfTests',
    async () => {
      const tests = [];
      for (let i = 0; i < (software ? 2 : 20); i++) tests.push((await selfTest(gpu, { known: rates })).selfTest);
      return tests;
    },
    (tests) => [
      [
        `self-test, ${tests.length} times`,
        `off by at most ${Math.max(...tests.map((t) => t.worstError)).toExponential(1)}${judge(tests.every((t) => t.passed))}`,
      ],
    ],
  );
  await part(
    'halves',
    async () => {
      const checks = [];
      for (const way of software ? ONE_EACH : WAYS) checks.push({ way, halves: await checkHalves(top, way, 32) });
      return checks;
    },
    (checks) =>
      checks.map(({ way, halves }) => [
        `half floats, ${way}, 262,148 outputs`,
        `${halves}${judge(halves !== 'wrong')}`,
      ]),
  );
  await part(
    'largeProducts',
    async () => {
      const shape = software ? { inputs: 256, outputs: 128 } : { inputs: 2048, outputs: 4096 };
      const checks = [];
      for (const way of software ? ONE_EACH : WAYS) {
        for (const dtype of DTYPES) {
          const rows = way.startsWith('matvec') ? 3 : software ? 70 : 512;
          checks.push(await checkProduct(top, way, dtype, { rows, ...shape }, software ? 3 : 20));
        }
      }
      return checks;
    },
    (checks) =>
      checks.map(({ way, dtype, rows, error, steady }) => [
        `  ${way}, ${dtype}, ${rows} rows`,
        `${number(error)} of what rounding may come to, ${steady ? 'the same each time' : 'NOT THE SAME EACH TIME'}${judge(error < 1 && steady)}`,
      ]),
  );

  await part(
    'calls',
    () => measureCalls(top),
    (calls) => [
      ['a submission of nothing', `${number(calls.submit)} ms`],
      ['one dispatch and its result', `${number(calls.roundTrip)} ms`],
      ['a dispatch in a pass that waits for the one before', `${number(calls.dependent)} µs`],
      ['  that need not wait', `${number(calls.independent)} µs`],
      ['  recorded and handed over, the program’s own time', `${number(calls.recording)} µs`],
    ],
  );
  const peak = await part(
    'peak',
    () => measurePeak(top),
    (rate) => [['best multiply-add rate', `${number(rate)} GFLOP/s`]],
  );
  const memory = await part(
    'memory',
    () => measureMemory(top),
    (m) => [
      ['memory read', `${number(m.read)} GB/s`],
      ['  copied', `${number(m.copy)} GB/s`],
      ['  written from the program', `${number(m.write)} GB/s`],
    ],
  );

  const shapes = software
    ? [{ inputs: 256, outputs: 256 }]
    : [
        { inputs: 2048, outputs: 2048 },
        { inputs: 2048, outputs: 8192 },
        { inputs: 8192, outputs: 2048 },
      ];
  const tellProducts = (products: readonly ProductRate[]): Line[] =>
    products.map((p) => [
      `  ${p.kernel}, ${p.dtype}, ${p.rows} x ${p.inputs} x ${p.outputs}`,
      `${number(p.gflops)} GFLOP/s${peak ? `, ${percent(p.gflops / peak)}` : ''}, ${number(p.weightRate)} GB/s of weights`,
    ]);
  const products: ProductRate[] = [];
  for (const shape of shapes) {
    for (const way of software ? [choice.matmul, choice.matvec] : WAYS) {
      const isMatmul = way.startsWith('matmul');
      const rows = isMatmul ? (software ? [4, 64] : [4, 16, 64, 256, 512, 2048]) : software ? [1, 4] : [1, 2, 4, 8, 16];
      const measured = await part(
        `products ${way} ${shape.inputs} x ${shape.outputs}`,
        () =>
          measureProducts(
            top,
            { ...choice, smallRows: 0, ...forced(way) },
            isMatmul ? DTYPES : [...DTYPES, ...IN_BLOCKS],
            rows,
            shape,
          ),
        tellProducts,
      );
      products.push(...(measured ?? []));
    }
  }
  // No program on a processor is meant by these: there they only run.
  const mended = software ? { rows: 64, inputs: 64, outputs: 64 } : { rows: 512, inputs: 2048, outputs: 2048 };
  await part(
    'mends',
    () => measureMends(top, mended),
    (rates) =>
      rates.map(({ without, gflops }) => [
        without ? `  without ${without}` : `the tiled product as it is, ${mended.rows} rows`,
        `${number(gflops)} GFLOP/s${without ? `, ${percent(gflops / rates[0]!.gflops)} of that` : ''}`,
      ]),
  );
  await part(
    'attention',
    async () => {
      const rates = [];
      for (const [rows, keys] of software
        ? [
            [64, 64],
            [1, 512],
          ]
        : [
            [256, 256],
            [2048, 2048],
            [1, 16],
            [1, 2048],
          ]) {
        rates.push(await measureAttention(top, choice, rows!, keys!));
      }
      return rates;
    },
    (rates) =>
      rates.map((a) => [`attention, ${a.rows} x ${a.keys}`, `${number(a.ms)} ms, ${number(a.gflops)} GFLOP/s`]),
  );
  top.close();

  const running = await part(
    'running',
    () =>
      software
        ? measureRunning(
            gpu,
            rates,
            SMALL,
            [64],
            [
              [1, 16],
              [4, 16],
            ],
          )
        : measureRunning(
            gpu,
            rates,
            ONE_B,
            [256, 512, 1024, 2048],
            [
              [1, 16],
              [1, 2000],
              [2, 16],
              [4, 16],
              [8, 16],
              [16, 16],
              [32, 16],
            ],
          ),
    (r) => [
      [`loading, ${number(r.weightBytes / 1e6)} MB`, `${number(r.loading)} GB/s`],
      ...r.prefill.map((p): Line => [`prefill, ${p.tokens} tokens`, `${number(p.tokensPerSecond)} tokens/s`]),
      ...r.decode.map((d): Line => {
        const shares = memory
          ? `, ${percent(d.weightRate / memory.copy)} of the copy rate, ${percent(d.weightRate / memory.read)} of the read rate`
          : '';
        return [
          `decode, ${d.texts} ${d.texts === 1 ? 'text' : 'texts'} of ${d.tokens} tokens`,
          `${number(d.tokensPerSecond)} tokens/s${shares}; a step: ${number(d.dispatches)} dispatches, ${number(d.submits)} submits, ${number(d.maps)} maps, ${number(d.bytesWritten)} bytes, ${number(d.recording)} ms to record`,
        ];
      }),
      ...r.writing.map(
        (w): Line => [
          `writing as the page does, ${w.models === 1 ? '1 model' : `${w.models} models`}, ${w.temperature === 0 ? 'likeliest' : 'drawn'}`,
          `${number(w.tokensPerSecond)} tokens/s${w.models === 1 ? '' : ' each'}`,
        ],
      ),
    ],
  );
  gpu.destroy();

  const tests = software
    ? ['src/engine/kernels/head.gpu.test.ts']
    : ['src/engine/kernels', 'src/engine/golden.gpu.test.ts', 'src/engine/decoder.gpu.test.ts'];
  await part(
    'tests',
    () => runTests(root, tests, Math.max(1, TESTS_END_SECONDS - report.passed)),
    ({ passed, failed, skipped }) => [
      [
        'kernel tests and golden files at hand',
        `${passed} passed, ${failed} failed, ${skipped} skipped${judge(failed === 0 && passed > 0)}`,
      ],
    ],
  );
  const folder = join(root, 'bench-results');
  mkdirSync(folder, { recursive: true });
  const date = new Date().toISOString();
  const file = join(folder, `check-${date.slice(0, 19).replaceAll(':', '-')}.json`);
  // No program on a processor is meant by the aims.
  const aims = software ? [] : aimsOf({ choice, peak, memory, products, decode: running?.decode });
  const save = () => {
    const { seconds, wrong, leftOut, passed } = report;
    const whole = { format: 'lopper-check', version: 2, lopper: version, date, inAll: passed, seconds };
    writeFileSync(file, `${JSON.stringify({ ...whole, wrong, leftOut, aims, results }, null, 2)}\n`);
  };
  save(); // a driver that crashes in what follows leaves as much
  await runBench(report, root, software ? ['decode', 'memory'] : undefined);
  for (const aim of aims) report.line(aimLine(aim));
  report.line(report.longest);
  save();
  const { words, status } = report.end();
  console.log(`\n${words}, in ${number(report.passed)} s. Written to ${file}`);
  return status;
}

/** GPU tests, on whatever computes here. */
async function runTests(root: string, files: readonly string[], seconds: number) {
  const out = new AbortController();
  const timer = setTimeout(() => out.abort(new Error(`not done in ${number(seconds)} s, and ended`)), 1000 * seconds);
  const folder = mkdtempSync(join(tmpdir(), 'lopper-check-'));
  try {
    const told = join(folder, 'tests.json');
    const vitest = join(root, 'node_modules', 'vitest', 'vitest.mjs');
    const options = ['--project=gpu', '--reporter=json', `--outputFile=${told}`];
    const env = { ...process.env, LOPPER_TEST_ADAPTER: 'any' };
    await runGroup([vitest, 'run', ...options, ...files], { cwd: root, env, signal: out.signal });
    const {
      numPassedTests: passed,
      numFailedTests: failed,
      numPendingTests: skipped,
    } = JSON.parse(readFileSync(told, 'utf8'));
    return { passed, failed, skipped } as { passed: number; failed: number; skipped: number };
  } finally {
    clearTimeout(timer);
    rmSync(folder, { recursive: true });
  }
}

type BenchName = Exclude<keyof typeof ROWS, 'toggle' | 'page'>;

/** The bench's rows that need no page, as parts; those of these names alone, where given. */
async function runBench(report: CheckReport, root: string, only?: readonly BenchName[]): Promise<void> {
  const measurements = await report.part(
    'bench',
    () => measurementsInNode(root),
    () => [],
  );
  delete report.results.bench; // what measures, no measurement
  if (!measurements) return;
  const names = (Object.keys(ROWS) as BenchName[]).filter((name) => !ONLY_ASKED.has(name) && !NEEDS_PAGE.has(name));
  for (const name of only ?? names) {
    await report.part(
      `bench ${name}`,
      async () => measurements[name](),
      (measured) => ROWS[name](measured as never),
    );
  }
}
