import { createHash } from 'node:crypto';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { afterEach, expect, test } from 'vitest';
import { type OfficialSet, officialSetOf } from '../../benchmarks/official';
import { DownloadCache } from '../../formats/cache';
import type { HubOptions } from '../../formats/hub';
import { memoryShelf } from '../../formats/memory-shelf';
import { fetchWithLinks } from '../../formats/node';
import { expectFailure } from '../../formats/testing';
import { type Served, startHub } from '../../formats/testing-hub';
import type { OfficialPlace } from '../place/environment';
import { downloadSet } from './official-download';
import { keepSet, listSets, needOfficialSet, type SetFiles, seenBefore, storedSet } from './official-store';

const problems = (n: number, from = 0) =>
  Array.from(
    { length: n },
    (_, i) => `{"question":"What is ${i + from}?","answer":"It is.\\n#### ${i + from}"}\n`,
  ).join('');
const gsm8k = officialSetOf('gsm8k')!;

function memoryPlace(): OfficialPlace & { files: Map<string, string> } {
  const files = new Map<string, string>();
  return {
    files,
    read: async (name) => files.get(name),
    write: async (name, text) => void files.set(name, text),
  };
}

const filesOf = (items: string, fewshot?: string): SetFiles => ({
  items: [{ name: 'test.jsonl', text: items }],
  fewshot: fewshot ? [{ name: 'train.jsonl', text: fewshot }] : [],
  origins: [{ part: 'items', from: 'test.jsonl', bytes: items.length, sha256: 'a'.repeat(64), pinned: 'no' }],
});

const here = async (places: readonly OfficialPlace[], task: string) =>
  (await listSets(places)).find((s) => s.task === task)?.here;

test('a set that was fetched is listed, and asked by its tasks', async () => {
  const place = memoryPlace();
  expect(await here([place], 'gsm8k')).toBeUndefined();
  expect(await storedSet('gsm8k', [place])).toBeUndefined();
  const kept = await keepSet(gsm8k, filesOf(problems(40), problems(60, 100)), { limit: 10, seed: 3 }, [place]);
  expect(kept).toMatchObject({ task: 'gsm8k', items: 1319, licence: 'MIT', here: { items: 10, of: 40, seed: 3 } });
  expect(await here([place], 'gsm8k')).toEqual(kept.here);
  const stored = (await storedSet('gsm8k', [place]))!;
  expect(stored.about).toBe(
    '10 of the 40 items (random, seed 3; the whole set has 1,319) of GSM8K, the official set. Licence: MIT.',
  );
  const text = (file: (typeof stored.items)[number]) => ('text' in file ? file.text : '');
  expect(text(stored.items[0]!).trimEnd().split('\n')).toHaveLength(10);
  // Examples are drawn at random for this task, so as many of them do.
  expect(text(stored.fewshot[0]!).trimEnd().split('\n')).toHaveLength(10);
  await keepSet(gsm8k, filesOf(problems(40)), {}, [place]);
  expect((await storedSet('gsm8k', [place]))!.about).toMatch(
    /^40 items \(in a file of them; the whole set has 1,319\) of GSM8K/,
  );
  expect((await storedSet('gsm8k', [place]))!.fewshot).toEqual([]);
});

test('one of MMLU’s subjects finds MMLU, with all of its examples', async () => {
  const place = memoryPlace();
  const row = (i: number) =>
    `${JSON.stringify({ subject: 'anatomy', question: `What ${i}?`, choices: ['a', 'b', 'c', 'd'], answer: i % 4 })}\n`;
  const rows = (n: number) => Array.from({ length: n }, (_, i) => row(i)).join('');
  await keepSet(officialSetOf('mmlu')!, filesOf(rows(20), rows(5)), { limit: 4 }, [place]);
  expect(await here([place], 'mmlu')).toMatchObject({ items: 4, of: 20, examples: 5, seed: 0 });
  expect(await storedSet('mmlu_anatomy', [place])).toBeDefined();
  expect(await storedSet('mmlu-lopper', [place])).toBeUndefined();
});

test('what a build took along counts until the set is fetched here', async () => {
  const [own, site] = [memoryPlace(), memoryPlace()];
  await keepSet(gsm8k, filesOf(problems(8)), {}, [site]);
  const places = [own, { read: site.read }];
  expect(await here(places, 'gsm8k')).toMatchObject({ items: 8 });
  await keepSet(gsm8k, filesOf(problems(9)), {}, places);
  expect(await here(places, 'gsm8k')).toMatchObject({ items: 9 });
  expect((await storedSet('gsm8k', places))!.about).toMatch(/^9 items/);
});

