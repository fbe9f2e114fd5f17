import { expect, test } from 'vitest';
import { officialSetOf } from '../../benchmarks/official';
import { givenSet } from './official-files';

const given = (...names: string[]) => names.map((name) => ({ name, bytes: new TextEncoder().encode(name) }));

/** Which of these files, opened for a set, are its items and which its examples. */
async function sorted(task: string, ...names: string[]) {
  const { items, fewshot, origins } = await givenSet(officialSetOf(task)!, given(...names));
  expect(origins.map((o) => o.from)).toEqual([...items, ...fewshot].map((f) => f.name));
  return [items.map((f) => f.name), fewshot.map((f) => f.name)];
}

test('files opened for a set are sorted by their names, as publishers give them', async () => {
  const hub = (split: string) => `${split}-00000-of-00001.parquet`;
  expect(await sorted('toxigen', hub('test'))).toEqual([[hub('test')], []]);
  expect(await sorted('truthfulqa_mc1', hub('validation'))).toEqual([[hub('validation')], []]);
  expect(await sorted('arc_easy', hub('train'), hub('test'), hub('validation'))).toEqual([
    [hub('test')],
    [hub('train')],
  ]);
  const subjects = ['anatomy_dev.csv', 'anatomy_test.csv', 'anatomy_val.csv', 'virology_test.csv'];
  expect(await sorted('mmlu', ...subjects)).toEqual([['anatomy_test.csv', 'virology_test.csv'], ['anatomy_dev.csv']]);
  expect(await sorted('piqa', 'valid.jsonl', 'valid-labels.lst')).toEqual([['valid.jsonl', 'valid-labels.lst'], []]);
});

test('a file of any other name is what it was opened for; examples alone are refused', async () => {
  expect(await sorted('gsm8k', 'my sums.jsonl')).toEqual([['my sums.jsonl'], []]);
  await expect(givenSet(officialSetOf('gsm8k')!, given('train.jsonl'))).rejects.toMatchObject({
    code: 'benchmark-invalid',
    message: 'train.jsonl has worked examples of GSM8K, and no items.',
  });
});
