/**
 * `npm run check:gpu`: what a graphics card is, whether it computes right, how quickly, and what it does for the engine.
 * Needs Node and a Vulkan loader, no browser. One table, and one JSON in bench-results/. LOPPER_ADAPTER=N chooses among
 * several. Where a processor computes, it does the same with less.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
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
import type { Dtype } from '../src/formats/dtypes';
import { tellAdapter } from '../src/gpu/adapter-name';
import { openGpu } from '../src/gpu/gpu';
import { adaptersHere } from '../src/lab/files/examination-text';
import { nodeEnvironment } from '../src/lab/place/node';
import { checkProduct } from './check/large-products';
import { measureMends } from './check/mends';
import { ONE_B, SMALL } from './check/patterned-model';
import { measureRunning } from './check/running';

/** All of it, and what is not begun after: the rest has still to fit. */
const MOST_SECONDS = 600;

/** What is aimed at on a card: products of many rows, of the measured multiply-add rate; decoding, of the read rate. */
const AIMS = { product: 0.4, rows: 512, decode: 0.6 };

const DTYPES: readonly Dtype[] = ['F32', 'F16', 'BF16'];
/** Few rows are multiplied straight from these. */
const IN_BLOCKS: readonly Dtype[] = ['Q4_0', 'Q4_K'];
const WAYS = Object.keys(PRODUCTS) as Way[];
/** Of each kind one, where a processor computes: the others are slow there. */
const ONE_EACH = WAYS.filter((way) => way.endsWith('register'));

/** Ways that wait for nothing and share nothing. */
const ANY: KernelRates = { choice: { matmul: 'matmul_register', matvec: 'matvec_register', threads: 1 }, gflops: {} };

type Line = readonly [label: string, value: string];

const number = (value: number): string =>
  value >= 1000 ? value.toLocaleString('en', { maximumFractionDigits: 0 }) : String(Number(value.toPrecision(3)));
