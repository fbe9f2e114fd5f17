/** The items that were written for this project: that they are sound, and that they are its own. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, type TestContext, test } from 'vitest';
import { sharedData } from '../formats/testing';
import { readRows } from './rows';
import { shared } from './testing';

interface Question {
  group?: string;
  subject: string;
  question: string;
  choices: string[];
  answer: number;
}

interface Problem {
  question: string;
  answer: string;
}

const FOLDER = join(import.meta.dirname, '../../public/benchmarks');
const lines = <T>(path: string): T[] =>
  readFileSync(join(FOLDER, path), 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as T);

const questions = lines<Question>('mmlu-lopper/items.jsonl');
const examples = lines<Question>('mmlu-lopper/fewshot.jsonl');
const problems = lines<Problem>('gsm8k-lopper/items.jsonl');
const worked = lines<Problem>('gsm8k-lopper/fewshot.jsonl');

const countBy = <T>(values: readonly T[]) => {
  const counts = new Map<T, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return counts;
};

test('there are four questions for each of 57 subjects, five examples for each group, and 108 problems', () => {
  const bySubject = countBy(questions.map((q) => q.subject));
  expect([bySubject.size, new Set(bySubject.values())]).toEqual([57, new Set([4])]);
  expect(Object.fromEntries(countBy(examples.map((q) => q.group)))).toEqual({
    stem: 5,
    humanities: 5,
    social_sciences: 5,
    other: 5,
  });
  for (const { subject } of examples) expect(bySubject.has(subject), subject).toBe(true);
  expect([problems.length, worked.length]).toEqual([100, 8]);
});

test('the subjects are MMLU’s', (context) => {
  const dev = sharedData('benchmarks/mmlu/dev') ?? context.skip('needs ../shared/data/benchmarks/mmlu/dev');
  const subjects = readdirSync(dev).map((file) => file.replace('_dev.csv', ''));
  expect(new Set(questions.map((q) => q.subject))).toEqual(new Set(subjects));
});

test('no question and no choice comes twice', () => {
  const asked = [...questions, ...examples, ...problems, ...worked].map((q) => words(q.question).join(' '));
  expect(new Set(asked).size).toBe(asked.length);
  for (const { question, choices } of [...questions, ...examples]) {
    expect(choices, question).toHaveLength(4);
    expect(new Set(choices.map((c) => c.trim().toLowerCase())).size, question).toBe(4);
  }
});

test('right answers are spread evenly over A to D, in every subject, in no order that tells them', () => {
  expect([...countBy(questions.map((q) => q.answer)).values()]).toEqual([57, 57, 57, 57]);
  expect([...countBy(examples.map((q) => q.answer)).values()]).toEqual([5, 5, 5, 5]);
  const subjects = new Set(questions.map((q) => q.subject));
  const orders = [...subjects].map((subject) => questions.filter((q) => q.subject === subject).map((q) => q.answer));
  for (const order of orders) expect([...order].sort()).toEqual([0, 1, 2, 3]);
  const often = countBy(orders.map((order) => order.join('')));
  expect(Math.max(...often.values())).toBeLessThanOrEqual(7);
  expect(often.size).toBeGreaterThan(15);
});

test('the length of a choice does not tell whether it is right', () => {
  for (const longest of [true, false]) {
    const odd = questions.filter(({ choices }) => singledOut(choices, longest) !== undefined);
    const right = odd.filter(({ choices, answer }) => singledOut(choices, longest) === answer);
    expect(odd.length).toBeGreaterThan(100);
    // Within two standard errors of the quarter that guessing gets.
    const share = right.length / odd.length;
    expect(Math.abs(share - 0.25)).toBeLessThan(2 * Math.sqrt((0.25 * 0.75) / odd.length));
  }
});

/** Index of the one choice that is longer (or shorter) than all others; undefined where two are. */
function singledOut(choices: readonly string[], longest: boolean): number | undefined {
  const lengths = choices.map((choice) => (longest ? choice.length : -choice.length));
  const most = Math.max(...lengths);
  return lengths.indexOf(most) === lengths.lastIndexOf(most) ? lengths.indexOf(most) : undefined;
}

