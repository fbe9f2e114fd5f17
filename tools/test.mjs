// `npm test`: sets up, runs every stage, adds up. `npm test -- unit gpu` runs those stages only.
// The last line is `N passed, N failed` (and `, N skipped` where any); the status is 1 when anything failed.
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { findChromium } from './chromium.mjs';
import { findFirefox } from './firefox.mjs';
import { fail, helpWhereAsked, ROOT, setUp } from './setup.mjs';

/**
 * `faults`: each failed test and the first line of why; and what passed at its second try, if that is told.
 * @typedef {{ passed: number, failed: number, skipped: number, faults?: string[] }} Count
 */

const reports = mkdtempSync(join(tmpdir(), 'lopper-test-'));
const unitReport = join(reports, 'unit.json');
const gpuReport = join(reports, 'gpu.json');
const stillReport = join(reports, 'still.json');
const firefoxReport = join(reports, 'firefox.json');
const pageReport = join(reports, 'page.json');

const vitest = (/** @type {string} */ project, /** @type {string} */ report) => [
  'vitest',
  'run',
  `--project=${project}`,
  '--reporter=default',
  '--reporter=json',
  `--outputFile.json=${report}`,
];

/**
 * What each stage runs, through npx, and where its counts are; one without a report counts as one test.
 * @type {Record<string, { command: string[], report?: string, read?: (json: any) => Count }>}
 */
const STAGES = {
  types: { command: ['tsc', '--noEmit'] },
  lint: { command: ['biome', 'ci', '--colors=off', '.'] },
  unit: { command: vitest('unit', unitReport), report: unitReport, read: countVitest },
  gpu: { command: vitest('gpu', gpuReport), report: gpuReport, read: countVitest },
  build: { command: ['vite', 'build'] },
  still: { command: ['playwright', 'test', '--project=still'], report: stillReport, read: countPlaywright },
  firefox: { command: vitest('firefox', firefoxReport), report: firefoxReport, read: countVitest },
  page: { command: ['playwright', 'test', '--project=page'], report: pageReport, read: countPlaywright },
};

/**
 * Groups run one after the other, the lines of a group side by side, the stages of a line one after the other. The page
 * that computes has the machine to itself, since it is held to a person's patience.
 */
const ORDER = [[['types', 'lint', 'build', 'unit', 'still', 'firefox'], ['gpu']], [['page']]];

/** @returns {Count} */
function countVitest(/** @type {any} */ json) {
  // A file that fails to load has no tests of its own.
  const broken = json.testResults.filter(
    (/** @type {any} */ file) => file.status === 'failed' && file.assertionResults.length === 0,
  ).length;
  return {
    passed: json.numPassedTests,
    failed: json.numFailedTests + broken,
    skipped: json.numPendingTests + (json.numTodoTests ?? 0),
    faults: json.testResults.flatMap((/** @type {any} */ { name, status, message, assertionResults }) => {
      const failed = assertionResults.filter((/** @type {any} */ one) => one.status === 'failed');
      if (status === 'failed' && assertionResults.length === 0) return [fault(name, message)];
      return failed.map((/** @type {any} */ one) => fault(`${name} › ${one.fullName}`, one.failureMessages[0]));
    }),
  };
}

/** A test's name from the checkout on, and the first line of why it failed. */
const fault = (/** @type {string} */ name, /** @type {string | undefined} */ why) =>
  stripVTControlCharacters(`${name.replace(`${ROOT}/`, '')}: ${(why ?? '').trim().split('\n')[0]}`);

/**
 * @param {any} suite
 * @returns {string[]}
 */
const faultsOf = ({ title, suites = [], specs = [] }) => [
  ...specs.flatMap((/** @type {any} */ spec) =>
    spec.tests.flatMap((/** @type {any} */ { status, results }) => {
      const name = `${title} › ${spec.title}`;
      if (status === 'flaky') return [fault(`${name} (well at its second try)`, results[0].error?.message)];
      return status === 'unexpected' ? [fault(name, results.at(-1)?.error?.message)] : [];
    }),
  ),
  ...suites.flatMap(faultsOf),
];

/** @returns {Count} */
function countPlaywright(/** @type {any} */ { stats, errors, suites }) {
  return {
    faults: suites.flatMap(faultsOf),
    passed: stats.expected + stats.flaky,
    failed: stats.unexpected + (errors.length > 0 && stats.unexpected === 0 ? 1 : 0),
    skipped: stats.skipped,
  };
}

/**
 * Runs a command; its output is shown as it comes or, beside others, kept.
 * @returns {Promise<{ status: number, kept: string }>}
 */