test('an interruption leaves no set that is half another', async () => {
  const place = memoryPlace();
  await keepSet(gsm8k, filesOf(problems(8)), {}, [place]);
  await expect(
    keepSet(gsm8k, filesOf(problems(9), problems(2)), {}, [{ ...place, write: failing(place, 'gsm8k.fewshot.jsonl') }]),
  ).rejects.toThrow('power cut');
  expect(await here([place], 'gsm8k')).toBeUndefined();
  await keepSet(gsm8k, filesOf(problems(9)), {}, [place]);
  place.files.delete('gsm8k.items.jsonl');
  await expectFailure(storedSet('gsm8k', [place]), 'file-missing', 'gsm8k.items.jsonl of GSM8K is gone');
  place.files.set('manifest.json', '{"format": "someth');
  expect(await here([place], 'gsm8k')).toBeUndefined();
});

const failing = (place: OfficialPlace, at: string) => async (name: string, text: string) => {
  if (name === at) throw new Error('power cut');
  await place.write!(name, text);
};

test('files of another task, unknown sets and places that keep nothing are refused in words', async () => {
  const place = memoryPlace();
  const other = filesOf('{"goal":"Open a jar","sol1":"Twist","sol2":"Shout","label":0}\n');
  await expectFailure(keepSet(gsm8k, other, {}, [place]), 'benchmark-invalid', 'test.jsonl, row 1');
  expect(place.files.size).toBe(0);
  await expectFailure(keepSet(gsm8k, filesOf(problems(3)), {}, [{ read: place.read }]), 'usage', 'Nothing can be kept');
  expect(() => needOfficialSet('school')).toThrow('There is no official set for "school"');
});

let hub: Awaited<ReturnType<typeof startHub>> | undefined;
afterEach(async () => {
  await hub?.stop();
  hub = undefined;
});

const json = (value: unknown): Served => ({
  body: new TextEncoder().encode(JSON.stringify(value)),
  contentType: 'application/json',
});
const served = (text: string): Served => ({ body: new TextEncoder().encode(text) });
const downloads = (cache = new DownloadCache(memoryShelf())) => ({
  downloads: async () => ({ cache, fetch: fetchWithLinks }),
  hub: (): HubOptions => ({}),
});

test('a set without pins: what the first download saw holds for later ones, though the publisher goes on', async () => {
  const set: OfficialSet = {
    ...gsm8k,
    at: 'hub',
    repo: 'someone/set',
    revision: undefined,
    items: { path: 'test.jsonl' },
  };
  const unpinned = { ...set, fewshot: undefined };
  const [first, second] = ['1'.repeat(40), '2'.repeat(40)];
  hub = await startHub({
    '/api/datasets/someone/set/revision/main': json({ sha: first }),
    [`/datasets/someone/set/resolve/${first}/test.jsonl`]: served(problems(5)),
    [`/datasets/someone/set/resolve/${second}/test.jsonl`]: served(problems(6)),
  });
  const place = memoryPlace();
  const fetchIt = async () =>
    downloadSet(unpinned, { host: hub!.host }, await seenBefore(unpinned, [place]), downloads());
  // A file that was here already is no word of the publisher's.
  const local = { ...filesOf(problems(7)).origins[0]!, from: 'someone/set/test.jsonl' };
  await keepSet(unpinned, { ...filesOf(problems(7)), origins: [local] }, {}, [place]);
  const files = await fetchIt();
  expect(files.origins).toMatchObject([{ revision: first, pinned: 'no', bytes: problems(5).length }]);
  await keepSet(unpinned, files, {}, [place]);
  hub.files['/api/datasets/someone/set/revision/main'] = json({ sha: second });
  expect((await fetchIt()).origins).toEqual(files.origins);
  // A host that gives other bytes under the same commit is caught.
  hub.files[`/datasets/someone/set/resolve/${first}/test.jsonl`] = served(problems(5, 1));
  await expectFailure(fetchIt(), 'download-failed', files.origins[0]!.sha256);
});

