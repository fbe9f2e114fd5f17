import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, type TestContext, test } from 'vitest';
import { sharedData } from '../formats/testing';
import { MMLU_SUBJECTS } from './mmlu-subjects';
import { readItems } from './read-items';
import type { BenchmarkFile } from './rows';
import { taskNamed } from './tasks';

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

test.each([
  ['gsm8k', 'gsm8k', ['test.jsonl'], 1319],
  ['gsm8k', 'gsm8k', ['train.jsonl'], 7473],
  ['piqa', 'piqa', ['valid.jsonl', 'valid-labels.lst'], 1838],
  ['hellaswag', 'hellaswag', ['hellaswag_val_1000.jsonl'], 1000],
  ['truthfulqa_mc1', 'truthfulqa/data', ['mc_task.json'], 817],
  ['truthfulqa_mc2', 'truthfulqa/data', ['mc_task.json'], 817],
] as const)('%s reads %s/%j', async (name, folder, names, count) => {
  const path = sharedData(`benchmarks/${folder}`);
  if (path === undefined) return;
  const given = names.map((file) => ({ name: file, text: readFileSync(join(path, file), 'utf8') }));
  const { items, problems } = await readItems(taskNamed(name), given);
  expect([items.length, problems.length]).toEqual([count, 0]);
});
