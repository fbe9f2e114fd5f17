import { parquetWriteBuffer, type SchemaElement } from 'hyparquet-writer';
import { expect, test } from 'vitest';
import { readItems } from './read-items';
import type { BenchmarkFile } from './rows';
import { taskNamed } from './tasks';

const one = async (task: string, file: BenchmarkFile) => {
  const { items, problems } = await readItems(taskNamed(task), [file]);
  expect(problems).toEqual([]);
  expect(items).toHaveLength(1);
  const { file: _, line: __, ...item } = items[0]!;
  return item;
};
const json = (...rows: unknown[]): BenchmarkFile => ({
  name: 'x.jsonl',
  text: rows.map((row) => JSON.stringify(row)).join('\n'),
});

const string = (name: string): SchemaElement => ({
  name,
  type: 'BYTE_ARRAY',
  converted_type: 'UTF8',
  repetition_type: 'OPTIONAL',
});
const long = (name: string): SchemaElement => ({ name, type: 'INT64', repetition_type: 'OPTIONAL' });
const list = (name: string, element = string('element')): SchemaElement[] => [
  { name, repetition_type: 'OPTIONAL', num_children: 1, converted_type: 'LIST' },
  { name: 'list', repetition_type: 'REPEATED', num_children: 1 },
  element,
];
const struct = (name: string, ...fields: SchemaElement[][]): SchemaElement[] => [
  { name, repetition_type: 'OPTIONAL', num_children: fields.length },
  ...fields.flat(),
];

/** Rows as the hub's parquet files have them: the columns as given, packed by Snappy. */
function parquet(columns: Record<string, readonly SchemaElement[]>, ...rows: Record<string, unknown>[]): BenchmarkFile {
  const names = Object.keys(columns);
  const schema = [{ name: 'root', num_children: names.length }, ...Object.values(columns).flat()];
  const columnData = names.map((name) => ({ name, data: rows.map((row) => row[name]) }));
  return { name: 'x.parquet', bytes: new Uint8Array(parquetWriteBuffer({ schema, columnData, codec: 'SNAPPY' })) };
}

interface Form {
  readonly task: string;
  readonly columns: Record<string, readonly SchemaElement[]>;
  readonly row: Record<string, unknown>;
  readonly gold: number | string;
}

test.each<Form>([
  {
    task: 'mmlu',
    columns: {
      question: [string('question')],
      subject: [string('subject')],
      choices: list('choices'),
      answer: [long('answer')],
    },
    row: { question: 'Which?', subject: 'anatomy', choices: ['a', 'b', 'c', 'd'], answer: 2n },
    gold: 2,
  },
  {
    task: 'arc_easy',
    columns: {
      id: [string('id')],
      question: [string('question')],
      choices: struct('choices', list('text'), list('label')),
      answerKey: [string('answerKey')],
    },
    row: { id: 'x', question: 'Which?', choices: { text: ['ice', 'sand'], label: ['1', '2'] }, answerKey: '2' },
    gold: 1,
  },
  {
    task: 'boolq',
    columns: { question: [string('question')], passage: [string('passage')], label: [long('label')] },
    row: { question: 'is it', passage: 'It -- It is.', label: 1n },
    gold: 1,
  },
  {
    task: 'hellaswag',
    columns: {
      activity_label: [string('activity_label')],
      ctx_a: [string('ctx_a')],
      ctx_b: [string('ctx_b')],
      endings: list('endings'),
      label: [string('label')],
    },
    row: { activity_label: 'Rowing', ctx_a: 'A boat.', ctx_b: 'it', endings: ['sinks.', 'goes.'], label: '1' },
    gold: 1,
  },
  {
    task: 'piqa',
    columns: { goal: [string('goal')], sol1: [string('sol1')], sol2: [string('sol2')], label: [long('label')] },
    row: { goal: 'sit', sol1: 'a chair', sol2: 'a soup', label: 0n },
    gold: 0,
  },
  {
    task: 'toxigen',
    columns: {
      text: [string('text')],
      toxicity_ai: [{ name: 'toxicity_ai', type: 'DOUBLE', repetition_type: 'OPTIONAL' }],
      toxicity_human: [{ name: 'toxicity_human', type: 'DOUBLE', repetition_type: 'OPTIONAL' }],
    },
    row: { text: 'we had tea', toxicity_ai: 2.5, toxicity_human: 3 },
    gold: 0,
  },
  ...(['mc1_targets', 'mc2_targets'] as const).map((targets) => ({
    task: targets.replace('mc', 'truthfulqa_mc').replace('_targets', ''),
    columns: {
      question: [string('question')],
      [targets]: struct(
        targets,
        list('choices'),
        list('labels', { name: 'element', type: 'INT32', repetition_type: 'OPTIONAL' }),
      ),
    },
    row: { question: 'Is it?', [targets]: { choices: ['No.', 'Yes.'], labels: [0, 1] } },
    gold: 1,
  })),
  {
    task: 'winogrande',
    columns: Object.fromEntries(['sentence', 'option1', 'option2', 'answer'].map((name) => [name, [string(name)]])),
    row: { sentence: 'The ball hit the wall and _ broke.', option1: 'the ball', option2: 'the wall', answer: '2' },
    gold: 1,
  },
  {
    task: 'gsm8k',
    columns: { question: [string('question')], answer: [string('answer')] },
    row: { question: 'How many?', answer: 'Two.\n#### 2' },
    gold: '2',
  },
])('$task: a parquet row of the hub is the item that the same row as JSON is', async ({ task, columns, row, gold }) => {
  const item = await one(task, parquet(columns, row));
  expect(item.gold).toBe(gold);
  const plain = Object.entries(row).map(([key, value]) => [key, typeof value === 'bigint' ? Number(value) : value]);
  expect(item).toEqual(await one(task, json(Object.fromEntries(plain))));
});