test('a set in parquet, of which only the commit is known, is held against the hub’s own hash', async () => {
  const set = officialSetOf('winogrande')!;
  const rows = Array.from({ length: 30 }, (_, i) => `The cat saw the dog ${i} times because _ was there.`);
  const parquet = new Uint8Array(
    parquetWriteBuffer({
      columnData: [
        { name: 'sentence', data: rows },
        { name: 'option1', data: rows.map(() => 'the cat') },
        { name: 'option2', data: rows.map(() => 'the dog') },
        { name: 'answer', data: rows.map((_, i) => String(1 + (i % 2))) },
      ],
    }),
  );
  const oid = createHash('sha256').update(parquet).digest('hex');
  const lfs = { oid, size: parquet.length };
  const at = (path: string) => `/datasets/allenai/winogrande/resolve/${set.revision}/${path}`;
  hub = await startHub({
    [`/api/datasets/allenai/winogrande/tree/${set.revision}/winogrande_xl`]: json([
      { path: set.items.path, lfs },
      { path: set.fewshot!.path, lfs },
    ]),
    [at(set.items.path)]: { body: parquet, redirected: true },
    [at(set.fewshot!.path)]: { body: parquet, redirected: true },
  });
  const files = await downloadSet(set, { host: hub.host }, [], downloads());
  expect(files.origins.map((o) => [o.part, o.pinned, o.revision, o.sha256])).toEqual([
    ['items', 'revision', set.revision, oid],
    ['fewshot', 'revision', set.revision, oid],
  ]);
  const place = memoryPlace();
  const { here } = await keepSet(set, files, { limit: 12 }, [place]);
  expect(here).toMatchObject({ items: 12, of: 30, examples: 12 });
  const [first] = place.files.get('winogrande.items.jsonl')!.split('\n');
  expect(Object.keys(JSON.parse(first!))).toEqual(['sentence', 'option1', 'option2', 'answer']);
  hub.files[at(set.items.path)]!.body = parquet.map((byte, i) => (i === 99 ? byte ^ 1 : byte));
  await expectFailure(downloadSet(set, { host: hub.host }, [], downloads()), 'download-failed', oid);
});

test('a pinned set is not taken from a host that gives something else, a page or nothing', async () => {
  const at = (path: string) => `/openai/grade-school-math/${gsm8k.revision}/${path}`;
  hub = await startHub({ [at(gsm8k.items.path)]: served(problems(5)) });
  const fetchIt = () => downloadSet(gsm8k, { rawHost: hub!.host }, [], downloads());
  await expectFailure(fetchIt(), 'download-failed', `and not the ${gsm8k.items.bytes}`);
  hub.files[at(gsm8k.items.path)] = { ...served('<!doctype html><p>Sign in'), contentType: 'text/html' };
  await expectFailure(fetchIt(), 'not-a-model-file', 'a web page');
  delete hub.files[at(gsm8k.items.path)];
  await expectFailure(fetchIt(), 'file-missing', 'is not there');
});

test('a set that is given out on request says what to do', async () => {
  const toxigen = officialSetOf('toxigen')!;
  const commit = '3'.repeat(40);
  hub = await startHub({
    '/api/datasets/toxigen/toxigen-data/revision/main': json({ sha: commit }),
    [`/datasets/toxigen/toxigen-data/resolve/${commit}/${toxigen.items.path}`]: {
      body: new Uint8Array(),
      fails: { status: 401, times: 9 },
    },
  });
  const failed = downloadSet(toxigen, { host: hub.host }, [], downloads());
  await expect(failed).rejects.toMatchObject({ code: 'download-failed', remedy: toxigen.gated });
});

test('a set that is given out on request comes to whoever has a token of that hub, which no other host sees', async () => {
  const set: OfficialSet = { ...gsm8k, at: 'hub', repo: 'someone/set', revision: '4'.repeat(40), fewshot: undefined };
  const open = { ...set, items: { path: 'test.jsonl' } };
  const path = `/datasets/someone/set/resolve/${open.revision}/test.jsonl`;
  hub = await startHub({ [path]: { ...served(problems(5)), token: 'hf_right', redirected: true, elsewhere: true } });
  const known = (token: string) => ({ ...downloads(), hub: (): HubOptions => ({ token }) });
  const files = await downloadSet(open, { host: hub.host }, [], known('hf_right'));
  expect(files.origins).toMatchObject([{ bytes: problems(5).length }]);
  const seen = new Set(
    hub.shown.map(({ host, authorization }) => `${new URL(hub!.host).host === host} ${authorization}`),
  );
  expect(seen).toEqual(new Set(['true Bearer hf_right', 'false undefined']));
  await expectFailure(downloadSet(open, { host: hub.host }, [], known('hf_wrong')), 'download-failed', '401');
});