const percent = (share: number): string => `${number(100 * share)}%`;

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
  const began = performance.now();
  const environment = nodeEnvironment(root);
  const gpu = await openGpu(await environment.webgpu());
  const { facts } = gpu;
  const { software } = facts;
  const top = new BenchTop(gpu);
  const results: Record<string, unknown> = { facts };
  /** Of each part. */
  const seconds: Record<string, number> = {};
  let wrong = 0;
  const print = ([label, value]: Line) => console.log(`${label.padEnd(52)} ${value}`);
  const judge = (right: boolean): string => {
    if (!right) wrong++;
    return right ? '' : '  WRONG';
  };
  /** Milliseconds until all should be done. */
  const left = () => Math.max(1000, Math.round(1000 * MOST_SECONDS - (performance.now() - began)));
  /** A part of it, unless the time is up. */
  const part = async <T>(name: string, measure: () => Promise<T>, tell: (measured: T) => readonly Line[]) => {
    const started = performance.now();
    const passed = (started - began) / 1000;
    if (passed > MOST_SECONDS * 0.8) {
      print([name, `left out: ${number(passed)} s have passed`]);
      return undefined;
    }
    try {
      const measured = await measure();
      results[name] = measured;
      for (const line of tell(measured)) print(line);
      return measured;
    } catch (error) {
      wrong++;
      results[name] = { failed: String(error) };
      print([name, `FAILED: ${error instanceof Error ? error.message : error}`]);
      return undefined;
    } finally {
      seconds[name] = (performance.now() - started) / 1000;
    }
  };

  const around = await environment.surroundings(facts);
  results.surroundings = around;
  print(['adapter', `${tellAdapter(facts, around.adapters)}${software ? ' (software)' : ''}`]);
  for (const line of adaptersHere(around)) print(line);
  for (const { trouble, remedy } of around.advice) print(['to do', `${trouble} ${remedy}`]);

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
  for (const shape of shapes) {
    for (const way of software ? [choice.matmul, choice.matvec] : WAYS) {
      const isMatmul = way.startsWith('matmul');
      const rows = isMatmul ? (software ? [4, 64] : [4, 16, 64, 256, 512, 2048]) : software ? [1, 4] : [1, 2, 4, 8, 16];
      await part(
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

  await part(
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
        const share = memory ? d.weightRate / memory.read : undefined;
        const aim = !software && d.texts === 1 && d.tokens < 100 && share !== undefined;
        return [
          `decode, ${d.texts} ${d.texts === 1 ? 'text' : 'texts'} of ${d.tokens} tokens`,
          `${number(d.tokensPerSecond)} tokens/s${share === undefined ? '' : `, ${percent(share)} of the read rate`}; a step: ${number(d.dispatches)} dispatches, ${number(d.submits)} submits, ${number(d.maps)} maps, ${number(d.bytesWritten)} bytes, ${number(d.recording)} ms to record${aim ? aimed(share >= AIMS.decode) : ''}`,
        ];
      }),
    ],
  );
  if (peak && !software) {
    const many = Object.values(results).flatMap((r) => (Array.isArray(r) ? (r as ProductRate[]) : []));
    const best = Math.max(...many.filter((p) => p.rows >= AIMS.rows && p.gflops).map((p) => p.gflops / peak));
    print([
      `products of ${AIMS.rows} rows and more`,
      `${percent(best)} of the multiply-add rate${aimed(best >= AIMS.product)}`,
    ]);
  }
  gpu.destroy();

  const tests = software
    ? ['src/engine/kernels/head.gpu.test.ts']
    : ['src/engine/kernels', 'src/engine/golden.gpu.test.ts', 'src/engine/decoder.gpu.test.ts'];
  await part(
    'tests',
    async () => runTests(root, tests, left()),
    ({ passed, failed, skipped }) => [
      [
        'kernel tests and golden files at hand',
        `${passed} passed, ${failed} failed, ${skipped} skipped${judge(failed === 0 && passed > 0)}`,
      ],
    ],
  );
  await part(
    'bench',
    async () => runBench(root, software ? ['decode', 'memory'] : [], left()),
    (file) => [['npm run bench -- --node', file]],
  );

  const folder = join(root, 'bench-results');
  mkdirSync(folder, { recursive: true });
  const date = new Date().toISOString();
  const inAll = (performance.now() - began) / 1000;
  const longest = Object.entries(seconds).sort(([, a], [, b]) => b - a);
  print([
    'longest',
    longest
      .slice(0, 5)
      .map(([name, s]) => `${name} ${number(s)} s`)
      .join(', '),
  ]);
  const file = join(folder, `check-${date.slice(0, 19).replaceAll(':', '-')}.json`);
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const report = { format: 'lopper-check', version: 1, lopper: version, date, inAll, seconds, wrong, results };
  writeFileSync(file, `${JSON.stringify(report, null, 2)}\n`);
  console.log(`\n${wrong === 0 ? 'All right' : `${wrong} wrong`}, in ${number(inAll)} s. Written to ${file}`);
  return wrong === 0 ? 0 : 1;
}

const aimed = (met: boolean): string => (met ? ', as aimed' : ', below the aim');

/** GPU tests, on whatever computes here. */
function runTests(root: string, files: readonly string[], timeout: number) {
  const folder = mkdtempSync(join(tmpdir(), 'lopper-check-'));
  const report = join(folder, 'tests.json');
  const command = [
    '--no-install',
    'vitest',
    'run',
    '--project=gpu',
    '--reporter=json',
    `--outputFile=${report}`,
    ...files,
  ];
  const shell = process.platform === 'win32';
  const env = { ...process.env, LOPPER_TEST_ADAPTER: 'any' };
  const { error } = spawnSync('npx', command, {
    cwd: root,
    stdio: ['ignore', 'ignore', 'inherit'],
    shell,
    env,
    timeout,
  });
  if (error) throw error;
  const {
    numPassedTests: passed,
    numFailedTests: failed,
    numPendingTests: skipped,
  } = JSON.parse(readFileSync(report, 'utf8'));
  rmSync(folder, { recursive: true });
  return { passed, failed, skipped } as { passed: number; failed: number; skipped: number };
}

/** The bench's rows that need no page; its file's name. */
function runBench(root: string, names: readonly string[], timeout: number): string {
  const { status } = spawnSync(process.execPath, ['tools/bench.mjs', '--node', ...names], {
    cwd: root,
    stdio: 'inherit',
    timeout,
  });
  if (status !== 0) throw new Error('the bench did not come to its end');
  const files = readdirSync(join(root, 'bench-results')).filter((name) => /^\d.*\.json$/.test(name));
  return join('bench-results', files.sort().at(-1)!);
}
