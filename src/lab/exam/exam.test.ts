import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { expectFailure } from '../../formats/testing';
import type { EvalRequest, NamedFile } from '../contract';
import { checkSameExam, examFacts, readExam } from './exam';

const environment = {
  bundledText: async (path: string) => readFileSync(`public/${path}`, 'utf8'),
  official: async () => [],
};
const read = (request: Omit<EvalRequest, 'masks'>) => readExam(request, environment);

const question = (subject: string, i: number) => ({
  ...{ subject, question: `What is ${i}?`, choices: ['a', 'b', 'c', 'd'], answer: i % 4 },
});
const file = (name: string, rows: readonly object[]): NamedFile => ({
  name,
  text: rows.map((row) => JSON.stringify(row)).join('\n'),
});
const data = [
  file(
    'items.jsonl',
    Array.from({ length: 40 }, (_, i) => question('anatomy', i)),
  ),
];
const fewshot = [
  file(
    'dev.jsonl',
    Array.from({ length: 5 }, (_, i) => question('anatomy', 100 + i)),
  ),
];

describe('the items of an exam', () => {
  it('are the first so many, or with a seed a subset that is the same for everyone, in their order', async () => {
    const indices = async (limit: number, seed?: number) => (await read({ task: 'mmlu', data, limit, seed })).indices;
    expect(await indices(3)).toEqual([0, 1, 2]);
    const some = await indices(10, 1);
    expect(some).toHaveLength(10);
    expect(some).toEqual([...some].sort((a, b) => a - b));
    expect(await indices(10, 1)).toEqual(some);
    expect(await indices(10, 2)).not.toEqual(some);
    expect(await indices(99, 1)).toEqual(Array.from({ length: 40 }, (_, i) => i));
  });

  it('have the same examples whichever of them are asked', async () => {
    const gsm8k = Array.from({ length: 30 }, (_, i) => ({ question: `How many? ${i}`, answer: `Many.\n#### ${i}` }));
    const task = { task: 'gsm8k', shots: 3, data: [file('test.jsonl', gsm8k)], fewshot: [file('train.jsonl', gsm8k)] };
    const all = await read(task);
    const some = await read({ ...task, limit: 7, seed: 4 });
    expect(some.examples).toEqual(some.indices.map((i) => all.examples[i]));
    expect(new Set(all.examples.map((e) => e.map((x) => x.line).join())).size).toBeGreaterThan(20); // drawn anew for each
  });

  it('come from all of several files, each under its own name', async () => {
    const { items, about } = await read({ task: 'mmlu', data: [...data, file('more.jsonl', [question('law', 1)])] });
    expect(items).toHaveLength(41);
    expect(items.at(-1)).toMatchObject({ file: 'more.jsonl', line: 1 });
    expect(about).toContain('items.jsonl and 1 more');
  });
});

it('runs that ask the same agree on the hash of their data, others do not', async () => {
  const hash = async (request: Partial<EvalRequest>) => (await read({ task: 'mmlu', data, ...request })).dataSha256;
  const plain = await hash({});
  expect(plain).toMatch(/^[0-9a-f]{64}$/);
  expect(await hash({ limit: 3, fewshot })).toBe(plain); // examples are not shown
  const shown = await hash({ shots: 2, fewshot });
  expect(shown).not.toBe(plain);
  expect(await hash({ shots: 2, fewshot: data })).not.toBe(shown);
});

it('answers of another run are refused, naming what differs', async () => {
  const wording = { bos: true, chat: false };
  const now = examFacts(await read({ task: 'mmlu', data }), wording);
  checkSameExam(now, now);
  await expectFailure(() => checkSameExam({ ...now, bos: false }, now), 'usage', 'bos false');
  await expectFailure(() => checkSameExam({ ...now, dataSha256: '0' }, now), 'usage', 'other items');
});

it('what cannot be asked is refused by name', async () => {
  await expectFailure(read({ task: 'mmlu' }), 'usage', 'do not ship');
  await expectFailure(read({ task: 'nonesuch' }), 'usage', 'nonesuch');
  await expectFailure(read({ task: 'mmlu', data, limit: 0 }), 'usage', 'limit is 0');
  await expectFailure(
    read({ task: 'perplexity', data: [{ name: 'a.txt', text: 'Once' }] }),
    'usage',
    "model's own tokens",
  );
});