test('every step of the worked answers is right, and the last one is the result', () => {
  for (const { question, answer } of [...problems, ...worked]) {
    const steps = [...answer.matchAll(/<<([^=<>]+)=([\d.]+)>>([\d,.]*\d)/g)];
    expect(steps, question).toHaveLength(answer.split('<<').length - 1);
    expect(steps.length, question).toBeGreaterThanOrEqual(2);
    expect(steps.length, question).toBeLessThanOrEqual(8);
    for (const [, sum, value, said] of steps) {
      expect(evaluate(sum!), sum).toBeCloseTo(Number(value), 9);
      expect(said!.replaceAll(',', ''), sum).toBe(value);
    }
    expect(/\n#### (\d+)$/.exec(answer)?.[1], question).toBe(steps.at(-1)![2]);
  }
});

/** The value of a sum of products: `2000+4*1500`. */
const evaluate = (sum: string): number =>
  sum.split(/(?=[+-])/).reduce((total, product) => total + multiply(product), 0);

const multiply = (product: string): number =>
  product.split(/(?=[*/])/).reduce((value, factor) => {
    const n = Number(factor.replace(/^[*/]/, ''));
    return factor.startsWith('/') ? value / n : value * n;
  }, 1);

test('no item is one of the official sets, nor nearly', async (context) => {
  const own = [...questions, ...examples, ...problems, ...worked].map((item) => item.question);
  const likest = likestOf(own.map(trigrams));
  for (const question of await officialQuestions(context)) {
    const { likeness, index } = likest(trigrams(question));
    if (likeness >= 0.35) expect.fail(`"${own[index]}" is much like "${question}"`);
  }
  // The measure sees through a changed word.
  const text = problems[0]!.question;
  expect(likest(trigrams(text.replace('wedding', 'birthday'))).likeness).toBeGreaterThan(0.8);
});

/** Finds the likest of some texts: trigrams in common, of those in either. */
function likestOf(texts: readonly ReadonlySet<string>[]) {
  const among = new Map<string, number[]>();
  texts.forEach((grams, i) => {
    for (const gram of grams) among.set(gram, [...(among.get(gram) ?? []), i]);
  });
  return (grams: ReadonlySet<string>) => {
    const common = countBy([...grams].flatMap((gram) => among.get(gram) ?? []));
    const all = [...common].map(([index, n]) => ({ index, likeness: n / (texts[index]!.size + grams.size - n) }));
    return all.reduce((a, b) => (b.likeness > a.likeness ? b : a), { index: -1, likeness: 0 });
  };
}

async function officialQuestions(context: TestContext): Promise<string[]> {
  const folder = sharedData('benchmarks') ?? context.skip('needs ../shared/data/benchmarks');
  const files = ['mmlu/dev', 'mmlu/test']
    .flatMap((part) => readdirSync(join(folder, part)).map((file) => `${part}/${file}`))
    .concat('gsm8k/test.jsonl', 'gsm8k/train.jsonl', 'truthfulqa/TruthfulQA.csv', 'piqa/valid.jsonl');
  const rows = await Promise.all(files.map((name) => readRows({ name, text: shared(`benchmarks/${name}`, context) })));
  return rows.flat().map(({ value }) => {
    const row = value as Record<string, string>;
    return row.question ?? row.Question ?? row.goal!;
  });
}

/** Without the sentence that all of MMLU's moral scenarios share. */
const words = (text: string): string[] =>
  text
    .split('Scenario 1 |')
    .at(-1)!
    .toLowerCase()
    .match(/[\p{L}\p{N}]+/gu) ?? [];

function trigrams(text: string): Set<string> {
  const all = words(text);
  return new Set(all.slice(2).map((word, i) => `${all[i]} ${all[i + 1]} ${word}`));
}
