/** Files as people have them: the forms that public reports name, each read rightly, or refused in a sentence that fits. */
import { existsSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import type { LopperError } from '../errors';
import { readItems } from './read-items';
import { benchmarkFile, readRows } from './rows';
import { mayHoldItems, splitOf } from './splits';
import { taskNamed } from './tasks';

const ITEMS = '../shared/data/field/items';
const has = existsSync(ITEMS);
if (!has) console.log(`skipped: ${ITEMS} is not here`);

const given = (path: string, name = path.slice(path.lastIndexOf('/') + 1)) =>
  benchmarkFile(name, readFileSync(`${ITEMS}/${path}`));
const items = (task: string, ...files: ReturnType<typeof given>[]) => readItems(taskNamed(task), files);
const written = (name: string, text: string) => benchmarkFile(name, new TextEncoder().encode(text));
const failure = async (work: () => unknown): Promise<LopperError> => {
  try {
    await work();
  } catch (error) {
    return error as LopperError;
  }
  throw new Error('nothing was thrown');
};
const CHOICES = ['red', 'green', 'blue', 'grey'];

test.skipIf(!has)('answers counted from 1 are told by a file in which 0 never occurs, and noted', async () => {
  const { items: read, notes } = await items('mmlu', given('mmlu-one-to-four.jsonl'));
  expect(read.map((item) => item.gold)).toEqual([0, 1, 2, 3, 1]);
  expect(notes).toEqual(['mmlu-one-to-four.jsonl counts answers from 1: 0 never occurs in it, and 4 does.']);
});

test('a file with a 0 among its answers counts from 0, and one without the highest is taken as it stands', async () => {
  const file = (...answers: (number | string)[]) =>
    written('x.jsonl', answers.map((answer) => JSON.stringify({ question: 'q', choices: CHOICES, answer })).join('\n'));
  const golds = async (...answers: (number | string)[]) => {
    const { items: read, notes, problems } = await items('mmlu', file(...answers));
    return [read.map((item) => item.gold), notes.length, problems.map((p) => p.message)];
  };
  expect(await golds(0, 3, 1)).toEqual([[0, 3, 1], 0, []]);
  expect(await golds(1, 2, 3)).toEqual([[1, 2, 3], 0, []]);
  expect(await golds('1', '4', 'B')).toEqual([[0, 3, 1], 1, []]);
  expect(await golds(0, 4)).toEqual([[0], 0, ['answer 4 is out of range; choices are counted from 0 to 3']]);
});

test('answers counted from 1 are told beside choices in a cell too, and beside a row that is none', async () => {
  const rows = ['a,"[""x"", ""y""]",1', 'b,"[""x"", ""y""]",2', 'c,oops,1'];
  const {
    items: read,
    notes,
    problems,
  } = await items('own', written('x.csv', ['context,choices,answer', ...rows].join('\n')));
  expect(read.map((item) => item.gold)).toEqual([0, 1]);
  expect(notes).toEqual(['x.csv counts answers from 1: 0 never occurs in it, and 2 does.']);
  expect(problems).toHaveLength(1);
});

test.skipIf(!has).each([
  ['mmlu-letters.jsonl', [2]],
  ['mmlu-abcd_test.csv', [2, 1]],
  ['mmlu-list-in-cell.csv', [2]],
  ['viewer-rows.json', [2]],
])('%s is read', async (name, golds) => {
  const { items: read, problems, notes } = await items('mmlu', given(name));
  expect(read.map((item) => item.gold)).toEqual(golds);
  expect(read[0]).toMatchObject({ question: 'Which colour has the sky?', choices: CHOICES });
  expect([problems, notes]).toEqual([[], []]);
});

test('lists as data frames print them into a cell, and answers as spreadsheets write numbers', async () => {
  const cell = (list: string) => `question,choices,answer\nq,"${list.replaceAll('"', '""')}",2.0\n`;
  for (const list of [
    "['red', 'green', 'blue', 'grey']",
    "['red' 'green' 'blue'\n 'grey']",
    '["red","green","blue","grey"]',
  ]) {
    const { items: read } = await items('mmlu', written('x.csv', cell(list)));
    expect(read[0]).toMatchObject({ choices: CHOICES, gold: 2 });
  }
  const quoted = await items('mmlu', written('x.csv', cell(`['it\\'s', "o'clock", 'a "b"', 'c']`)));
  expect(quoted.items[0]).toMatchObject({ choices: ["it's", "o'clock", 'a "b"', 'c'] });
  // One that is cut short is no list, and that is soon told.
  const cut = await failure(() => items('mmlu', written('x.csv', cell(`[${"'a' ".repeat(1000)}`))));
  expect(cut.message).toContain('x.csv');
});

test('rows under "data", and a viewer’s row that was cut', async () => {
  const row = { question: 'q', choices: CHOICES, answer: 0 };
  expect((await items('mmlu', written('x.json', JSON.stringify({ data: [row, row] }, null, 2)))).items).toHaveLength(2);
  const viewer = {
    rows: [
      { row, truncated_cells: [] },
      { row, truncated_cells: ['question'] },
    ],
  };
  const { items: read, problems } = await items('mmlu', written('x.json', JSON.stringify(viewer)));
  expect(read).toHaveLength(1);
  expect(problems).toEqual([{ file: 'x.json', line: 2, message: 'was cut by the dataset viewer (question)' }]);
});

test.skipIf(!has)('a text in Windows-1252 is read as that, and noted', async () => {
  const { items: read, notes } = await items('mmlu', given('mmlu-windows-1252_test.csv'));
  expect(read[0]).toMatchObject({ question: 'Wo liegt Köln? “Am Rhein” – oder?', subject: 'mmlu-windows-1252' });
  expect(notes).toEqual([expect.stringMatching(/^mmlu-windows-1252_test\.csv is not UTF-8 \(byte \d+ is 0xf6\)/)]);
});

test.skipIf(!has)('a folder of several splits is not asked as one, and a split without labels is named', async () => {
  const both = [given('gsm8k-publisher-folder/test.jsonl'), given('gsm8k-publisher-folder/train.jsonl')];
  expect((await failure(() => items('gsm8k', ...both))).message).toBe(
    'These files are of several splits: test (test.jsonl) and train (train.jsonl).',
  );
  expect((await failure(() => items('hellaswag', given('hellaswag-test-split.jsonl')))).message).toContain(
    'label is missing: this split has no labels; take the validation split',
  );
});

test('of whichever names the splits have, a person is asked for one; a set of one split is read whole', async () => {
  const row = (question: string) => JSON.stringify({ question, choices: CHOICES, answer: 1 });
  const named = (...names: string[]) => items('mmlu', ...names.map((name) => written(name, row(name))));
  const mixed = await failure(() => named('train-00000-of-00001.jsonl', 'validation-00000-of-00001.jsonl'));
  expect(mixed.message).toContain(
    'train (train-00000-of-00001.jsonl) and validation (validation-00000-of-00001.jsonl)',
  );
  expect(mixed.remedy).toContain('Give only the files of the split that is to be asked');
  expect((await named('anatomy_test.jsonl', 'law_test.jsonl')).items).toHaveLength(2);
  const unlabelled = written(
    'hellaswag_test.jsonl',
    '{"activity_label": "Rowing", "ctx_a": "A boat.", "ctx_b": "it", "endings": ["sinks.", "goes."], "label": ""}',
  );
  expect((await failure(() => items('hellaswag', unlabelled))).message).toContain('this split has no labels');
});

test.skipIf(!has)('a git-LFS pointer in a benchmark’s place is called one', async () => {
  expect((await failure(() => given('test-00000-of-00001.parquet'))).message).toBe(
    'test-00000-of-00001.parquet is a git-LFS pointer, not the file itself.',
  );
});

test('what systems and publishers lay beside items is passed over', () => {
  const found = [
    '._anatomy_test.csv',
    '.DS_Store',
    'README.txt',
    'LICENSE.txt',
    'anatomy_test.csv',
    'x.py',
    'dev.jsonl',
  ];
  expect(found.filter(mayHoldItems)).toEqual(['anatomy_test.csv', 'dev.jsonl']);
});

test.each([
  ['anatomy_test.csv', 'test'],
  ['validation-00000-of-00001.parquet', 'validation'],
  ['hellaswag_val_1000.jsonl', 'validation'],
  ['valid-labels.lst', 'validation'],
  ['auxiliary_train.csv', 'train'],
  ['latest.jsonl', undefined],
  ['items.json', undefined],
])('%s is of the split %s', (name, split) => expect(splitOf(name)).toBe(split));

test('a file of one JSON line is still an item a line', async () => {
  expect(await readRows(written('x.jsonl', '{"question":"q"}'))).toEqual([
    { file: 'x.jsonl', line: 1, value: { question: 'q' } },
  ]);
});
