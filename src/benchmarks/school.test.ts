import { expect, test } from 'vitest';
import type { ChoiceItem } from './choice-item';
import { examplesFor } from './fewshot';
import { normalise } from './gsm8k';
import { readItems } from './read-items';
import { school } from './school';
import { schoolLetters } from './school-letters';
import { schoolMath } from './school-math';
import { taskNamed, tasks } from './tasks';

const item: ChoiceItem = {
  file: 'items.jsonl',
  line: 1,
  subject: 'life_science',
  question: ' Which animal lays eggs? ',
  choices: ['a hen', 'a cow', 'a dog', 'a bat'],
  gold: 0,
};
const scores = (...logprobs: number[]) => logprobs.map((logprob) => ({ logprob }));

test('school scores each choice’s own text after the bare question', () => {
  expect(school.requests(item, [])).toEqual(
    item.choices.map((choice) => ({
      kind: 'score',
      context: 'Question: Which animal lays eggs?\nAnswer:',
      continuation: ` ${choice}`,
    })),
  );
  const example = { ...item, question: 'Which is round?', choices: ['a', 'b', 'a ball', 'c'], gold: 2 };
  expect(school.requests(item, [example])[0]).toMatchObject({
    context: 'Question: Which is round?\nAnswer: a ball\n\nQuestion: Which animal lays eggs?\nAnswer:',
  });
});

test('a long answer is not punished for its length, and length is counted as people count characters', () => {
  const long = { ...item, choices: ['ab', 'abcdefghij', 'x', 'y'], gold: 1 };
  // Sums prefer choice 0; per character choice 1 is likelier.
  expect(school.score(long, scores(-2, -4, -50, -50))).toEqual({
    answer: 1,
    correct: true,
    metrics: { acc: 0, acc_norm: 1 },
  });
  // Four emoji are four characters, though eight UTF-16 units: -4/4 loses to -1.9/2; by units -4/8 would win.
  const emoji = { ...item, choices: ['😀😀😀😀', 'ab', 'x', 'y'], gold: 1 };
  expect(school.score(emoji, scores(-4, -1.9, -50, -50)).answer).toBe(1);
});

test('ties go to the first choice; no choice wins with a NaN', () => {
  expect(school.score(item, scores(-1, -1, -1, -1)).answer).toBe(0);
  expect(school.score(item, scores(-1e300, -Infinity, -Infinity, -Infinity)).answer).toBe(0);
  expect(() => school.score(item, scores(Number.NaN, -1, -1, -1))).toThrow(
    expect.objectContaining({ code: 'not-finite', message: expect.stringContaining('choice 0 of the item on line 1') }),
  );
});

test('school_letters asks MMLU’s way, with the subject spelt out', () => {
  const requests = schoolLetters.requests(item, []);
  expect(requests.map((r) => r.kind === 'score' && r.continuation)).toEqual([' A', ' B', ' C', ' D']);
  expect(requests[3]).toHaveProperty(
    'context',
    'The following are multiple choice questions (with answers) about life science.\n\n' +
      'Which animal lays eggs?\nA. a hen\nB. a cow\nC. a dog\nD. a bat\nAnswer:',
  );
});

test('examples come from the item’s own subject, in the file’s order, or not at all', () => {
  const pool = [1, 2, 3, 4].map((line) => ({ ...item, line, subject: line === 2 ? 'history' : 'life_science' }));
  expect(examplesFor(schoolLetters, pool, [item], 2)[0]!.map((e) => e.line)).toEqual([1, 3]);
  expect(() => examplesFor(schoolLetters, pool, [{ ...item, line: 9, subject: 'history' }], 2)).toThrow(
    expect.objectContaining({
      code: 'benchmark-invalid',
      message: '2 examples are asked for; for the item on line 9 of items.jsonl there are 1.',
    }),
  );
});

test('school_math asks as GSM-8K does and is right only when the number after #### is', async () => {
  const text = '{"question":"Ann has 2 figs and buys 3. How many?","answer":"2 + 3 = 5\\n#### 5"}\n';
  const { items } = await readItems(schoolMath, [{ name: 'items.jsonl', text }]);
  const [examples] = examplesFor(schoolMath, items, items, 1);
  expect(schoolMath.requests(items[0]!, examples!)).toEqual([
    {
      kind: 'generate',
      context:
        'Question: Ann has 2 figs and buys 3. How many?\nAnswer: 2 + 3 = 5\n#### 5\n\n' +
        'Question: Ann has 2 figs and buys 3. How many?\nAnswer:',
      stop: ['Question:', '</s>', '<|im_end|>'],
      maxTokens: 256,
    },
  ]);
  const judge = (output: string) => schoolMath.score(items[0]!, [{ text: output }]);
  expect(judge(' 2 + 3 = 5\n#### 5')).toMatchObject({ answer: '5', correct: true });
  expect(judge(' It is 5')).toEqual({
    answer: '[invalid]',
    correct: false,
    metrics: { 'strict-match': 0, 'flexible-extract': 1 },
  });
  // A full stop before a final new line goes too, as it does in Python.
  expect(normalise('5.\n')).toBe('5\n');
  expect(judge('').metrics).toEqual({ 'strict-match': 0, 'flexible-extract': 0 });
});

test('tasks have names of their own, and the bundled ones say that they are not the official sets', () => {
  expect(new Set(tasks.map((t) => t.name)).size).toBe(tasks.length);
  for (const task of tasks) {
    if (task.bundled) expect(task.about).toMatch(/written for this project.*not the official set/);
    else expect(task.about).toMatch(/official|your/);
  }
  expect(taskNamed('mmlu_anatomy').title).toBe('MMLU: anatomy');
  expect(() => taskNamed('glue')).toThrow(
    expect.objectContaining({
      code: 'usage',
      remedy: expect.stringContaining('school, school_math, school_letters, mmlu-lopper, gsm8k-lopper, mmlu'),
    }),
  );
});
