import fc from 'fast-check';
import { expect, test } from 'vitest';
import { LopperError } from '../errors';
import { parseCsv } from './csv';
import { gsm8k } from './gsm8k';
import { mmlu } from './mmlu';
import { readParquet } from './parquet';
import { readItems } from './read-items';
import { readRows } from './rows';
import { school } from './school';
import type { Task } from './task';

const good = '{"subject":"s","question":"q","choices":["a","b","c","d"],"answer":3}';
const of = (task: Task, name: string, text: string) => readItems(task, [{ name, text }]);
const read = (text: string, name = 'items.jsonl') => of(school, name, text);
const failure = async (work: Promise<unknown>): Promise<LopperError> => {
  try {
    await work;
  } catch (error) {
    if (error instanceof LopperError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
};

test('bad rows are passed over and listed by line; the good ones stay', async () => {
  const rows = [
    good,
    '{"question":"q","choices":["a","b","c"],"answer":0}',
    '{"question":"q","choices":["a","b","","d"],"answer":0}',
    '',
    '{"question":"q","choices":["a","b","c","d"],"answer":4}',
    '{"question":"q","choices":["a","b","c","d"],"answer":"E"}',
    '{"choices":["a","b","c","d"],"answer":1}',
    '{"question":',
    'null',
    good,
  ];
  const { items, problems } = await read(`\uFEFF${rows.join('\r\n')}\r\n`);
  expect(items.map((i) => i.line)).toEqual([1, 10]);
  expect(problems.map((p) => [p.line, p.message.replace(/\(.*\)/, '(…)')])).toEqual([
    [2, 'choices are 3, and 4 are needed'],
    [3, 'choices.2 is empty'],
    [5, 'answer 4 is out of range; choices are counted from 0 to 3'],
    [6, 'answer "E" is neither a number from 0 to 3 nor a letter from A to D'],
    [7, 'question is missing'],
    [8, 'not JSON (…)'],
    [9, 'is null, expected Object'],
  ]);
});

test('an empty file and a file of another task are refused, with the file and the line', async () => {
  expect(await failure(read(' \n\n', 'empty.jsonl'))).toMatchObject({
    code: 'benchmark-invalid',
    message: 'empty.jsonl has no rows.',
  });
  const problems = '{"question":"q","answer":"#### 1"}\n{"question":"r","answer":"#### 2"}\n';
  expect(await failure(read(`\n${problems}`, 'gsm8k.jsonl'))).toMatchObject({
    code: 'benchmark-invalid',
    message: 'None of the 2 rows of gsm8k.jsonl is an item of school; line 2: choices is missing.',
  });
  expect((await failure(of(gsm8k, 'x.jsonl', good))).message).toContain(
    'None of the 1 rows of x.jsonl is an item of gsm8k; line 1: answer is 3, expected string.',
  );
  expect((await failure(of(gsm8k, 'x.jsonl', '{"question":"q","answer":"7"}'))).message).toContain(
    'answer has no "#### " with the result after it',
  );
});

test('MMLU’s CSV is read with a header and numbers, and without one and letters', async () => {
  const header = 'question,choice0,choice1,choice2,choice3,answer\n';
  const quoted = '"He said ""why"",\nand left",0,"0,1", x,d,1\n';
  expect((await of(mmlu, 'data/moral_disputes_test.csv', header + quoted)).items).toEqual([
    {
      file: 'data/moral_disputes_test.csv',
      line: 2,
      subject: 'moral_disputes',
      question: 'He said "why",\nand left',
      choices: ['0', '0,1', ' x', 'd'],
      gold: 1,
    },
  ]);
  const { items, problems } = await of(
    mmlu,
    'anatomy_dev.csv',
    `${quoted.replace(',1\n', ',C\r\n')}q,a,b,c,d,E\r\nq,a,b,c,d\r\nq,a,b,c,d,7\r\nq,a,b,c,d,D`,
  );
  expect(items.map((i) => [i.line, mmlu.part!(i as never).subject, i.gold])).toEqual([
    [1, 'anatomy', 2],
    [6, 'anatomy', 3],
  ]);
  expect(problems.map((p) => p.line)).toEqual([3, 4, 5]);
  expect(problems[0]!.message).toContain('"E"');
});

test('a file that is only a header has no items', async () => {
  const text = 'question,choice0,choice1,choice2,choice3,answer\n';
  expect((await failure(of(mmlu, 'a_test.csv', text))).message).toBe('a_test.csv has no rows.');
});

test('CSV written by the rules is read back as it was', () => {
  const cell = fc.string({ unit: fc.constantFrom('a', ',', '"', '\n', '\r', ' ', 'é'), maxLength: 6 });
  const table = fc.array(fc.array(cell, { minLength: 2, maxLength: 4 }), { maxLength: 5 });
  fc.assert(
    fc.property(table, fc.constantFrom('\n', '\r\n'), fc.boolean(), (rows, newline, lastNewline) => {
      const quote = (c: string) => (/[",\n\r]/.test(c) ? `"${c.replaceAll('"', '""')}"` : c);
      const text = rows.map((r) => r.map(quote).join(',')).join(newline) + (lastNewline ? newline : '');
      expect([...parseCsv(text)].map((r) => r.cells)).toEqual(rows);
    }),
  );
});

test('CSV that breaks the rules is read as Python’s csv module reads it, no letter lost', () => {
  for (const [text, rows] of [
    ['"a"b,c', [['ab', 'c']]],
    ['"a" "b",c', [['a "b"', 'c']]],
    ['a"b",c', [['a"b"', 'c']]],
    ['"a""', [['a"']]],
    ['"a,b\nc', [['a,b\nc']]],
    [
      'a,b\rc,"d"',
      [
        ['a', 'b'],
        ['c', 'd'],
      ],
    ],
  ] as const) {
    expect(
      [...parseCsv(text)].map((r) => r.cells),
      text,
    ).toEqual(rows);
  }
});

test('any text at all is read to its end or refused by name', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.string({ unit: 'grapheme', maxLength: 60 }),
      fc.constantFrom('x.csv', 'x.jsonl'),
      async (text, name) => {
        expect((await failure(read(text, name))).code).toBe('benchmark-invalid');
      },
    ),
  );
  expect((await failure(read(`"${'a'.repeat(2_000_000)}`, 'x.csv'))).code).toBe('benchmark-invalid');
});

test('a parquet file of which one byte makes its reader go on for ever is given up', async () => {
  const { parquetWriteBuffer } = await import('hyparquet-writer');
  const data = Array.from({ length: 200 }, (_, i) => `What is ${i} and ${(i * i) % 7}?`);
  const bytes = new Uint8Array(parquetWriteBuffer({ columnData: [{ name: 'question', data, type: 'STRING' }] }));
  expect(await readParquet(bytes)).toHaveLength(200);
  bytes[14] = 34;
  await expect(readParquet(bytes, 1000)).rejects.toThrow('longer than 1 s');
});

test('parquet rows read as JSON rows do, and a damaged file is refused by name', async () => {
  const { parquetWriteBuffer } = await import('hyparquet-writer');
  const bytes = new Uint8Array(
    parquetWriteBuffer({
      columnData: [
        { name: 'question', data: ['q', 'r'], type: 'STRING' },
        {
          name: 'choices',
          data: [
            ['a', 'b', 'c', 'd'],
            ['e', 'f', 'g', 'h'],
          ],
          type: 'JSON',
        },
        { name: 'answer', data: [3n, 0n], type: 'INT64' },
      ],
    }),
  );
  expect((await readRows({ name: 'x.parquet', bytes })).map((r) => r.value)).toEqual([
    { question: 'q', choices: ['a', 'b', 'c', 'd'], answer: 3 },
    { question: 'r', choices: ['e', 'f', 'g', 'h'], answer: 0 },
  ]);
  const { items } = await readItems(mmlu, [{ name: 'x.parquet', bytes }]);
  expect(items.map((i) => [i.line, i.gold])).toEqual([
    [1, 3],
    [2, 0],
  ]);
  const cut = { name: 'cut.parquet', bytes: bytes.slice(0, 40) };
  expect(await failure(readRows(cut))).toMatchObject({
    code: 'benchmark-invalid',
    message: expect.stringContaining('cut.parquet cannot be read as parquet'),
  });
});
