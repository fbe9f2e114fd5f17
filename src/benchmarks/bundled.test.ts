import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { extractStrict } from './gsm8k';
import { tasks } from './tasks';

const PUBLIC = join(import.meta.dirname, '../../public');
const bundled = tasks.filter((t) => t.bundled);

test.each(bundled.map((t) => [t.name, t] as const))(
  'the bundled items of %s can all be asked with five examples',
  (_, task) => {
    const read = (path: string) => task.items({ name: path, text: readFileSync(join(PUBLIC, path), 'utf8') });
    const { items, problems } = read(task.bundled!.items);
    const fewshot = read(task.bundled!.fewshot);
    expect([problems, fewshot.problems]).toEqual([[], []]);
    expect(items.length).toBeGreaterThanOrEqual(100);
    const examples = task.examples(fewshot.items, items, 5);
    const contexts = items.map((item, i) => task.requests(item, examples[i]!)[0]!.context);
    expect(new Set(contexts).size).toBe(items.length);
    // No item is given away by the examples before it.
    const plain = items.map((item) => task.requests(item, [])[0]!.context.split('\n\n').at(-1)!);
    contexts.forEach((context, i) => {
      expect(context.split(plain[i]!)).toHaveLength(2);
    });
  },
);

test('right answers of the bundled questions are spread evenly over A to D', () => {
  const school = tasks.find((t) => t.name === 'school')!;
  const text = readFileSync(join(PUBLIC, school.bundled!.items), 'utf8');
  const { items } = school.items({ name: 'items.jsonl', text });
  const counts = [0, 1, 2, 3].map((answer) => items.filter((item) => item.gold === answer).length);
  expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(0.02 * items.length);
});

test('every worked answer passes the strict match it will be judged by', () => {
  const math = tasks.find((t) => t.name === 'school_math')!;
  const text = readFileSync(join(PUBLIC, math.bundled!.items), 'utf8');
  for (const item of math.items({ name: 'items.jsonl', text }).items) {
    const { worked } = item as typeof item & { worked: string };
    expect(extractStrict(worked)).not.toBe('[invalid]');
    expect(math.score(item, [{ text: ` ${worked}` }])).toMatchObject({ answer: item.gold, correct: true });
  }
});
