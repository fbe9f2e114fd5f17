import { expect, test } from 'vitest';
import { expectFailure } from '../formats/testing';
import { officialSetOf } from './official';
import { officialRows, subset } from './official-rows';

const mmlu = officialSetOf('mmlu')!;

test('MMLU’s rows keep their subject, which only the files’ names tell', async () => {
  const files = [
    { name: 'anatomy_test.csv', text: 'question,choice0,choice1,choice2,choice3,answer\nWhere?,a,b,c,d,2\n' },
    // As its authors publish it: no header, and a letter.
    { name: 'virology_test.csv', text: '"Which, then?",a,b,c,d,D\nWhat?,a,b,c,d,A\n' },
  ];
  const rows = await officialRows(mmlu, files);
  expect(rows).toHaveLength(3);
  // What is kept is read again as the same items, now from one file.
  const kept = { name: 'mmlu.items.jsonl', text: rows.map((row) => JSON.stringify(row)).join('\n') };
  const again = await officialRows(mmlu, [kept]);
  expect(again).toEqual(rows);
  expect(again.map((row) => (row as { subject: string }).subject)).toEqual(['anatomy', 'virology', 'virology']);
});

test('a row that is no item is named, since a set with holes is not the official one', async () => {
  const text = '{"question":"How many?","answer":"Two.\\n#### 2"}\n{"question":"And now?"}\n';
  const rows = officialRows(officialSetOf('gsm8k')!, [{ name: 'test.jsonl', text }]);
  await expectFailure(rows, 'benchmark-invalid', 'test.jsonl, row 2, is no item of gsm8k');
  await expectFailure(
    officialRows(mmlu, [{ name: 'x_test.csv', text: '' }]),
    'benchmark-invalid',
    'x_test.csv has no rows',
  );
});

test('a subset is the same for everyone with that seed, in the order of the whole', () => {
  const rows = Array.from({ length: 1319 }, (_, i) => i);
  const some = subset(rows, 100, 7);
  expect(some).toEqual(subset(rows, 100, 7));
  expect(some).toEqual([...new Set(some)].toSorted((a, b) => a - b));
  expect(some).not.toEqual(subset(rows, 100, 8));
  // random.Random(7).sample(range(1319), 5), sorted, of CPython.
  expect(subset(rows, 5, 7)).toEqual([98, 148, 308, 663, 808]);
  expect(subset(rows, undefined, 7)).toEqual(rows);
  expect(subset(rows, 5000, 7)).toEqual(rows);
});
