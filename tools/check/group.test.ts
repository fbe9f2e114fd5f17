import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { runGroup } from './group';

let cwd = '';
beforeAll(() => {
  cwd = mkdtempSync(join(tmpdir(), 'lopper-group-'));
});
afterAll(() => rmSync(cwd, { recursive: true }));

it('gives the status of what it runs, in its folder and environment', async () => {
  const script = "require('node:fs').writeFileSync('said', process.env.WORD); process.exit(3)";
  const env = { ...process.env, WORD: 'here' };
  expect(await runGroup(['-e', script], { cwd, env, signal: new AbortController().signal })).toBe(3);
  expect(readFileSync(join(cwd, 'said'), 'utf8')).toBe('here');
});

it.skipIf(process.platform === 'win32')(
  'what is ended ends with all that it has started',
  async () => {
    const sleep = 'setInterval(() => {}, 1000)';
    const script = `
    const child = require('node:child_process').spawn(process.execPath, ['-e', ${JSON.stringify(sleep)}]);
    child.on('spawn', () => require('node:fs').writeFileSync('child', String(child.pid)));
    ${sleep}`;
    const out = new AbortController();
    const run = runGroup(['-e', script], { cwd, signal: out.signal });
    const child = () => (existsSync(join(cwd, 'child')) ? Number(readFileSync(join(cwd, 'child'), 'utf8')) : 0);
    await expect.poll(child, { timeout: 60_000 }).toBeGreaterThan(0);
    expect(isRunning(child())).toBe(true);
    out.abort(new Error('the time is up'));
    await expect(run).rejects.toThrow('the time is up');
    await expect.poll(() => isRunning(child()), { timeout: 60_000 }).toBe(false);
  },
  180_000,
);

/** Whether it runs: one that has ended and that nobody has asked after does not. */
function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch {
    return false;
  }
  const status = `/proc/${pid}/status`;
  return !existsSync(status) || !/^State:\s+Z/m.test(readFileSync(status, 'utf8'));
}
