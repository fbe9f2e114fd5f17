import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, type TestContext, test, vi } from 'vitest';
import { officialSetOf } from '../src/benchmarks/official';
import { LopperError } from '../src/errors';
import { sharedData } from '../src/formats/testing';
import { startHub } from '../src/formats/testing-hub';
import { each, main } from './benchmarks';

let root: string;
let hub: Awaited<ReturnType<typeof startHub>> | undefined;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'lopper-benchmarks-'));
  vi.stubEnv('LOPPER_CACHE', join(root, 'cache'));
  vi.stubEnv('INIT_CWD', undefined);
});
afterEach(async () => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
  await hub?.stop();
  hub = undefined;
  await rm(root, { recursive: true, force: true });
});

/** What the command prints and how it ends. */
async function run(...words: string[]) {
  const listen = (stream: 'stdout' | 'stderr') => {
    const said: unknown[] = [];
    vi.spyOn(process[stream], 'write').mockImplementation((text) => said.push(text) > 0);
    return said;
  };
  const [out, err] = [listen('stdout'), listen('stderr')];
  const status = await main(words, root);
  vi.restoreAllMocks();
  return { status, out: out.join(''), err: err.join('') };
}

const official = (name: string) => join(root, 'public/benchmarks/official', name);
const rowsOf = (name: string) => readFileSync(official(name), 'utf8').trimEnd().split('\n');
const needData = (context: TestContext) => sharedData('benchmarks') ?? context.skip('needs ../shared/data/benchmarks');

/** GitHub, with GSM8K's own files on it. */
async function startGitHub(context: TestContext) {
  const data = needData(context);
  const { repo, revision, items, fewshot } = officialSetOf('gsm8k')!;
  const at = (path: string) => `/${repo}/${revision}/${path}`;
  hub = await startHub({
    [at(items.path)]: { body: readFileSync(join(data, 'gsm8k/test.jsonl')), contentType: 'text/plain' },
    [at(fewshot!.path)]: { body: readFileSync(join(data, 'gsm8k/train.jsonl')), contentType: 'text/plain' },
  });
  return { hub, test: hub.files[at(items.path)]! };
}

test('GSM8K comes from its publisher through cuts, is checked, and a subset is kept', async (context) => {
  const { hub, test: file } = await startGitHub(context);
  file.cuts = { after: 300_000, times: 2 };
  const first = await run('gsm8k', '--limit', '50', '--seed', '4', '--raw-host', hub.host);
  expect(first).toMatchObject({ status: 0, err: '' });
  expect(first.out).toContain(
    'gsm8k: 50 of the 1,319 items (random, seed 4), 50 worked examples. GSM8K. Licence: MIT.',
  );
  expect(first.out).toContain('749738 bytes, SHA-256 3730d312f6e3, pinned, commit 3101c7d50724');
  expect(hub.asked.map((a) => a.range)).toEqual([undefined, 'bytes=300000-', 'bytes=600000-', undefined]);
  expect(rowsOf('gsm8k.items.jsonl')).toHaveLength(50);
  // Another subset needs no second download.
  expect(await run('gsm8k', '--all', '--raw-host', hub.host)).toMatchObject({ status: 0 });
  expect(hub.asked).toHaveLength(4);
  expect([rowsOf('gsm8k.items.jsonl').length, rowsOf('gsm8k.fewshot.jsonl').length]).toEqual([1319, 7473]);
  const { out } = await run('--list');
  expect(out).toContain('gsm8k: All 1,319 items');
  expect(out).toContain('hellaswag: not here; 10,042 items.');
  expect(out).toContain('toxigen: not here; 940 items, on request.');
});

test('a page in place of the file leaves nothing behind, says so, and the next set comes all the same', async (context) => {
  const { hub, test: file } = await startGitHub(context);
  Object.assign(file, { body: new TextEncoder().encode('<html>Sign in</html>'), contentType: 'text/html' });
  const { status, err } = await run('arc_easy', 'gsm8k', '--host', hub.host, '--raw-host', hub.host);
  expect(status).toBe(1);
  expect(err).toMatch(/^gsm8k: test\.jsonl is a web page, not the file itself\./m);
  expect(err).toMatch(/^arc_easy: .* is not there\./m);
  expect(existsSync(official('gsm8k.items.jsonl'))).toBe(false);
});

test('a set that its publisher gives only to those who log in is left out of all, and missed where it is named', async () => {
  hub = await startHub({
    '/api/datasets/toxigen/toxigen-data/revision/main': { body: new Uint8Array(), fails: { status: 401, times: 99 } },
  });
  const hosts = ['--host', hub.host, '--raw-host', hub.host];
  const all = await run(...hosts);
  expect(all.err).toMatch(/^toxigen: left out\. .*\(401\)\. .*log in there/m);
  expect(all.err).toMatch(/^piqa: http/m);
  const named = await run('toxigen', ...hosts);
  expect(named.status).toBe(1);
  expect(named.err).toMatch(/^toxigen: .*\(401\)/);

  const refuse = async () => {
    throw new LopperError('download-failed', 'No.', 'Ask.');
  };
  const reporter = { clear: () => undefined, note: () => undefined };
  expect(await each(['a'], refuse, reporter, ({ remedy }) => remedy === 'Ask.')).toBe(0);
  expect(await each(['a'], refuse, reporter)).toBe(1);
});

test('files that are there already are taken in their official forms', async (context) => {
  const data = needData(context);
  const { status, out, err } = await run('--from', data, '--limit', '60');
  expect({ status, err }).toEqual({ status: 0, err: '' });
  expect(out).toContain('mmlu: 60 of the 14,042 items (random, seed 0), 285 worked examples.');
  expect(out).toMatch(/gsm8k: 60 of the 1,319 .*\n {2}gsm8k\/test\.jsonl: .* pinned, commit/);
  expect(out).toMatch(
    /hellaswag: 60 of the 1,000 .*the whole set has 10,042.*\n {2}hellaswag\/hellaswag_val_1000\.jsonl: .* not pinned/,
  );
  expect(out).toContain('piqa: 60 of the 1,838 items');
  expect(out).toContain('truthfulqa_mc1: 60 of');
  const [first] = rowsOf('mmlu.items.jsonl');
  expect(JSON.parse(first!)).toMatchObject({ subject: expect.stringMatching(/^[a-z_]+$/) });
});

test('what cannot be done is said in a line', async () => {
  const cases: [words: string[], said: RegExp][] = [
    [['squad'], /There is no official set for "squad"\. Use one of mmlu, gsm8k/],
    [['--limit', '0'], /limit is 0\. Give a whole number of 1 or more/],
    [['--limit', 'many'], /limit is NaN/],
    [['--all', '--limit', '9'], /--all and --limit are both given/],
    [['--from', join('/', 'nowhere', 'at all')], /nowhere\/at all cannot be read/],
    [['--colour'], /--colour/],
  ];
  for (const [words, said] of cases) {
    const { status, err, out } = await run(...words);
    expect([status, out]).toEqual([1, '']);
    expect(err).toMatch(said);
    expect(err.trimEnd().split('\n')).toHaveLength(1);
  }
  expect((await run('--help')).out).toContain('--from FOLDER');
});