test('ARC is the same question in every form it is published in', async () => {
  const pairs = [
    { text: 'ice', label: 'A' },
    { text: 'hot sand', label: 'B' },
    { text: 'fog', label: 'C' },
  ];
  const wanted = { question: 'Which is warm?', choices: ['ice', 'hot sand', 'fog'], gold: 1 };
  const lists = { text: pairs.map((p) => p.text), label: pairs.map((p) => p.label) };
  for (const file of [
    json({ question: 'Which is warm?', choices: lists, answerKey: 'B' }),
    json({ question: 'Which is warm?', choices: pairs, answerKey: 'B' }),
    json({ question: { stem: 'Which is warm?', choices: pairs }, answerKey: 'B' }),
    {
      name: 'ARC-Easy-Test.csv',
      text: 'questionID,AnswerKey,question\nx,B,Which is warm? (A) ice (B) hot sand (C) fog\n',
    },
    { name: 'arc.csv', text: `question,choices,answerKey\nWhich is warm?,"${cell(lists)}",B\n` },
  ]) {
    expect(await one('arc_easy', file)).toEqual(wanted);
  }
});

const cell = (value: unknown) => JSON.stringify(value).replaceAll('"', '""');

test('BoolQ’s own rows keep the title apart, which the field’s prompt has before the passage', async () => {
  const superGlue = json({ question: 'is it', passage: 'Tea -- Tea is.', label: true });
  expect(await one('boolq', json({ question: 'is it', title: 'Tea', passage: 'Tea is.', answer: true }))).toEqual(
    await one('boolq', superGlue),
  );
  const csv = { name: 'dev.csv', text: 'question,passage,label\nis it,Tea -- Tea is.,1\n' };
  expect(await one('boolq', csv)).toEqual(await one('boolq', superGlue));
});

test('numbers that CSV writes as text are numbers', async () => {
  const toxigen = { name: 'annotated_test.csv', text: 'text,toxicity_ai,toxicity_human\n"we, too, had tea",1.0,5.0\n' };
  expect(await one('toxigen', toxigen)).toEqual({ statement: 'we, too, had tea', gold: 1 });
  const piqa = { name: 'piqa.csv', text: 'goal,sol1,sol2,label\nsit,a chair,a soup,1\n' };
  expect((await one('piqa', piqa)).gold).toBe(1);
  const endings = `"${cell(['sinks.', 'goes.'])}"`;
  const hellaswag = {
    name: 'h.csv',
    text: `activity_label,ctx_a,ctx_b,endings,label\nRowing,A boat.,it,${endings},1\n`,
  };
  expect(await one('hellaswag', hellaswag)).toMatchObject({ choices: ['sinks.', 'goes.'], gold: 1 });
});