function run(/** @type {string[]} */ command, /** @type {NodeJS.ProcessEnv} */ env, /** @type {boolean} */ beside) {
  return new Promise((resolve) => {
    const output = beside ? 'pipe' : 'inherit';
    const child = spawn('npx', ['--no-install', ...command], {
      cwd: ROOT,
      env,
      stdio: ['ignore', output, output],
      shell: process.platform === 'win32',
    });
    /** @type {Buffer[]} */
    const kept = [];
    for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk) => kept.push(chunk));
    const end = (/** @type {number | null} */ status) =>
      resolve({ status: status ?? 1, kept: Buffer.concat(kept).toString() });
    child.on('error', () => end(1));
    child.on('close', end);
  });
}

/** Runs one stage. One that fails without a failed test, or runs no test at all, has one failure. */
async function runStage(
  /** @type {string} */ name,
  /** @type {NodeJS.ProcessEnv} */ env,
  /** @type {boolean} */ beside,
) {
  const { command, report, read } = /** @type {(typeof STAGES)[string]} */ (STAGES[name]);
  const title = `\n=== ${name}: ${command[0]}`;
  console.log(beside ? `${name} begins` : title);
  const started = performance.now();
  const { status, kept } = await run(command, { ...env, PLAYWRIGHT_JSON_OUTPUT_NAME: report }, beside);
  const seconds = (performance.now() - started) / 1000;
  if (beside) console.log(`${title}\n${kept}`);
  /** @type {Count} */
  let count = { passed: status === 0 ? 1 : 0, failed: status === 0 ? 0 : 1, skipped: 0 };
  if (report && read) {
    try {
      count = read(JSON.parse(readFileSync(report, 'utf8')));
    } catch {
      count = { passed: 0, failed: 0, skipped: 0 }; // it ended before it could report
    }
    const none = count.passed + count.skipped === 0;
    if (count.failed === 0 && (status !== 0 || none)) {
      console.log(`${name} ${none ? 'ran no test' : 'failed outside its tests'}: counted as one failure.`);
      count.failed = 1;
    }
  }
  return { name, seconds, ...count };
}

const summary = (/** @type {Count} */ { passed, failed, skipped }) =>
  `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;

helpWhereAsked(`npm test -- [STAGE ...]

Without a STAGE every one: ${Object.keys(STAGES).join(', ')}.`);
const asked = process.argv.slice(2);
const unknown = asked.filter((name) => !Object.hasOwn(STAGES, name));
if (unknown.length > 0)
  fail(`No stage is called ${unknown.join(', ')}: the stages are ${Object.keys(STAGES).join(', ')}.`);
const names = Object.keys(STAGES).filter((name) => asked.length === 0 || asked.includes(name));

setUp();
/** @type {NodeJS.ProcessEnv} */
const env = { ...process.env };
if (['gpu', 'still', 'page'].some((name) => names.includes(name))) {
  try {
    env.CHROMIUM_PATH = findChromium({ install: true });
  } catch (error) {
    // Without a browser the GPU and page stages fail, each saying why; the others still run.
    console.error(error instanceof Error ? error.message : error);
  }
}
if (names.includes('firefox')) {
  try {
    findFirefox({ install: true });
  } catch (error) {
    // Its tests are skipped, each saying why.
    console.error(error instanceof Error ? error.message : error);
  }
}

/** @type {Awaited<ReturnType<typeof runStage>>[]} */
const results = [];
for (const group of ORDER) {
  const lines = group.map((line) => line.filter((name) => names.includes(name))).filter((line) => line.length > 0);
  await Promise.all(
    lines.map(async (line) => {
      for (const name of line) {
        const result = await runStage(name, env, lines.length > 1);
        if (name === 'build' && result.failed === 0) env.LOPPER_BUILT = '1';
        results.push(result);
      }
    }),
  );
}
results.sort((a, b) => names.indexOf(a.name) - names.indexOf(b.name));
rmSync(reports, { recursive: true, force: true });

const total = { passed: 0, failed: 0, skipped: 0 };
/** @type {string[]} */
const faults = [];
console.log('\n');
for (const { name, seconds, ...count } of results) {
  faults.push(...(count.faults ?? []).map((one) => `${name}: ${one}`));
  total.passed += count.passed;
  total.failed += count.failed;
  total.skipped += count.skipped;
  console.log(`${name.padEnd(7)} ${`${seconds.toFixed(0)} s`.padStart(6)}   ${summary(count)}`);
}
if (faults.length > 0) console.log(`\n${faults.join('\n')}`);
console.log(`\n${summary(total)}`);
process.exit(total.failed > 0 ? 1 : 0);
