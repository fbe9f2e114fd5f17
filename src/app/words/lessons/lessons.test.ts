/** Every lesson held against the results that ship: its words can be said, they are few, and what they claim is so. */
import { describe, expect, it } from 'vitest';
import { SMOLLM2 } from '../../../lab/contract/measured-models';
import { blindLoss, cost, type Facts, lowest, lowestFirst, pointAt } from './facts';
import { LESSONS } from './index';
import type { Step } from './lesson';
import { MENDED } from './mend';
import { measuredFacts, shippedFacts } from './testing-facts';

const facts: Facts = shippedFacts();
const big: Facts = measuredFacts(SMOLLM2);

const MOST_WORDS = 60;
const saysOf = ({ words, reveal, why, guess }: Step) =>
  [words, reveal, why, guess?.question].filter((say) => say !== undefined);
const attn = (block: number) => cost(facts, 'attn', block);
const turn = (block: number) => facts.value('cosine', 'attn', block);
const growing = (step: number) => pointAt(facts, 'cosine', step).block;
const first = (unit: 'attn' | 'ffn') => facts.added(lowest(facts, 'loo-loss', unit, 4));
const stories = (drop: string) => facts.mended(drop, 'calibration/stories.txt');
const most = (values: readonly number[]) => values.indexOf(Math.max(...values));

/** What the words of each step take for granted, by its title; `right` is the answer that its explanation explains. */
const CLAIMS: Readonly<Record<string, (right: number | undefined) => void>> = {
  'A tower of layers': () => expect(facts.loss).toBeLessThan(0.2 * blindLoss(facts)),
  'The stream goes past': (right) => expect(right).toBe(0),
  'The one that all stand on': (right) => {
    expect(right).toBe(2);
    expect(facts.loss + cost(facts, 'ffn', 0)).toBeGreaterThan(blindLoss(facts));
  },
  'Does small and small stay small?': (right) => {
    expect(right).toBe(2);
    for (const block of [2, 3, 4, 5, 6]) expect(cost(facts, 'block', block)).toBeLessThan(0.02);
  },
  'A quick measure': () => expect(Math.min(...facts.training('cosine').at(-1)!.attn)).toBeGreaterThan(0),
  'Which attention matters more?': (right) => {
    expect(right).toBe(1);
    expect(turn(0)).toBeGreaterThan(3 * turn(7));
    expect(attn(7)).toBeGreaterThan(3 * attn(0));
  },
  'Neighbours by one, far apart by the other': (right) => {
    expect(right).toBe(2);
    expect(turn(10) / turn(7)).toBeCloseTo(1, 0.5);
    expect(attn(10)).toBeLessThan(0);
  },
  'Choose four by each': () =>
    expect(lowest(facts, 'cosine', 'attn', 4)).not.toBe(lowest(facts, 'loo-loss', 'attn', 4)),
  'Two kinds of layers': () => undefined,
  'A third of each': (right) => {
    expect(right).toBe(0);
    expect(first('attn')).toBeGreaterThan(first('ffn'));
    for (const block of lowestFirst(facts, 'loo-loss', 'ffn').slice(0, 4)) expect([2, 3, 4, 5, 6]).toContain(block);
  },
  'All of them': (right) => {
    expect(right).toBe(1);
    expect(cost(facts, 'ffn', 0)).toBeGreaterThan(0.9 * facts.added('ffn:0-11'));
  },
  'What is saved': (right) => {
    expect(right).toBe(2);
    expect(facts.added('attn:2,6,9,10')).toBe(first('attn'));
  },
  'One question, two ways to ask': () => {
    for (const task of ['school', 'school_letters'] as const)
      expect(facts.answers(task, '').accuracy).toBeGreaterThan(0.85);
  },
  'Drop attention 7: the facts': (right) => expect(right).toBeGreaterThan(90),
  'Drop attention 7: the letters': () => {
    const { interval, chance } = facts.answers('school_letters', 'attn:7');
    expect(interval[0]).toBeLessThan(chance);
    expect(interval[1]).toBeLessThan(0.45);
  },
  'Would the loss have told?': (right) => {
    expect(right).toBe(2);
    expect(attn(0)).toBeLessThan(0.02);
    expect(facts.answers('school', 'attn:0').accuracy).toBeGreaterThan(0.85);
  },
  'Before the first lesson': (right) => {
    expect(right).toBe(0);
    expect(growing(0).every((v) => v === 0)).toBe(true);
    expect(most(growing(256))).toBe(0);
    const { accuracy, loss } = pointAt(facts, 'cosine', 256);
    expect(loss).toBeGreaterThan(pointAt(facts, 'cosine', 0).loss);
    expect(accuracy!.interval[0]).toBeLessThan(0.25);
  },
  'The great fall': (right) => {
    expect(right).toBe(1);
    expect(pointAt(facts, 'cosine', 512).loss).toBeLessThan(0.5 * pointAt(facts, 'cosine', 256).loss);
  },
  'The last comes last': (right) => {
    expect(right).toBe(2);
    const gained = growing(1e9).map((v, block) => v - growing(512)[block]!);
    expect(most(gained)).toBe(11);
  },
  'A model of the world': () => {
    expect(big.parameters).toBeGreaterThan(40 * facts.parameters);
    for (const unit of ['attn', 'ffn'] as const) expect(lowestFirst(big, 'cosine', unit).at(-1)).toBe(0);
    expect(lowestFirst(big, 'cosine', 'ffn').at(-2)).toBe(big.blocks - 1);
  },
  'Its first and its last': (right) => {
    expect(right).toBe(1);
    expect(lowestFirst(big, 'loo-loss', 'ffn').at(-1)).toBe(0);
  },
  'Which kind can rather go?': (right) => {
    expect(right).toBe(1);
    expect(first('attn')).toBeGreaterThan(first('ffn'));
  },
  'What each saves': (right) => {
    expect(right).toBe(2);
    expect(Math.abs((10 * big.size.attn) / (3 * big.size.ffn) - 1)).toBeLessThan(0.15);
  },
  'Would questions have told?': (right) => {
    const { interval, chance } = big.answers('mmlu-lopper', '');
    expect(Math.abs(right! - 100 * chance)).toBeLessThan(6);
    expect(interval[0]).toBeLessThan(chance);
    expect(interval[1]).toBeGreaterThan(chance);
    expect(big.added(lowest(big, 'loo-loss', 'ffn', 15))).toBeGreaterThan(1);
  },
  'One vector in the gap': (right) => {
    expect(right).toBeGreaterThan(30);
    expect(right).toBeLessThan(80);
  },
  'A map of eight directions': (right) => {
    expect(right).toBe(2);
    const { full, by } = stories('block:7');
    expect(Math.abs(by[2]!.loss[1] - full[1])).toBeLessThan(0.02);
  },
  'Taught by the full model': (right) => {
    expect(right).toBe(1);
    const [, closed, wide, taught] = stories('block:7').by;
    expect(taught!.loss[1] - wide!.loss[1]).toBeLessThan(0.2 * (closed!.loss[1] - wide!.loss[1]));
  },
  'Is it mended?': (right) => {
    const { full, by } = stories('attn:7');
    expect(by[1]!.loss[1] - full[1]).toBeLessThan(0.005);
    expect(right).toBeLessThan(40);
    expect(facts.mendedAnswers('school_letters', 'attn:7', 'calibration/stories.txt', 1).interval[0]).toBeLessThan(
      facts.answers('school_letters', '').chance,
    );
  },
  'Five blocks at once': (right) => {
    expect(right).toBe(2);
    const { full, by } = stories('block:2-6');
    expect(by[1]!.loss[1]).toBeLessThan(full[1]);
  },
  'Worse than nothing': (right) => {
    expect(right).toBe(2);
    const { full, pruned, by, tokens } = facts.mended('block:7', 'calibration/sapling.txt');
    expect(tokens[0]).toBeLessThan(0.1 * stories('block:7').tokens[0]);
    expect(by[2]!.loss[0] - full[0]).toBeLessThan(0.1 * (pruned[0] - full[0]));
    expect(by[2]!.loss[1]).toBeGreaterThan(2 * pruned[1]);
  },
};

