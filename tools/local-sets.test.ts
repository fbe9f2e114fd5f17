import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { sharedData } from '../src/formats/testing';
import { findLocalSets } from './local-sets';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lopper-sets-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function found(...paths: string[]) {
  for (const path of paths) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), '');
  }
  const sets = await findLocalSets(folder);
  return Object.fromEntries(sets.map(({ set, items, fewshot }) => [set.tasks[0], [...items, ...fewshot]]));
}

test('official files are found in the forms in which publishers and the hub give them', async () => {
  expect(
    await found(
      'hendrycks/data/dev/anatomy_dev.csv',
      'hendrycks/data/test/anatomy_test.csv',
      'hendrycks/data/test/virology_test.csv',
      'hendrycks/data/val/anatomy_val.csv',
      'ARC-V1-Feb2018-2/ARC-Challenge/ARC-Challenge-Test.jsonl',
      'ARC-V1-Feb2018-2/ARC-Easy/ARC-Easy-Dev.jsonl',
      'datasets--allenai--ai2_arc/snapshots/x/ARC-Easy/test-00000-of-00001.parquet',
      'datasets--allenai--ai2_arc/snapshots/x/ARC-Easy/train-00000-of-00001.parquet',
      'super_glue/boolq/validation-00000-of-00001.parquet',
      'hellaswag/hellaswag_val.jsonl',
      'hellaswag/hellaswag_test.jsonl',
      'lambada_test_en.jsonl',
      'physicaliqa-train-dev/dev.jsonl',
      'physicaliqa-train-dev/dev-labels.lst',
      'truthful_qa/multiple_choice/validation-00000-of-00001.parquet',
      'winogrande_1.1/dev.jsonl',
      'winogrande_1.1/train_xl.jsonl',
      'winogrande_1.1/train_xs.jsonl',
      'toxigen-data/annotated/test-00000-of-00001.parquet',
    ),
  ).toEqual({
    mmlu: [
      'hendrycks/data/test/anatomy_test.csv',
      'hendrycks/data/test/virology_test.csv',
      'hendrycks/data/dev/anatomy_dev.csv',
    ],
    arc_easy: [
      'datasets--allenai--ai2_arc/snapshots/x/ARC-Easy/test-00000-of-00001.parquet',
      'datasets--allenai--ai2_arc/snapshots/x/ARC-Easy/train-00000-of-00001.parquet',
    ],
    arc_challenge: ['ARC-V1-Feb2018-2/ARC-Challenge/ARC-Challenge-Test.jsonl'],
    boolq: ['super_glue/boolq/validation-00000-of-00001.parquet'],
    hellaswag: ['hellaswag/hellaswag_val.jsonl'],
    lambada_openai: ['lambada_test_en.jsonl'],
    piqa: ['physicaliqa-train-dev/dev-labels.lst', 'physicaliqa-train-dev/dev.jsonl'],
    truthfulqa_mc1: ['truthful_qa/multiple_choice/validation-00000-of-00001.parquet'],
    winogrande: ['winogrande_1.1/dev.jsonl', 'winogrande_1.1/train_xl.jsonl'],
    toxigen: ['toxigen-data/annotated/test-00000-of-00001.parquet'],
  });
});

test('other files are left alone, and a folder that is not there is named', async () => {
  expect(await found('requests/gsm8k.json', 'requests/arc_easy.json', 'a_test.csv', 'notes/test.jsonl')).toEqual({});
  await expect(findLocalSets(join(folder, 'nowhere'))).rejects.toMatchObject({ code: 'file-missing' });
});

test('the official files at hand are found', async (context) => {
  const data = sharedData('benchmarks') ?? context.skip('needs ../shared/data/benchmarks');
  const sets = await findLocalSets(data);
  expect(
    Object.fromEntries(sets.map(({ set, ...files }) => [set.tasks[0], [files.items.length, files.fewshot.length]])),
  ).toEqual({
    mmlu: [57, 57],
    gsm8k: [1, 1],
    hellaswag: [1, 0],
    piqa: [2, 0],
    truthfulqa_mc1: [1, 0],
  });
});
