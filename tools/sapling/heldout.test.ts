import { readFileSync } from 'node:fs';
import { Tokenizer } from '@huggingface/tokenizers';
import { describe, expect, it } from 'vitest';
import { Encoder } from './bpe';
import { document } from './corpus';
import { contradictions, FACTS } from './facts';
import { type Item, SUBJECTS } from './items';
import { drawProblem } from './problems';
import { Random } from './random';
import { drawStory } from './stories';
import { storiesText, subsets } from './subsets';

const read = (path: string) => readFileSync(new URL(`../../public/${path}`, import.meta.url), 'utf8');
const lines = <T>(path: string): T[] =>
  read(path)
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as T);

const held = subsets();
const r = new Random(2);
const documents = Array.from({ length: 6000 }, () => document(r));

describe('the bundled subsets', () => {
  it('are what the generator writes', () => {
    expect(lines('benchmarks/school/items.jsonl')).toEqual(held.items);
    expect(lines('benchmarks/school/fewshot.jsonl')).toEqual(held.itemShots);
    const plain = (all: typeof held.problems) => all.map(({ question, answer }) => ({ question, answer }));
    expect(lines('benchmarks/school_math/items.jsonl')).toEqual(plain(held.problems));
    expect(lines('benchmarks/school_math/fewshot.jsonl')).toEqual(plain(held.problemShots));
    expect(read('calibration/sapling.txt')).toBe(`${held.calibration}\n`);
    expect(read('calibration/stories.txt')).toBe(`${storiesText()}\n`);
  });

  it('spread subjects and right answers evenly, with four different options', () => {
    expect(held.items.map((item) => new Set(item.choices).size)).toEqual(held.items.map(() => 4));
    const count = (of: (item: Item) => unknown, value: unknown) => held.items.filter((i) => of(i) === value).length;
    for (const letter of [0, 1, 2, 3]) expect(count((i) => i.answer, letter)).toBe(50);
    for (const subject of SUBJECTS) expect(count((i) => i.subject, subject)).toBe(25);
  });

  it('hold problems whose steps and answers are right', () => {
    for (const { answer } of [...held.problems, ...held.problemShots]) {
      const steps = [...answer.matchAll(/(\d+) ([-+x/]) (\d+) = (\d+)/g)];
      for (const [, a, sign, b, result] of steps) {
        const [x, y] = [Number(a), Number(b)];
        const right = { '+': x + y, '-': x - y, x: x * y, '/': x / y }[sign!];
        expect(Number(result)).toBe(right);
      }
      expect(answer.endsWith(`\n#### ${steps.at(-1)![4]}`)).toBe(true);
    }
  });
});

describe('training text', () => {
  it('has one answer to each question of the tables', () => {
    expect(contradictions()).toEqual([]);
  });

  it('asks no question that is held out', () => {
    const asked = new Set<string>();
    for (const doc of documents) for (const line of doc.split('\n')) asked.add(line.replace(/^Question: /, ''));
    const kept = [...held.items, ...held.itemShots, ...held.problems, ...held.problemShots].map((one) => one.question);
    expect(kept.filter((question) => asked.has(question))).toEqual([]);
    expect(asked.size).toBeGreaterThan(5000);
  });

  it('teaches every fact by wordings that are not held out', () => {
    for (const fact of FACTS) {
      expect(fact.open.length).toBeGreaterThan(1);
      expect(fact.held.filter((question) => fact.open.includes(question))).toEqual([]);
    }
  });

  it('tells no problem with the template and numbers of a bundled one', () => {
    const kept = new Set([...held.problems, ...held.problemShots].map((problem) => problem.key));
    const told = Array.from({ length: 20_000 }, () => drawProblem(r, false).key);
    expect(told.filter((key) => kept.has(key))).toEqual([]);
  });
});

describe('the stories to measure on', () => {
  const stories = storiesText().split('\n\n');

  it('are none that training draws', () => {
    const told = new Set(Array.from({ length: 20_000 }, () => drawStory(r, false)));
    expect(stories.filter((one) => told.has(one))).toEqual([]);
    expect(new Set(stories).size).toBe(stories.length);
  });

  it('come to 24 windows of 128 tokens', () => {
    const json = JSON.parse(read('models/sapling/tokenizer.json'));
    const tokens = 1 + new Encoder(json.model.merges).encode(read('calibration/stories.txt')).length;
    expect(Math.ceil(tokens / 128)).toBe(24);
  });
});

describe('the tokenizer', () => {
  const json = JSON.parse(read('models/sapling/tokenizer.json'));
  const published = new Tokenizer(json, JSON.parse(read('models/sapling/tokenizer_config.json')));
  const encoder = new Encoder(json.model.merges);

  it('reads the same ids as the generator wrote, and gives the text back', () => {
    const odd = ["Don't  stop:\n\n\t12,345.6 \u00e9\u4f60\u{1f600} ", ' a', ''];
    for (const text of [...odd, ...documents.slice(0, 300)]) {
      const { ids } = published.encode(text);
      expect(ids).toEqual([0, ...encoder.encode(text)]);
      expect(published.decode(ids, { skip_special_tokens: true })).toBe(text);
    }
  });

  it('holds at most 2,048 tokens, no two digits in one', () => {
    const tokens = Object.keys(json.model.vocab);
    expect(tokens.length).toBeLessThanOrEqual(2048);
    expect(tokens.filter((token) => /\d./.test(token) || /.\d/.test(token))).toEqual([]);
    expect(encoder.encode(held.calibration).length).toBeLessThan(200);
  });
});
