import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { seeded } from '../random';

const BIN = resolve('src/cli/lopper.mjs');

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lopper-work-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Runs `lopper work` on some lines; `killed`: that long after it said its first word, milliseconds. */
function work(lines: readonly (object | string)[], killed?: number): Promise<{ status: number | null; said: string }> {
  const text = lines.map((line) => (typeof line === 'string' ? line : JSON.stringify(line))).join('\n');
  writeFileSync(join(folder, 'jobs.jsonl'), `${text}\n`);
  return new Promise((done) => {
    const child = spawn(process.execPath, [BIN, 'work', 'jobs.jsonl'], { cwd: folder });
    let said = '';
    let isDying = false;
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk) => {
        said += chunk;
        if (killed === undefined || isDying) return;
        isDying = true;
        void sleep(killed).then(() => child.kill('SIGKILL'));
      });
    }
    child.on('close', (status) => done({ status, said }));
  });
}

/** A job that needs no device: what a benchmark would ask. */
const asks = (name: string, limit: number) => ({
  args: ['eval', '--requests', '--task', 'school', '--limit', String(limit)],
  out: `out/${name}.json`,
});

it('killed twenty times at any moment, it does every job once, and what is there is whole', async () => {
  const random = seeded(7);
  const jobs = Array.from({ length: 160 }, (_, i) => asks(`job${i}`, 1 + (i % 5)));
  const path = (job: { out: string }) => join(folder, job.out);
  const written = new Map<string, string>();
  /** Whole, and as it was: the very same file. */
  const look = () => {
    for (const job of jobs.filter((job) => existsSync(path(job)))) {
      const { ino, mtimeMs } = statSync(path(job));
      expect(JSON.parse(readFileSync(path(job), 'utf8'))).toHaveLength(Number(job.args[5]));
      expect(written.get(job.out) ?? `${ino} ${mtimeMs}`, job.out).toBe(`${ino} ${mtimeMs}`);
      written.set(job.out, `${ino} ${mtimeMs}`);
    }
  };
  for (let kill = 0; kill < 20; kill++) {
    await work(jobs, 12 * random());
    look();
  }
  expect(written.size).toBeGreaterThan(0);
  const before = written.size;
  const { status, said } = await work(jobs);
  look();
  expect(status).toBe(0);
  expect(written.size).toBe(jobs.length);
  if (before < jobs.length) expect(said).toContain(`${jobs.length - before} of ${jobs.length} jobs done`);
}, 120_000);

it('goes on after a job that fails, names it, and does only that one anew', async () => {
  const bad = { args: ['eval', '--requests', '--task', 'school', '--data', 'items.jsonl'], out: 'bad.json' };
  const first = await work([asks('a', 1), bad, asks('b', 2)]);
  expect(first.status).toBe(1);
  expect(first.said).toContain('items.jsonl does not exist');
  expect(first.said).toContain('1 of 3 jobs failed: bad.json');
  const { mtimeMs } = statSync(join(folder, 'out/b.json'));
  writeFileSync(
    join(folder, 'items.jsonl'),
    readFileSync('public/benchmarks/school/items.jsonl', 'utf8').split('\n')[0]!,
  );
  const second = await work([asks('a', 1), bad, asks('b', 2)]);
  expect(second).toMatchObject({ status: 0, said: expect.stringContaining('1 of 3 jobs done, 2 were done before') });
  expect(statSync(join(folder, 'out/b.json')).mtimeMs).toBe(mtimeMs);
});

it.each<[string, (object | string)[], RegExp]>([
  ['what is not JSON', [asks('a', 1), '{"args": ['], /Line 2 of jobs.jsonl is not JSON/],
  ['a job without a file', [{ args: ['info', 'sapling'] }], /Line 1 of jobs.jsonl is no job/],
  [
    'two jobs with one file',
    [asks('a', 1), '', asks('a', 2)],
    /Line 3 of jobs.jsonl writes to out\/a.json, and so does line 1/,
  ],
  [
    'a word that is wrong',
    [asks('a', 1), { args: ['scor', 'sapling'], out: 'x.json' }],
    /Line 2 .*There is no command "scor"/,
  ],
])('refuses %s before anything is run', async (_, lines, what) => {
  const { status, said } = await work(lines);
  expect(said).toMatch(what);
  expect(status).toBe(1);
  expect(existsSync(join(folder, 'out'))).toBe(false);
});
