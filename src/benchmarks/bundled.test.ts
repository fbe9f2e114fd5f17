import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { examplesFor } from './fewshot';
import { extractStrict } from './gsm8k';
import { readItems } from './read-items';
import type { Item, Task } from './task';
import { taskNamed, tasks } from './tasks';

const PUBLIC = join(import.meta.dirname, '../../public');
const bundled = tasks.filter((t) => t.bundled);
const read = (task: Task, path: string) =>
  readItems(task, [{ name: path, text: readFileSync(join(PUBLIC, path), 'utf8') }]);
const contextOf = (task: Task, item: Item, examples: readonly Item[]) => {
  const [request] = task.requests(item, examples);
  return request?.kind === 'tokens' ? '' : request!.context;
};

test.each(bundled.map((t) => [t.name, t] as const))(
  'the bundled items of %s can all be asked with five examples',
  async (_, task) => {
    const { items, problems } = await read(task, task.bundled!.items);
    const fewshot = await read(task, task.bundled!.fewshot);
    expect([problems, fewshot.problems]).toEqual([[], []]);
    expect(items.length).toBeGreaterThanOrEqual(100);
    const examples = examplesFor(task, fewshot.items, items, 5);
    const contexts = items.map((item, i) => contextOf(task, item, examples[i]!));
    expect(new Set(contexts).size).toBe(items.length);
    // No item is given away by the examples before it.
    const plain = items.map((item) => contextOf(task, item, []).split('\n\n').at(-1)!);
    contexts.forEach((context, i) => {
      expect(context.split(plain[i]!)).toHaveLength(2);
    });
  },
);

test('one subject by itself is asked what it is asked among all', async () => {
  const prompts = async (name: string) => {
    const task = taskNamed(name);
    const { items } = await read(task, task.bundled!.items);
    const examples = examplesFor(task, (await read(task, task.bundled!.fewshot)).items, items, 5);
    return items.flatMap((item, i) =>
      task.part!(item).subject === 'moral_disputes' ? contextOf(task, item, examples[i]!) : [],
    );
  };
  const alone = await prompts('mmlu-lopper_moral_disputes');
  expect(alone).toHaveLength(4);
  expect(alone).toEqual(await prompts('mmlu-lopper'));
});

test('right answers of the bundled questions are spread evenly over A to D', async () => {
  const school = tasks.find((t) => t.name === 'school')!;
  const { items } = await read(school, school.bundled!.items);
  const counts = [0, 1, 2, 3].map((answer) => items.filter((item) => item.gold === answer).length);
  expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(0.02 * items.length);
});

test('every worked answer passes the strict match it will be judged by', async () => {
  const math = tasks.find((t) => t.name === 'school_math')!;
  for (const item of (await read(math, math.bundled!.items)).items) {
    const { worked } = item as typeof item & { worked: string };
    expect(extractStrict(worked)).not.toBe('[invalid]');
    expect(math.score(item, [{ text: ` ${worked}` }])).toMatchObject({ answer: item.gold, correct: true });
  }
});
