import { expect, test } from 'vitest';
import { own } from './own';
import { readItems } from './read-items';

const read = (...lines: string[]) => readItems(own, [{ name: 'class.jsonl', text: lines.join('\n') }]);

test('an answer may be a number from 0, a letter, or the choice itself', async () => {
  const choices = '["blue", "green", "3"]';
  const { items, problems } = await read(
    `{"context": "The sky is", "choices": ${choices}, "answer": 1}`,
    `{"context": "The sky is ", "choices": ${choices}, "answer": "a"}`,
    `{"question": "The sky is", "choices": ["blue", " green", "3"], "answer": "green "}`,
    `{"context": "The sky is", "choices": ${choices}, "answer": "3"}`,
    `{"context": "The sky is", "choices": ${choices}, "answer": "red"}`,
    `{"context": "The sky is", "choices": ${choices}, "answer": 3}`,
    '{"context": "The sky is", "choices": ["blue"], "answer": 0}',
    '{"context": "The sky is", "answer": 0}',
  );
  expect(items.map((i) => i.gold)).toEqual([1, 0, 1, 2]);
  expect(problems.map((p) => [p.line, p.message])).toEqual([
    [5, 'answer "red" is none of the choices; write the choice, its letter, or its number from 0'],
    [6, 'answer 3 is out of range; choices are counted from 0 to 2'],
    [7, 'choices are fewer than 2, and nothing is to choose'],
    [8, 'question is missing'],
  ]);
  expect(own.requests(items[0]!, [items[1]!])[2]).toEqual({
    kind: 'score',
    context: 'The sky is blue\n\nThe sky is',
    continuation: ' 3',
  });
});

test('a written answer is right by what its first line says, or by the number it ends on', async () => {
  const { items } = await read(
    '{"question": "Who wrote Faust?", "answer": "Goethe"}',
    '{"question": "What is 6 times 200?", "answer": 1200}',
  );
  const judge = (i: number, text: string) => own.score(items[i]!, [{ text }]).correct;
  expect([judge(0, ' Goethe.\nHe was'), judge(0, ' goethe '), judge(0, ' Schiller'), judge(0, '')]).toEqual([
    true,
    true,
    false,
    false,
  ]);
  expect([judge(1, ' It is 1,200.'), judge(1, ' 1200'), judge(1, ' 120')]).toEqual([true, true, false]);
  expect(own.requests(items[0]!, [items[1]!])).toMatchObject([
    {
      kind: 'generate',
      context: 'Question: What is 6 times 200?\nAnswer: 1200\n\nQuestion: Who wrote Faust?\nAnswer:',
    },
  ]);
});