it('the best quarter of the attention that is mended beforehand is the best there is', () => {
  const three = Array.from({ length: 2 ** facts.blocks }, (_, number) =>
    Array.from({ length: facts.blocks }, (_, block) => block).filter((block) => (number >> block) & 1),
  ).filter((blocks) => blocks.length === facts.blocks / 4);
  const best = three.reduce((a, b) =>
    facts.added(`attn:${b.join(',')}`) < facts.added(`attn:${a.join(',')}`) ? b : a,
  );
  expect(MENDED.map(({ drop }) => drop)).toContain(`attn:${best.join(',')}`);
});

describe.each(LESSONS.map((lesson) => [lesson.title, lesson] as const))('%s', (_, lesson) => {
  const own = lesson.of ? measuredFacts(lesson.of) : facts;

  it('is told in few words, all of whose numbers ship', () => {
    for (const step of lesson.steps) {
      for (const say of saysOf(step)) {
        const text = say(own);
        expect(text).not.toMatch(/NaN|undefined|Infinity/);
        expect(text.split(/\s+/).length, text).toBeLessThanOrEqual(MOST_WORDS);
      }
    }
  });

  it.each(lesson.steps.map((step) => [step.title, step] as const))('claims in “%s” only what is so', (title, step) => {
    expect(CLAIMS[title]).toBeDefined();
    CLAIMS[title]!(step.guess?.right(own));
  });
});