test('TruthfulQA’s list, its CSV and the hub’s rows are the same choices', async () => {
  const by = { 'Yes.': 1, 'Sometimes.': 1, 'No.': 0 };
  const lists = { choices: Object.keys(by), labels: Object.values(by) };
  const row = { question: 'Is it?', mc1_targets: { 'Yes.': 1, 'No.': 0 }, mc2_targets: by };
  const wanted = await one('truthfulqa_mc2', json({ question: 'Is it?', mc2_targets: lists }));
  expect(await one('truthfulqa_mc2', { name: 'mc_task.json', text: JSON.stringify([row], undefined, 2) })).toEqual(
    wanted,
  );
  const csv = {
    name: 'TruthfulQA.csv',
    text: 'Type,Question,Best Answer,Correct Answers,Incorrect Answers\nx,Is it?,Yes,Yes; Sometimes.,No; No\n',
  };
  expect(await one('truthfulqa_mc2', csv)).toEqual(wanted);
  expect(await one('truthfulqa_mc1', csv)).toEqual(await one('truthfulqa_mc1', json(row)));
});

test('PIQA’s labels, kept in a file of their own, go to their rows; without them nothing is guessed', async () => {
  const goals = json(
    { goal: 'sit', sol1: 'a chair', sol2: 'a soup' },
    { goal: 'eat', sol1: 'a chair', sol2: 'a soup' },
  );
  const labels = { name: 'valid-labels.lst', text: '0\n1\n' };
  const { items } = await readItems(taskNamed('piqa'), [labels, goals]);
  expect(items.map((i) => i.gold)).toEqual([0, 1]);
  await expect(readItems(taskNamed('piqa'), [goals])).rejects.toMatchObject({
    code: 'benchmark-invalid',
    message: expect.stringContaining('line 1: label is missing'),
  });
  const short = { name: 'valid-labels.lst', text: '0\n' };
  await expect(readItems(taskNamed('piqa'), [goals, short])).rejects.toMatchObject({
    code: 'benchmark-invalid',
    message: expect.stringContaining('1 labels for the 2 rows of x.jsonl'),
  });
});

test.each([
  ['arc_easy', { question: 'Q', choices: { text: ['a', 'b'], label: ['A', 'B'] }, answerKey: 'C' }, 'answerKey "C"'],
  ['arc_easy', { question: 'Q', choices: { text: ['a'], label: ['A'] }, answerKey: 'A' }, 'has 1 choices'],
  ['boolq', { question: 'q', passage: 'p', label: 2 }, 'label 2 is neither no (0) nor yes (1)'],
  ['hellaswag', { activity_label: 'a', ctx_a: 'b', ctx_b: 'c', endings: ['x', 'y'], label: '4' }, 'out of range'],
  ['piqa', { goal: 'g', sol1: 'a', label: 0 }, 'sol2 is missing'],
  ['toxigen', { text: 't', toxicity_ai: 'high', toxicity_human: 1 }, 'toxicity_ai is no number'],
  ['truthfulqa_mc1', { question: 'q', mc1_targets: { choices: ['a', 'b'], labels: [0, 0] } }, 'no true choice'],
  ['winogrande', { sentence: 'no blank', option1: 'a', option2: 'b', answer: '1' }, 'has no blank'],
  ['winogrande', { sentence: 'a _', option1: 'a', option2: 'b', answer: '' }, 'answer'],
  ['lambada_openai', { text: 'alone' }, 'single word'],
])('%s: a row that is no item says what is wrong', async (task, row, said) => {
  await expect(readItems(taskNamed(task), [json(row)])).rejects.toMatchObject({
    code: 'benchmark-invalid',
    message: expect.stringContaining(said),
  });
});
