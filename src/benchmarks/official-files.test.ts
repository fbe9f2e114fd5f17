import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, type TestContext, test } from 'vitest';
import { sharedData } from '../formats/testing';
import { MMLU_SUBJECTS } from './mmlu-subjects';
import { readItems } from './read-items';
import type { BenchmarkFile } from './rows';
import { taskNamed } from './tasks';
import { sharedJson } from './testing';

/** Files of the shared test data that are published as they are; without it the test is skipped, saying so. */
function files(context: TestContext, folder: string, names?: readonly string[]): BenchmarkFile[] {
  const path = sharedData(`benchmarks/${folder}`);
  if (path === undefined) context.skip(`needs ../shared/data/benchmarks/${folder}`);
  return (names ?? readdirSync(path!)).map((name) => ({ name, text: readFileSync(join(path!, name), 'utf8') }));
}

test('all of MMLU: 57 subjects, 14,042 questions, five examples each', async (context) => {
  const task = taskNamed('mmlu');
  const { items, problems } = await readItems(task, files(context, 'mmlu/test'));
  expect([items.length, problems.length]).toEqual([14042, 0]);
  expect([...new Set(items.map((item) => task.part!(item).subject))].sort()).toEqual(MMLU_SUBJECTS);
  expect(items.every((item) => task.part!(item).group !== undefined)).toBe(true);
  const dev = await readItems(task, files(context, 'mmlu/dev'));
  expect([dev.items.length, dev.problems.length]).toEqual([285, 0]);
});

test.for([
  ['gsm8k', 'gsm8k', ['test.jsonl'], 1319],
  ['gsm8k', 'gsm8k', ['train.jsonl'], 7473],
  ['piqa', 'piqa', ['valid.jsonl', 'valid-labels.lst'], 1838],
  ['hellaswag', 'hellaswag', ['hellaswag_val_1000.jsonl'], 1000],
  ['truthfulqa_mc1', 'truthfulqa/data', ['mc_task.json'], 817],
  ['truthfulqa_mc2', 'truthfulqa/data', ['mc_task.json'], 817],
  ['truthfulqa_mc1', 'truthfulqa', ['TruthfulQA.csv'], 817],
  ['truthfulqa_mc2', 'truthfulqa', ['TruthfulQA.csv'], 817],
] as const)('%s reads %s/%j', async ([name, folder, names, count], context) => {
  const { items, problems } = await readItems(taskNamed(name), files(context, folder, names));
  expect([items.length, problems.length]).toEqual([count, 0]);
});

test('TruthfulQA’s CSV gives the choices of the list made from it', async (context) => {
  const task = taskNamed('truthfulqa_mc2');
  const choices = async (folder: string, name: string) => {
    const { items } = await readItems(task, files(context, folder, [name]));
    return new Map(items.map((item) => [task.shown(item).question, [...task.shown(item).choices!].sort()]));
  };
  const list = await choices('truthfulqa/data', 'mc_task.json');
  const csv = await choices('truthfulqa', 'TruthfulQA.csv');
  // One question's spelling was mended between the two.
  const both = [...list.keys()].filter((question) => csv.has(question));
  expect(both).toHaveLength(816);
  for (const question of both) expect(csv.get(question)).toEqual(list.get(question));
});

test('piqa’s labels go to their rows: the first are those that the harness has', async (context) => {
  const golden = sharedJson<{ cases: { doc_index: number; gold: number }[] }>('benchmarks/requests/piqa.json', context);
  const { items } = await readItems(taskNamed('piqa'), files(context, 'piqa', ['valid.jsonl', 'valid-labels.lst']));
  for (const { doc_index, gold } of golden.cases) expect(items[doc_index]!.gold).toBe(gold);
});
